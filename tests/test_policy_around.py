"""What stands around the rules: assumptions with a day, priorities that only tighten, cuts, members, a seal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import examples
from pipeline import policy as policies
from pipeline.decide import decide
from pipeline.errors import PolicyError
from pipeline.policy.files import SEAL
from pipeline.policy.regexes import fault, regex_fault
from pipeline.types import Passage, Tag
from tests.policy_making import copied, edit, edit_pattern, row

METHODS = "detailed_evaluation_methods"
PASSAGE = Passage(text="words of a passage", kind="body", location="memo.docx", path="body", start=0, end=18)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return copied(tmp_path / "rules")


def refusal(rules: Path) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        policies.load(rules)
    return caught.value


def verdict(policy: policies.Policy, category: str, audience: str) -> Any:
    tag = Tag(passage=PASSAGE, category=category, detector="matcher", rule="pattern.some", score=0.9)
    return decide(
        (tag,), (), (), policy=policy, audience=audience, today=date(2026, 3, 1), grade="A", model_sha256="0" * 64
    )


def test_an_assumption_is_overdue_the_day_after() -> None:
    policy = policies.load(Path("rules"))
    assert len(policy.context) == 8
    last = max(each.review_by for each in policy.context)
    assert last not in {each.review_by for each in policy.overdue(last)}
    assert len(policy.overdue(last + timedelta(days=1))) == 8
    assert all(each.owner and each.source.startswith("section 4") for each in policy.context)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"review_by": "soon"}, "review_by"),
        ({"owner": ""}, "owner"),
        ({"id": "network_members"}, "a second time"),
    ],
)
def test_an_assumption_needs_an_owner_and_a_day(rules: Path, change: dict[str, str], words: str) -> None:
    edit(rules, "context.yaml", lambda value: value["assumptions"][0].update(change))
    error = refusal(rules)
    assert error.file == rules / "context.yaml"
    assert error.line
    assert words in str(error)


def test_rules_of_before_there_was_a_context_load(rules: Path) -> None:
    (rules / "context.yaml").unlink()
    assert policies.load(rules).context == ()


def asked(outcome: str, audience: str = "domestic") -> Any:
    asked = [{"audience": audience, "outcome": outcome, "reason": "agreed with the ministry"}]
    return lambda value: value["priorities"][0].update(at_least=asked)


def test_priorities_tighten_once_they_are_in_force(rules: Path) -> None:
    edit(rules, "priorities/example.yaml", asked("held_back"))
    assert verdict(policies.load(rules), METHODS, "domestic").outcome.id == "needs_review"
    edit(rules, "policy.yaml", lambda value: value.update(jurisdiction="example"))
    policy = policies.load(rules)
    held = verdict(policy, METHODS, "domestic")
    assert held.outcome.id == "held_back"
    assert held.reasons[0].sentence.endswith("priorities of an invented institute: agreed with the ministry")
    assert verdict(policy, METHODS, "network").outcome.id == "needs_review"
    assert policies.describe(policy, METHODS)["owners"] == ["head of evaluations"]
    assert len(policies.describe(policy, METHODS)["questions"]) == 2


def test_a_priority_holds_for_the_finer_categories_and_the_partners(rules: Path) -> None:
    edit(rules, "priorities/example.yaml", asked("held_back", "bilateral"))
    edit(rules, "policy.yaml", lambda value: value.update(jurisdiction="example"))
    edit(rules, "subcategories.yaml", lambda v: row(v, "subcategories", f"{METHODS}.bias").update(enabled="true"))
    policy = policies.load(rules)
    assert verdict(policy, f"{METHODS}.bias", "bilateral:japan").outcome.id == "held_back"


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("priorities/example.yaml", asked("shareable"), "would clear what is needs_review; priorities only tighten"),
        ("priorities/example.yaml", asked("needs_review", "public"), "would clear what is held_back"),
        ("priorities/example.yaml", asked("held_back", "domestik"), "did you mean 'domestic'"),
        ("priorities/example.yaml", lambda v: v["priorities"][0].update(category="cyber"), "unknown category 'cyber'"),
        ("priorities/example.yaml", lambda v: v["priorities"][0].update(questions=[]), "questions"),
        ("policy.yaml", lambda value: value.update(jurisdiction="exampel"), "did you mean 'example'"),
    ],
)
def test_a_clearing_or_mistaken_priority_does_not_load(rules: Path, name: str, change: Any, words: str) -> None:
    edit(rules, name, change)
    error = refusal(rules)
    assert words in str(error)
    assert error.file == rules / name


def test_two_files_of_one_jurisdiction(rules: Path) -> None:
    (rules / "priorities" / "other.yaml").write_bytes((rules / "priorities" / "example.yaml").read_bytes())
    assert "'example' has a file already" in str(refusal(rules))


def test_members_of_an_audience_are_named_once(rules: Path) -> None:
    assert "japan" in {member.id for member in policies.load(rules).audience("network").members}
    edit(rules, "audiences.yaml", lambda v: v["audiences"][0]["members"].append({"id": "japan", "title": "Japan"}))
    assert "'japan' stands here twice" in str(refusal(rules))


def test_a_seal_is_broken_by_a_rule_and_not_by_a_register(rules: Path) -> None:
    (rules / SEAL).write_text(policies.load(rules).rules_sha256)
    edit(rules, "registers/models.yaml", lambda v: v.update(models=[{"id": "a", "name": "Abc", "developer": "B"}]))
    policies.load(rules)
    edit(rules, "matrix.yaml", lambda value: value["gate"].update(floor="held_back"))
    assert "changed after they were activated" in str(refusal(rules))


@pytest.mark.parametrize(
    "expression",
    ["^(a+)+$", "(?:a|aa)*b", r"(?:\d+[.,])*x", "(?:[a-z]+-){2,}", r"(a)\1", "(?=a)b", ".*.*.*=", "a{0,900}b*c*", "("],
)
def test_an_expression_that_may_run_for_ever_is_refused(expression: str) -> None:
    assert regex_fault(expression)


@pytest.mark.parametrize("expression", [r"^\d{1,3}(?:\.\d{1,3}){3}$", "^(?:a|b|c.*)$", "^.*ckpt.*$"])
def test_a_plain_expression_is_allowed(expression: str) -> None:
    assert regex_fault(expression) is None


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ({"LOWRE": "x"}, "did you mean 'LOWER'"),
        ({"LOWER": {"REGX": "x"}}, "did you mean 'REGEX'"),
        ({"LOWER": "x", "OP": "{2,9}"}, "the operator '{2,9}'"),
        ({"LOWER": {"REGEX": "(a+)+"}}, "repeats a group without end"),
    ],
)
def test_a_mistaken_token_is_named(rules: Path, token: dict[str, Any], words: str) -> None:
    assert words in (fault([token]) or "")
    edit_pattern(rules, "pattern.veto.negated", lambda value: value["tokens"].append([token]))
    error = refusal(rules)
    assert words in str(error)
    assert error.file == rules / "patterns" / "vetoes.jsonl"
    assert error.line == 1


def test_examples_that_turn_out_otherwise_are_named_with_their_line(rules: Path) -> None:
    name = "pattern.predeployment-results-before.checkpoint-solved"

    def change(value: Any) -> None:
        value.update(todo=["A wholly other thing.", value["match"][0]])
        value["no_match"].append(value["match"][0])
        value["match"].append("Nothing of the kind.")

    assert examples.run(rules)[0] == []
    edit_pattern(rules, name, change)
    told, total, patterns = examples.run(rules)
    assert [(each.fault.split()[0], each.is_failure, each.line) for each in told] == [
        ("misses", True, 1),
        ("should", True, 1),
        ("finds", False, 1),
    ]
    assert {each.file.name for each in told} == {"predeployment_results_before.jsonl"}
    assert total > patterns


def test_cuts_of_the_rules_make_the_classifier_warier_and_never_less(rules: Path) -> None:
    from pipeline.detect import classifier
    from pipeline.registers import Registers

    def flagged(held: float) -> int:
        about = policies.load(rules).about
        cuts = about.thresholds.model_copy(update={"held": held, "suspected": held, "review": held})
        policy = replace(policies.load(rules), about=about.model_copy(update={"thresholds": cuts}))
        judged = classifier.load(policy, Registers(), Path("models")).judge(TEXTS)
        return sum(outcome for _, outcome in judged)

    assert flagged(0.0001) > flagged(1.0)


TEXTS = [
    "The secretariat met on Tuesday and agreed the plan for the coming quarter with all units.",
    "We scale the team slowly, and hire people who have run evaluations before.",
]
