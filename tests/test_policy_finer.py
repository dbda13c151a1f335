"""Finer categories: the shipped ones can be switched on, and one category can be split in two by data alone."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import examples, registers
from pipeline import policy as policies
from pipeline.decide import decide
from pipeline.detect import Detectors
from pipeline.normalise import normalise
from pipeline.policy.diff import compare
from pipeline.types import Evidence, Passage, Tag, Verdict
from tests.policy_making import RULES, copied, edit

PARENT = "evaluation_infrastructure"
HARNESS = "The runner shards a suite over 64 workers and restarts them."
WALLS = f"{HARNESS} Its isolation layer keeps every tool call inside one container."
LOGS = f"{HARNESS} Its log viewer shows every sample of a run beside its score."


def verdict(policy: policies.Policy, *tags: Tag) -> Verdict:
    return decide(
        tags, (), (), policy=policy, audience="network", today=date(2026, 3, 2), grade="A", model_sha256="0" * 64
    )


def step(found: Verdict) -> str:
    """The category that was decided by."""
    return found.reasons[0].steps[0].rule


@pytest.mark.parametrize("name", sorted(policies.load(RULES).subcategories))
def test_each_shipped_one_can_be_switched_on(tmp_path: Path, name: str) -> None:
    def switch_on(value: Any) -> None:
        next(each for each in value["subcategories"] if each["id"] == name)["enabled"] = "true"

    rules = copied(tmp_path / "rules", patterns=False)
    off = policies.load(rules)
    edit(rules, "subcategories.yaml", switch_on)
    on = policies.load(rules)
    child = on.categories[name]
    ((group, values),) = (child.when or {}).items()
    passage = Passage(text="words", kind="body", location="memo.docx", path="body", start=0, end=5)
    seen = Evidence(facet=f"{group}:{values[0]}", rule="pattern.x", end=5)
    tag = Tag(passage=passage, category=child.parent, detector="matcher", rule="pattern.y", score=0.9, evidence=(seen,))
    assert step(verdict(off, tag)) == child.parent
    assert step(verdict(on, tag)) == name
    assert [change.rule for change in compare(off, on)] == [name]


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evaluation infrastructure in two: what keeps models in, and what shows results."""
    rules = copied(tmp_path_factory.mktemp("split") / "rules")
    group = {"id": "component", "title": "the part of the platform", "values": ["walls", "logs"]}
    finer = [
        {
            "id": f"{PARENT}.walls", "parent": PARENT, "enabled": "true", "title": "Isolation of models under test",
            "definition": "How a platform keeps a model in.", "when": {"component": ["walls"]},
            "risk": {"capability": "unclear"}, "source": "section 4",
        },
        {
            "id": f"{PARENT}.logs", "parent": PARENT, "enabled": "true", "title": "Logs and viewers",
            "definition": "How a platform shows what happened.", "when": {"component": ["logs"]}, "source": "section 4",
        },
    ]  # fmt: skip
    patterns = [
        {
            "id": f"pattern.component.{value}", "kind": "facet", "label": f"component:{value}", "anchors": [words],
            "phrases": [words], "match": [text], "no_match": [HARNESS], "note": f"names {words}",
        }
        for value, words, text in (("walls", "isolation layer", WALLS), ("logs", "log viewer", LOGS))
    ]  # fmt: skip
    edit(rules, "facets.yaml", lambda value: value["groups"].append(group))
    edit(rules, "subcategories.yaml", lambda value: value["subcategories"].extend(finer))
    lines = "".join(json.dumps(each) + "\n" for each in patterns)
    (rules / "patterns" / "component.jsonl").write_text(lines, "utf-8")
    return rules


def test_a_split_in_yaml_works_from_words_to_verdict(split: Path) -> None:
    policy = policies.load(split)
    detectors = Detectors(policy, registers.load(split / "registers"), Path("models"), b"k" * 32)

    def judged(text: str) -> tuple[str, str]:
        passage = Passage(text=text, kind="body", location="text", path="text", start=0, end=len(text))
        tags, failed = detectors.run(normalise((passage,)), ())
        assert failed == ()
        found = verdict(policy, *(tag for tag in tags if tag.category == PARENT))
        return step(found), found.outcome.id

    assert judged(WALLS) == (f"{PARENT}.walls", "needs_review")
    assert judged(LOGS) == (f"{PARENT}.logs", "shareable")
    assert judged(HARNESS) == (PARENT, "shareable")


def test_the_examples_of_a_split_are_run_and_its_children_shown(split: Path) -> None:
    told, total, patterns = examples.run(split)
    shipped = examples.run(RULES)
    assert (told, total - shipped[1], patterns - shipped[2]) == ([], 4, 2)
    shown = policies.describe(policies.load(split), PARENT)
    assert [row["id"] for row in shown["subcategories"]] == [f"{PARENT}.walls", f"{PARENT}.logs"]


def test_the_diff_of_a_split_says_which_way_each_half_goes(split: Path) -> None:
    effects = {change.rule: change.effect for change in compare(policies.load(RULES), policies.load(split))}
    assert effects[f"{PARENT}.walls"] == "tightened"
    assert effects[f"{PARENT}.logs"] == "changed"
    assert "loosened" not in effects.values()
