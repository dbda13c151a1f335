"""Rules that do not hold together do not load, and the message names file, line and what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import policy as policies
from pipeline import strict_yaml
from pipeline.errors import PolicyError

RULES = Path(__file__).parents[1] / "rules"
PATTERN = {
    "id": "pattern.access.endpoint",
    "kind": "category",
    "label": "predeployment_model_access",
    "anchors": ["endpoint"],
    "phrases": ["the endpoint of the candidate"],
    "match": ["Use the endpoint of the candidate."],
    "no_match": ["The endpoint of the bus line."],
    "note": "means of access",
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the shipped rules, without patterns."""
    return Path(shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("patterns")))


def edit(rules: Path, name: str, old: str, new: str) -> int:
    """Replaces `old` in a rule file and returns the line where it stood."""
    path = rules / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def add_patterns(rules: Path, *rows: object) -> None:
    (rules / "patterns").mkdir(exist_ok=True)
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    (rules / "patterns" / "own.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def refusal(rules: Path) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        policies.load(rules)
    return caught.value


CELL = "  - {proprietary: unclear, capability: unclear, ruling: dont_share}\n"
CHILD = "  - id: postdeployment_results.bias\n    parent: postdeployment_results\n"
NAMED_WITH_LINE = [
    ("matrix.yaml", CELL, "", "no cell for unclear-unclear"),
    ("matrix.yaml", CELL, CELL + CELL, "stands here twice"),
    ("matrix.yaml", CELL, CELL.replace("dont_share", "share"), "milder than"),
    ("matrix.yaml", "ruling: share}", "ruling: shar}", "did you mean 'share'"),
    ("categories.yaml", "- id: evaluation_standards", "- id: institutional_learnings", "a second time"),
    ("categories.yaml", "capability: unclear}", "capability: maybe}", "not one of"),
    ("categories.yaml", "    risk: {proprietary: no, capability: no}\n", "", "'risk' is missing"),
    ("categories.yaml", "    definition:", "    defintion:", "did you mean 'definition'"),
    ("categories.yaml", "    title: Evaluation Standards\n", "    tier: no_brainer\n", "unknown field 'tier'"),
    ("adjustments.yaml", "categories: [cyber_incidents]", "categories: [cyber_incident]", "did you mean 'cyber_inc"),
    ("adjustments.yaml", "facet: already_public", "facet: already_publc", "did you mean 'already_public'"),
    ("adjustments.yaml", "evidence: span", "evidence: words", "needs certainty"),
    ("subcategories.yaml", CHILD, CHILD.replace("parent: post", "parent: pst"), "unknown category"),
    ("subcategories.yaml", CHILD, CHILD.replace("_results\n", "_results.bias\n"), "circle"),
    ("subcategories.yaml", "    reason: eliciting bias is no dangerous capability\n", "", "milder than its parent"),
    ("subcategories.yaml", "when: {topic: [bias]}", "when: {topic: [bais]}", "did you mean 'bias'"),
    ("subcategories.yaml", "when: {topic: [bias]}", "when: {topc: [bias]}", "did you mean 'topic'"),
    ("subcategories.yaml", "id: postdeployment_results.bias", "id: cyber_incidents", "stands in categories.yaml"),
    ("markings.yaml", "allows: [domestic]", "allows: [domestik]", "did you mean 'domestic'"),
    ("audiences.yaml", "{id: canada", "{id: australia", "stands here twice"),
    ("audiences.yaml", "dont_share: held_back, none", "dont_share: shareable, none", "must not get milder"),
    ("policy.yaml", "default_audience: network", "default_audience: netwrok", "did you mean 'network'"),
    ("signals.yaml", "outcome: needs_review", "outcome: held_back", "not one of"),
    ("signals.yaml", "signals:\n", "signals: &all\n", "anchors and aliases"),
    ("signals.yaml", "signals:\n", "signals: []\nsignals:\n", "stands here twice"),
    ("signals.yaml", "signals:\n", "signals: !!python/name:os.system\n", "not allowed"),
    ("signals.yaml", "signals:\n", "signals: [\n", "not valid YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "words"), NAMED_WITH_LINE)
def test_names_file_and_line_and_what_to_do(rules: Path, name: str, old: str, new: str, words: str) -> None:
    line = edit(rules, name, old, new)
    error = refusal(rules)
    assert words in str(error)
    assert error.file == rules / name
    assert error.line is not None
    assert abs(error.line - line) <= 9, "the line of the thing itself, or where what holds it begins"
    assert str(error).startswith(f"{rules / name}:{error.line}: ")


def test_points_at_the_very_line(rules: Path) -> None:
    line = edit(rules, "categories.yaml", "capability: unclear}", "capability: maybe}")
    assert refusal(rules).line == line


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**PATTERN, "match": []}, "match"),
        ({**PATTERN, "no_match": []}, "no_match"),
        ({key: value for key, value in PATTERN.items() if key != "no_match"}, "'no_match' is missing"),
        ({**PATTERN, "label": "predeployment_model_acess"}, "did you mean 'predeployment_model_access'"),
        ({**PATTERN, "kind": "facet", "label": "topic:boi"}, "did you mean 'topic:bio'"),
        ({**PATTERN, "unless": ["negatd"]}, "did you mean 'negated'"),
        ({**PATTERN, "phrases": []}, "neither phrases nor tokens"),
        ({**PATTERN, "anchors": ["Endpoint"]}, "lower case"),
        ({**PATTERN, "anchors": ["gateway"]}, "no anchor occurs"),
        ({**PATTERN, "id": "pattern.access.first"}, "a second time"),
        ('{"id": "pattern.a", "id": "pattern.b"}', "stands here twice"),
        ("{not json}", "not valid JSON"),
    ],
)
def test_a_bad_pattern_is_named_with_its_line(rules: Path, row: object, words: str) -> None:
    add_patterns(rules, {**PATTERN, "id": "pattern.access.first"}, row)
    error = refusal(rules)
    assert words in str(error)
    assert (error.file, error.line) == (rules / "patterns" / "own.jsonl", 2)


