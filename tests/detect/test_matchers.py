"""Pattern rules: every shipped one fires on its examples and not on its counter-examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import policy as policies
from pipeline.detect.matchers import Patterns
from pipeline.policy import PatternRule

RULES = policies.load(Path("rules")).patterns
SHIPPED = Patterns(RULES)


def _rule(name: str, **fields: object) -> PatternRule:
    given = {
        "kind": "category",
        "label": "cyber_incidents",
        "match": ["stolen key"],
        "no_match": ["x"],
        "note": "a note",
    }
    return PatternRule.model_validate({"id": f"pattern.{name}", "anchors": ["stolen"]} | given | fields)


def _fired(patterns: Patterns, text: str) -> set[str]:
    return {hit.rule.id for hit in patterns.hits(text)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_shipped_rule_keeps_its_examples(rule: PatternRule) -> None:
    assert [text for text in rule.match if rule.id not in _fired(SHIPPED, text)] == []
    assert [text for text in rule.no_match if rule.id in _fired(SHIPPED, text)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_shipped_rule_has_two_examples_each_way(rule: PatternRule) -> None:
    assert len(rule.match) >= 2 and len(rule.no_match) >= 2


def test_hits_know_their_place_in_code_points() -> None:
    patterns = Patterns([_rule("key", phrases=["stolen key"])])
    text = "🙂 é\nthe STOLEN key"
    (hit,) = patterns.hits(text)
    assert text[hit.start : hit.end] == "STOLEN key"


def test_a_phrase_matches_over_a_line_break() -> None:
    assert _fired(Patterns([_rule("key", phrases=["stolen key"])]), "a stolen\nkey") == {"pattern.key"}


def test_a_rule_runs_only_where_an_anchor_occurs() -> None:
    rule = _rule("key", phrases=["stolen key"], tokens=[[{"LOWER": "key"}]])
    assert _fired(Patterns([rule]), "the key") == set()
    assert _fired(Patterns([rule]), "the key, stolen") == {"pattern.key"}


def test_a_counted_gap_is_bounded_and_stays_cheap() -> None:
    gap = {"TEXT": {"NOT_IN": ["."]}, "OP": "{0,3}"}
    rule = _rule("gap", tokens=[[{"LOWER": "stolen"}, gap, {"LOWER": "key"}]], match=["stolen a b c key"])
    patterns = Patterns([rule])
    assert _fired(patterns, "stolen a b c key") == {"pattern.gap"}
    assert _fired(patterns, "stolen a b c d key") == set()
    assert _fired(patterns, "stolen . key") == set()
    assert _fired(patterns, "stolen " * 500 + "and key") == {"pattern.gap"}


def test_a_veto_counts_in_its_own_sentence_only() -> None:
    veto = _rule("no", kind="veto", label="negated", anchors=["never"], phrases=["never"], match=["never"])
    patterns = Patterns([_rule("key", phrases=["stolen key"], unless=["negated"]), veto])
    assert "pattern.key" not in _fired(patterns, "There never was a stolen key.")
    assert "pattern.key" in _fired(patterns, "It never rained. A stolen key was used.")


def test_no_rules_no_hits() -> None:
    assert Patterns([]).hits("anything") == ()
