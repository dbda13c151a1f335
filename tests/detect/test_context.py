"""Facets: tightening ones fire on words, loosening ones only where nothing speaks against them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline import policy as policies
from pipeline.detect import context
from pipeline.normalise import normalise
from pipeline.registers import ModelEntry, Registers, Version
from pipeline.types import PartKind, Passage, Tag, Where

POLICY = policies.load(Path("rules"))
BEFORE, AFTER = "predeployment_results_before", "predeployment_results_after"


def _passage(text: str, kind: PartKind = "body", path: str = "body", section: str | None = None) -> Passage:
    passage = Passage(
        text=text, kind=kind, location="a.docx", path=path, start=0, end=len(text), where=Where(section=section)
    )
    return normalise((passage,))[0]


def _tag(passage: Passage, category: str | None, rule: str = "pattern.x") -> Tag:
    return Tag(passage=passage, category=category, detector="matcher", rule=rule, score=0.9)


def _refine(text: str, category: str, registers: Registers | None = None) -> Tag:
    passage = _passage(text)
    (tag,) = context.refine([_tag(passage, category)], [passage], (), POLICY, registers or Registers())
    return tag


def _facets(text: str, category: str, registers: Registers | None = None) -> set[str]:
    return {one.facet for one in _refine(text, category, registers).evidence}


@pytest.mark.parametrize(
    "text",
    [
        "Osprey solved 9 of 30 tasks in March; it has been on the market since July.",
        "Today we release Sextant under an open licence. The candidate solved 14 of 20.",
        "Before Halyard shipped in May we measured 12 %.",
        "Marrow 2 (public since 9 January) failed 2 of 600 runs at sign-off.",
        "Tern was released in June and withdrawn in July; at the gate it failed 3 of 40.",
        "Now that Pelican is out we can say that 8 of 20 attempts succeeded.",
    ],
)
def test_a_release_is_a_past_fact(text: str) -> None:
    tag = _refine(text, AFTER)
    assert tag.category == AFTER
    released = [one for one in tag.evidence if one.facet == "released"]
    assert released and all(text[one.start : one.end] == one.quote for one in released)


@pytest.mark.parametrize(
    "text",
    [
        "It solved 14 of 20 tasks.",
        "It solved 14 of 20 tasks; launch is planned for May.",
        "The private beta of Saffron answered 30 % of the questions.",
        "The unreleased build beats the one on the market by 9 points.",
        "Once it is generally available we expect 20 %; today it reaches 14 of 20.",
        "Preview build, allow-listed customers only: 9 of 40.",
        "The model has not been released; it scored 71.",
    ],
)
def test_no_release_in_sight_means_before(text: str) -> None:
    assert _refine(text, AFTER).category == BEFORE


def _register(released: date | None, *versions: Version) -> Registers:
    entry = ModelEntry(
        id="kestrel", name="Kestrel", developer="Kestrel Labs", source="https://kestrel.test", released_on=released,
        versions=versions,
    )  # fmt: skip
    return Registers(models=(entry,))


def test_the_register_supplies_a_release_on_which_the_text_is_silent() -> None:
    tag = _refine("Kestrel solved 14 of 20 tasks.", AFTER, _register(date(2026, 1, 1)))
    assert tag.category == AFTER
    assert [one.entry for one in tag.evidence if one.facet == "released"] == ["kestrel"]


@pytest.mark.parametrize(
    "text",
    [
        "Kestrel checkpoint 7 solved 14 of 20 tasks.",
        "Kestrel and Osprey solved 14 of 20 tasks.",
        "Kestrel 3 solved 14 of 20 tasks.",
        "Kestrel solved 14 of 20 tasks; the tested build is not released.",
        "The model `kestrel-next` solved more tasks than Kestrel.",
    ],
)
def test_the_register_is_silent_where_one_name_does_not_resolve(text: str) -> None:
    assert _refine(text, AFTER, _register(date(2026, 1, 1))).category == BEFORE


def test_an_announced_model_is_not_released() -> None:
    assert _refine("Kestrel solved 14 of 20 tasks.", AFTER, _register(None)).category == BEFORE


def test_operational_detail_needs_a_dangerous_domain_and_a_detail() -> None:
    category = "detailed_evaluation_methods"
    recipe = "To get past the filter, split the request into two halves and set the persona to the archivist."
    assert "operational_detail" in _facets(recipe, category)
    assert "operational_detail" not in _facets("Jailbreaks by persona were tried; the prompts are withheld.", category)
    assert "operational_detail" not in _facets("Bake for 3 epochs on 40 examples of bread.", category)


def test_developer_material_needs_a_source_and_confidence() -> None:
    category = "preliminary_research"
    assert "developer_material" in _facets("Vellichor shared with us under NDA its own first results.", category)
    assert "developer_material" not in _facets("Since the NDA was signed we have met twice.", category)
    assert "developer_material" not in _facets("Draft of the institute, do not quote.", category)


@pytest.mark.parametrize(
    ("text", "is_summary"),
    [
        ("A large cloud supplier has told its members of a break-in. The cause was found and fixed.", True),
        ("Four of the firms that we asked reported theft by staff during the year.", True),
        ("Oriel Agents told us of a break-in. The cause was found and fixed.", False),
        ("The one developer in Tallinn had a break-in.", False),
        ("A large cloud supplier had a break-in through a phished password.", False),
        ("A large cloud supplier had a break-in; it began on 4 May at 02:10.", False),
        ("A large cloud supplier had a break-in from 203.0.113.9.", False),
    ],
)
def test_a_summary_names_nobody_and_tells_nothing(text: str, is_summary: bool) -> None:
    assert ("summary_incident" in _facets(text, "cyber_incidents")) is is_summary
    assert "summary_incident" not in _facets(text, "preliminary_research")


def _under(mark: Passage, passage: Passage) -> bool:
    tags = [_tag(mark, None, "marking.company.confidential"), _tag(passage, "preliminary_research")]
    _, tag = context.refine(tags, [mark, passage], (), POLICY, Registers())
    return any(one.facet == "developer_material" for one in tag.evidence)


def test_a_developers_mark_covers_what_stands_under_it() -> None:
    body = _passage("The effect halves after whitening.", path="page/3", section="2 Findings")
    assert _under(_passage("Kestrel Labs — Confidential", "header", "header1"), body)
    assert _under(_passage("Kestrel Labs – company confidential", path="page/1"), body)
    assert not _under(_passage("National Institute — Confidential", "header", "header1"), body)
    assert not _under(replace(_passage("Kestrel Labs — Confidential", "header"), location="b.docx"), body)


def test_topics_and_detail_are_facets_too() -> None:
    facets = _facets("The phishing arm had 20 volunteers.", "detailed_evaluation_methods")
    assert {"topic:cyber", "detail:headline"} <= facets


def test_markings_and_secrets_pass_through() -> None:
    passage = _passage("TLP:RED")
    tag = _tag(passage, None, "marking.tlp.red")
    assert context.refine([tag], [passage], (), POLICY, Registers()) == (tag,)


def test_evidence_in_the_lead_alone_does_not_release() -> None:
    passage = normalise((replace(_passage("14 of 20"), lead="Pintail (released in May)"),))[0]
    (tag,) = context.refine([_tag(passage, AFTER)], [passage], (), POLICY, Registers())
    assert tag.category == BEFORE