def test_good_patterns_load_and_those_of_a_switched_off_subcategory_rest(rules: Path) -> None:
    resting = {**PATTERN, "id": "pattern.bias.resting", "label": "postdeployment_results.bias"}
    veto = {**PATTERN, "id": "pattern.veto.drill", "kind": "veto", "label": "drill"}
    add_patterns(rules, {**PATTERN, "unless": ["drill"]}, resting, veto)
    assert [rule.id for rule in policies.load(rules).patterns] == [PATTERN["id"], veto["id"]]
    edit(rules, "subcategories.yaml", CHILD, CHILD + "    enabled: true\n")
    assert [rule.id for rule in policies.load(rules).patterns] == [PATTERN["id"], resting["id"], veto["id"]]


def test_a_circle_of_two_parents(rules: Path) -> None:
    edit(
        rules,
        "subcategories.yaml",
        CHILD,
        CHILD.replace("parent: postdeployment_results", "parent: preliminary_research.autonomy"),
    )
    edit(rules, "subcategories.yaml", "parent: preliminary_research\n", "parent: postdeployment_results.bias\n")
    assert "circle" in str(refusal(rules))


def test_a_child_that_is_on_under_a_parent_that_is_off(rules: Path) -> None:
    edit(
        rules,
        "subcategories.yaml",
        CHILD,
        CHILD.replace("_results\n", "_results.dangerous_domains\n") + "    enabled: true\n",
    )
    assert "switch both the same way" in str(refusal(rules))


def test_missing_empty_and_misnamed_files(rules: Path) -> None:
    (rules / "matrix.yaml").rename(rules / "matrixx.yaml")
    assert "did you mean 'matrix.yaml'" in str(refusal(rules))
    (rules / "matrixx.yaml").unlink()
    assert "matrix.yaml: is missing" in str(refusal(rules))
    (rules / "matrix.yaml").write_text("# nothing\n")
    assert "is empty" in str(refusal(rules))
    assert "no such folder" in str(refusal(rules / "nowhere"))


def test_an_empty_policy_does_not_load(rules: Path) -> None:
    (rules / "categories.yaml").write_text("categories: []\n")
    assert "at least 1" in str(refusal(rules))


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
        "[" * 1_500,
        "a: " + "x" * (strict_yaml.MAX_BYTES + 1),
        "{" + ", ".join(f"a{n}: {{b: 1}}" for n in range(10)) + ", a1: 2}",
        "? [complex, key]\n: 1\n",
        "a: 1\n<<: {b: 2}\n",
        "\x00",
        "a: 1\n---\nb: 2\n",
    ],
)
def test_bombs_and_tricks_are_refused(rules: Path, bomb: str) -> None:
    (rules / "signals.yaml").write_text(bomb)
    assert refusal(rules).file == rules / "signals.yaml"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="abc:-[]{}&*!|>'\"#? \n\t", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        value, lines = strict_yaml.parse(text.encode("utf-8", "surrogatepass"), "any.yaml")
    except PolicyError as error:
        assert str(error).startswith("any.yaml")
    else:
        assert isinstance(value, str | list | dict)
        assert all(line >= 1 for line in lines.values())


def test_words_stay_words() -> None:
    value, lines = strict_yaml.parse(b"a: no\nb: [1.10, 2026-01-02]\nc:\n  d: yes\n", "words.yaml")
    assert value == {"a": "no", "b": ["1.10", "2026-01-02"], "c": {"d": "yes"}}
    assert lines.at(("c", "d")) == 4
    assert lines.at(("c", "missing")) == 3


def test_the_digest_follows_the_content_and_nothing_else(rules: Path) -> None:
    before = policies.load(rules).sha256
    assert len(before) == 64
    (rules / "README.md").write_text("other words")
    shutil.rmtree(rules / "schemas")
    assert policies.load(rules).sha256 == before
    assert policies.load(Path(shutil.copytree(rules, rules.parent / "elsewhere"))).sha256 == before
    edit(rules, "registers/models.yaml", "models: []", "models: [ ]")
    assert policies.load(rules).sha256 != before
