"""What two states of the rules differ in: nothing that lets more through may go without the word "loosened"."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipeline import policy as policies
from pipeline.decide import decide
from pipeline.errors import PolicyError
from pipeline.policy.diff import compare
from pipeline.types import Evidence, Gap, Notice, Passage, Tag
from tests.policy_making import copied, edit, edit_pattern, row

PASSAGE = Passage(text="words of a passage", kind="body", location="memo.docx", path="body", start=0, end=18)
TODAY = date(2026, 3, 1)
ANSWERS = ("no", "unclear", "yes")
LIGHTS = ("shareable", "needs_review", "held_back")

Edit = tuple[str, Callable[[Any], None]]


@pytest.fixture(scope="module")
def shipped() -> policies.Policy:
    return policies.load(Path("rules"))


def told(tmp_path: Path, shipped: policies.Policy, name: str, change: Callable[[Any], None]) -> list[tuple[str, ...]]:
    """(effect, kind, rule, what) of each line after one edit; the version stays as it is."""
    rules = copied(tmp_path / "new")
    edit(rules, name, change)
    return [(each.effect, each.kind, each.rule, each.what) for each in compare(shipped, policies.load(rules))]


def at(key: str, name: str, **fields: Any) -> Callable[[Any], None]:
    return lambda value: row(value, key, name).update(fields)


LOOSE, TIGHT, SAME = "loosened", "tightened", "changed"
NAMED: list[tuple[str, Callable[[Any], None], list[tuple[str, ...]]]] = [
    (
        "categories.yaml",
        at("categories", "cyber_incidents", risk={"proprietary": "no", "capability": "unclear"}),
        [
            (LOOSE, "category", "cyber_incidents", "proprietary"),
            (LOOSE, "category", "cyber_incidents", "capability"),
            (LOOSE, "category", "cyber_incidents", "tier"),
        ],
    ),
    (
        "categories.yaml",
        at("categories", "evaluation_standards", risk={"proprietary": "no", "capability": "unclear"}),
        [
            (TIGHT, "category", "evaluation_standards", "capability"),
            (TIGHT, "category", "evaluation_standards", "tier"),
        ],
    ),
    (
        "categories.yaml",
        at("categories", "evaluation_standards", title="Standards"),
        [(SAME, "category", "evaluation_standards", "title")],
    ),
    (
        "adjustments.yaml",
        at("adjustments", "developer_material", except_for=["cyber_incidents", "evaluation_standards"]),
        [(LOOSE, "adjustment", "developer_material", "reach")],
    ),
    (
        "adjustments.yaml",
        at("adjustments", "developer_material", except_for=[]),
        [(TIGHT, "adjustment", "developer_material", "reach")],
    ),
    ("policy.yaml", lambda value: value.update(thresholds={"held": "0.4"}), [(TIGHT, "threshold", "held", "at most")]),
    ("policy.yaml", lambda value: value.update(version="9"), [(SAME, "policy", "version", "is")]),
    (
        "policy.yaml",
        lambda value: value.update(jurisdiction="example"),
        [
            (TIGHT, "priority", "detailed_evaluation_methods", "at least, for domestic"),
            (SAME, "policy", "jurisdiction", "is"),
            (SAME, "priority", "detailed_evaluation_methods", "questions or owner"),
            (SAME, "priority", "postdeployment_results", "questions or owner"),
            (SAME, "priority", "risk_estimates_forecasts", "questions or owner"),
        ],
    ),
    (
        "matrix.yaml",
        lambda value: value["cells"][1].update(ruling="share"),
        [
            (LOOSE, "category", "preliminary_research", "tier"),
            (LOOSE, "category", "predeployment_results_after", "tier"),
            (LOOSE, "category", "risk_estimates_forecasts", "tier"),
            (LOOSE, "category", "postdeployment_results", "tier"),
            (LOOSE, "category", "detailed_evaluation_methods", "tier"),
            (LOOSE, "cell", "no-unclear", "ruling"),
        ],
    ),
    (
        "matrix.yaml",
        lambda value: value["gate"].update(passes_with=["yes", "unclear"]),
        [(LOOSE, "gate", "benefits", "passes_with")],
    ),
    (
        "adjustments.yaml",
        lambda value: value["adjustments"].pop(0),
        [(LOOSE, "adjustment", "operational_detail", "gone")],
    ),
    (
        "adjustments.yaml",
        at("adjustments", "developer_consent", evidence="span"),
        [(LOOSE, "adjustment", "developer_consent", "evidence")],
    ),
    (
        "adjustments.yaml",
        lambda value: value["adjustments"].insert(0, value["adjustments"].pop()),
        [
            (TIGHT, "adjustment", "operational_detail", "comes after public_file"),
            (TIGHT, "adjustment", "developer_material", "comes after public_file"),
        ],
    ),
    (
        "audiences.yaml",
        lambda value: row(value, "audiences", "public")["lights"].update(share="shareable"),
        [(LOOSE, "audience", "public", "share")],
    ),
    (
        "audiences.yaml",
        lambda value: row(value, "audiences", "network")["members"].pop(),
        [(TIGHT, "audience", "network", "members")],
    ),
    (
        "audiences.yaml",
        lambda value: row(value, "audiences", "bilateral")["partners"]["named"].append({"id": "x", "title": "Xyz"}),
        [(LOOSE, "audience", "bilateral:x", "new")],
    ),
    (
        "markings.yaml",
        at("markings", "tlp.red", allows=["domestic"]),
        [(LOOSE, "marking", "marking.tlp.red", "allows")],
    ),
    (
        "signals.yaml",
        at("signals", "document.macros", outcome="shareable"),
        [(LOOSE, "signal", "document.macros", "outcome")],
    ),
    (
        "subcategories.yaml",
        at("subcategories", "postdeployment_results.bias", enabled="true"),
        [(LOOSE, "subcategory", "postdeployment_results.bias", "on")],
    ),
    (
        "subcategories.yaml",
        at("subcategories", "preliminary_research.autonomy", enabled="true"),
        [(TIGHT, "subcategory", "preliminary_research.autonomy", "on")],
    ),
    (
        "context.yaml",
        at("assumptions", "network_members", review_by="2028-01-01"),
        [(SAME, "context", "network_members", "review by")],
    ),
    ("registers/models.yaml", lambda v: v.update(models=[{"id": "a", "name": "Abc", "developer": "B"}]),
     [(LOOSE, "register", "models.yaml", "entries")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "lines"), NAMED)
def test_each_edit_is_named_and_nothing_else(
    tmp_path: Path,
    shipped: policies.Policy,
    name: str,
    change: Callable[[Any], None],
    lines: list[tuple[str, ...]],
) -> None:
    assert told(tmp_path, shipped, name, change) == lines


def test_the_same_rules_do_not_differ_and_a_comment_is_only_words(tmp_path: Path, shipped: policies.Policy) -> None:
    rules = copied(tmp_path / "new")
    assert compare(shipped, policies.load(rules)) == ()
    with (rules / "matrix.yaml").open("a") as file:
        file.write("# a remark\n")
    (only,) = compare(shipped, policies.load(rules))
    assert (only.effect, only.sentence) == ("changed", "file matrix.yaml: its words")


CATEGORY, VETO = "pattern.predeployment-results-before.checkpoint-solved", "pattern.veto.negated"
LOOSENING, TIGHTENING = "pattern.release.released", "pattern.topic.bio"


@pytest.mark.parametrize(
    ("name", "change", "effect", "what"),
    [
        (CATEGORY, lambda p: p["tokens"].pop(), "loosened", "tokens"),
        (CATEGORY, lambda p: p.update(phrases=["checkpoint results"]), "tightened", "phrases"),
        (CATEGORY, lambda p: p["unless"].append("other_trade"), "loosened", "unless"),
        (CATEGORY, lambda p: p.update(certain=not p["certain"]), "tightened", "certain"),
        (CATEGORY, lambda p: p.update(todo=["to be found one day"]), "changed", "examples or note"),
        (VETO, lambda p: p["tokens"].pop(), "tightened", "tokens"),
        (VETO, lambda p: p.update(phrases=["not at all ever"]), "loosened", "phrases"),
        (TIGHTENING, lambda p: p["tokens"].pop(), "loosened", "tokens"),
    ],
)
def test_a_pattern_goes_the_way_of_what_it_carries(
    tmp_path: Path, shipped: policies.Policy, name: str, change: Callable[[Any], None], effect: str, what: str
) -> None:
    rules = copied(tmp_path / "new")
    edit_pattern(rules, name, change)
    (only,) = compare(shipped, policies.load(rules))
    assert (only.effect, only.kind, only.rule, only.what) == (effect, "pattern", name, what)


# --- any edit at all -----------------------------------------------------------------------------------------------


def _risk(draw: st.DrawFn) -> Edit:
    place, what, answer = draw(st.integers(0, 14)), draw(st.sampled_from(("proprietary", "capability"))), draw(_ANSWER)
    return "categories.yaml", lambda v: v["categories"][place]["risk"].update({what: answer})


def _cell(draw: st.DrawFn) -> Edit:
    place, ruling = draw(st.integers(0, 8)), draw(st.sampled_from(("share", "case_by_case", "dont_share")))
    return "matrix.yaml", lambda v: v["cells"][place].update(ruling=ruling)


def _gate(draw: st.DrawFn) -> Edit:
    change = draw(st.sampled_from([{"floor": "held_back"}, {"passes_with": ["unclear"]}, {"benefits": ["trust"]}]))
    return "matrix.yaml", lambda v: v["gate"].update(change)


def _adjustment(draw: st.DrawFn) -> Edit:
    place = draw(st.sampled_from((0, 1, 1, 2, 3, 4)))
    fields: dict[str, st.SearchStrategy[Any]] = {
        "proprietary": _ANSWER,
        "capability": _ANSWER,
        "direction": st.sampled_from(("tightening", "loosening")),
        "tiers": st.lists(st.sampled_from(("no_brainer", "gray_area", "high_trust")), unique=True),
        "facet": st.sampled_from(("operational_detail", "summary_incident", "already_public", "topic:bio")),
        "evidence": st.sampled_from(("words", "span", "register_entry")),
        "categories": st.lists(st.sampled_from(("cyber_incidents", "evaluation_standards")), unique=True),
    }
    name = draw(st.sampled_from(sorted(fields)))
    value = draw(fields[name])
    return "adjustments.yaml", lambda v: v["adjustments"][place].update({name: value})


def _order(draw: st.DrawFn) -> Edit:
    order = draw(st.permutations(range(6)))
    kept = order[: draw(st.integers(4, 6))]
    return "adjustments.yaml", lambda v: v.update(adjustments=[v["adjustments"][i] for i in kept])


def _lights(draw: st.DrawFn) -> Edit:
    place, light = draw(st.integers(0, 3)), draw(st.sampled_from(LIGHTS))
    what = draw(st.sampled_from(("share", "case_by_case", "dont_share", "none", "gap")))
    return "audiences.yaml", lambda v: v["audiences"][place]["lights"].update({what: light})


def _finer(draw: st.DrawFn) -> Edit:
    place = draw(st.integers(0, 9))
    change = draw(
        st.fixed_dictionaries(
            {"enabled": st.sampled_from(("true", "false"))},
            optional={
                "risk": st.fixed_dictionaries({}, optional={"proprietary": _ANSWER, "capability": _ANSWER}),
                "when": st.dictionaries(
                    st.sampled_from(("topic", "detail")), st.just(["bio", "bias"]) | st.just(["full"]), min_size=1
                ),
                "reason": st.just("a reason for it"),
                "otherwise_beneficial": st.just("a stated benefit"),
            },
        )
    )
    return "subcategories.yaml", lambda v: v["subcategories"][place].update(change)


def _marking(draw: st.DrawFn) -> Edit:
    place = draw(st.integers(0, 14))
    change = draw(
        st.fixed_dictionaries({}, optional={
            "allows": st.lists(st.sampled_from(("network", "bilateral", "public", "domestic")), unique=True),
            "strictness": st.integers(0, 5), "permissive": st.booleans(),
        })
    )  # fmt: skip
    return "markings.yaml", lambda v: v["markings"][place].update(change)


def _signal(draw: st.DrawFn) -> Edit:
    place, light = draw(st.integers(0, 19)), draw(st.sampled_from((None, *LIGHTS[:2])))
    if light is None:
        return "signals.yaml", lambda v: v["signals"].pop(place)
    return "signals.yaml", lambda v: v["signals"][place].update(outcome=light)


def _priority(draw: st.DrawFn) -> Edit:
    light, who = draw(st.sampled_from(LIGHTS)), draw(st.sampled_from(("network", "domestic", "bilateral:japan")))
    asked = {"audience": who, "outcome": light, "reason": "because"}
    place = draw(st.integers(0, 2))
    return "priorities/example.yaml", lambda v: v["priorities"][place].update(at_least=[asked])


def _jurisdiction(draw: st.DrawFn) -> Edit:
    name = draw(st.sampled_from(("", "example")))
    return "policy.yaml", lambda v: v.update(jurisdiction=name)


_ANSWER = st.sampled_from(ANSWERS)
KINDS = (_risk, _cell, _gate, _adjustment, _order, _lights, _finer, _marking, _signal, _priority, _jurisdiction)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    return draw(st.sampled_from(KINDS))(draw)


def _loaded(rules: Path) -> policies.Policy:
    try:
        return policies.load(rules)
    except PolicyError:
        assume(False)
        raise


def _seen(facet: str, **more: Any) -> Evidence:
    return Evidence(facet=facet, rule="pattern.x", end=5, **more)


EVIDENCE = (
    *(_seen(facet) for facet in ("operational_detail", "developer_material", "summary_incident")),
    *(_seen(facet) for facet in ("topic:bio", "topic:bias", "topic:autonomy", "detail:headline", "detail:full")),
    *(_seen(facet, entry="entry-1") for facet in ("already_public", "summary_incident")),
    _seen("developer_consent", entry="entry-1", audience="network"),
)
SUBSETS = [subset for size in (0, 1, 2) for subset in combinations(EVIDENCE, size)]
WHO = ("network", "bilateral:japan", "public", "domestic")


def _tag(category: str | None, rule: str, *evidence: Evidence, certain: bool = True, place: str = "memo.eml") -> Tag:
    passage = Passage(text="words", kind="body", location=place, path="body", start=0, end=5)
    return Tag(
        passage=passage, category=category, detector="matcher", rule=rule, score=0.9, certain=certain, evidence=evidence
    )  # fmt: skip


def findings(policy: policies.Policy) -> Iterator[tuple[Tag, ...]]:
    """What could be found: every category with every small set of evidence, and every pair of marks."""
    yield ()
    for name, category in policy.categories.items():
        for subset in SUBSETS if category.parent is None else SUBSETS[:4]:
            yield (_tag(name, "pattern.some", *subset),)
        yield (_tag(name, "pattern.some", certain=False),)
    for rule in ("secret.key", "artefact.public-file", *policy.markings):
        yield (_tag(None, rule),)
    for outer, inner in product(sorted(policy.markings)[::3], repeat=2):
        yield (_tag(None, outer), _tag(None, inner, place="memo.eml!plan.docx"))


GAP = (Gap(stage="extract", code="encrypted", path="memo.docx"),)
CODES = ("macros", "scripts", "trailing_data", "marking_inside", "never_heard_of")
AROUND = [(GAP, ()), *(((), (Notice(code=code, path="memo.docx"),)) for code in CODES)]


def outcomes(policy: policies.Policy, found: list[tuple[Tag, ...]]) -> list[int]:
    """For every recipient: of each finding, then of each gap and notice by itself."""
    cases: list[tuple[Any, Any, Any]] = [(tags, (), ()) for tags in found] + [((), *each) for each in AROUND]
    return [
        decide(*case, policy=policy, audience=who, today=TODAY, grade="A", model_sha256="0" * 64).outcome
        for who in WHO
        for case in cases
    ]


def is_milder_anywhere(old: policies.Policy, new: policies.Policy, was: list[int] | None = None) -> bool:
    found = list(findings(old))
    pairs = zip(was or outcomes(old, found), outcomes(new, found), strict=True)
    return any(after < before for before, after in pairs)


@cache
def known(finer: bool) -> tuple[policies.Policy, list[int]]:
    """The shipped rules, with all finer categories on where `finer`, and what they come to."""
    with tempfile.TemporaryDirectory() as place:
        rules = _made(Path(place), finer)
        policy = policies.load(rules)
    return policy, outcomes(policy, list(findings(policy)))


def _made(place: Path, finer: bool) -> Path:
    rules = copied(place / "rules", patterns=False)
    if finer:
        edit(rules, "subcategories.yaml", _all_on)
    return rules


def _hard(examples: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]
    return settings(max_examples=examples, deadline=None, suppress_health_check=checks)


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=[kind.__name__ for kind in KINDS])
@_hard(25)
@given(data=st.data(), finer=st.booleans())
def test_whatever_makes_a_verdict_milder_is_named_as_loosened(kind: int, data: st.DataObject, finer: bool) -> None:
    name, change = data.draw(st.composite(KINDS[kind])())
    old, was = known(finer)
    with tempfile.TemporaryDirectory() as place:
        rules = _made(Path(place), finer)
        edit(rules, name, change)
        new = _loaded(rules)
    changes = compare(old, new)
    assert (old.rules_sha256 == new.rules_sha256) <= (not changes)
    if not any(each.effect == "loosened" for each in changes):
        assert not is_milder_anywhere(old, new, was), [each.sentence for each in changes]


def _or_not(rules: Path, name: str, change: Callable[[Any], None]) -> None:
    """An edit that no longer fits what an earlier one left is none."""
    try:
        edit(rules, name, change)
    except (IndexError, KeyError):
        assume(False)


@_hard(25)
@given(
    before=st.lists(edits(), max_size=2),
    place=st.integers(0, 14),
    by=st.integers(1, 2),
    what=st.sampled_from(("proprietary", "capability")),
)
def test_a_stricter_risk_answer_makes_no_verdict_milder(before: list[Edit], place: int, by: int, what: str) -> None:
    def stricter(value: Any) -> None:
        risk = value["categories"][place]["risk"]
        risk[what] = ANSWERS[min(2, ANSWERS.index(risk[what]) + by)]

    with tempfile.TemporaryDirectory() as folder:
        rules = copied(Path(folder) / "rules", patterns=False)
        edit(rules, "subcategories.yaml", _all_on)
        for name, change in before:
            _or_not(rules, name, change)
        old = _loaded(rules)
        edit(rules, "categories.yaml", stricter)
        new = _loaded(rules)
    assert not is_milder_anywhere(old, new)
    assert not any(change.effect == "loosened" and change.kind == "category" for change in compare(old, new))


def _all_on(value: Any) -> None:
    for each in value["subcategories"]:
        each.update(enabled="true", reason=each.get("reason", "") or "a reason for it")
