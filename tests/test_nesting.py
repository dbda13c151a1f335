"""A child marked more strictly than what carries it is shown; with a marked carrier a person looks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline import policy as policies
from pipeline.decide import decide
from pipeline.types import Outcome, Passage, Tag

POLICY = policies.load(Path("rules"))
CONFLICT, SHOWN = "document.marking_stricter_inside", "document.marking_inside"


def mark(level: str, location: str) -> Tag:
    passage = Passage(text=level, kind="header", location=location, path="p", start=0, end=len(level))
    return Tag(passage=passage, category=None, detector="marking", rule=f"marking.{level}", score=1.0)


def nested(*marks: tuple[str, str]) -> list[tuple[str, int]]:
    tags = [mark(level, location) for level, location in marks]
    verdict = decide(
        tags, (), (), policy=POLICY, audience="domestic", today=date(2026, 3, 1), grade="A", model_sha256="0" * 64
    )
    return [(one.rule, len(one.tags)) for one in verdict.reasons if one.rule in (CONFLICT, SHOWN)]


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("release.public", "company.confidential"),
        ("tlp.clear", "tlp.red"),
        ("tlp.clear", "tlp.green"),
        ("gsc.official", "gsc.official_sensitive"),
    ],
)
@pytest.mark.parametrize(
    "location", ["mail.eml!plan.docx", "mail.eml!files.zip!plan.docx", "mail.eml!signed.eml!a.pdf"]
)
def test_a_stricter_child_of_a_marked_carrier_is_a_conflict(outer: str, inner: str, location: str) -> None:
    assert nested((outer, "mail.eml"), (inner, location)) == [(CONFLICT, 2)]


def test_a_marked_child_of_an_unmarked_carrier_is_shown_and_changes_nothing() -> None:
    assert nested(("tlp.green", "files.zip!plan.docx")) == [(SHOWN, 1)]
    tags = [mark("tlp.green", "files.zip!plan.docx")]
    verdict = decide(
        tags, (), (), policy=POLICY, audience="network", today=date(2026, 3, 1), grade="A", model_sha256="0" * 64
    )
    assert verdict.outcome is Outcome.SHAREABLE


@pytest.mark.parametrize(
    "marks",
    [
        [("tlp.red", "mail.eml"), ("tlp.green", "mail.eml!plan.docx")],
        [("tlp.green", "mail.eml"), ("gsc.official", "mail.eml!plan.docx")],
        [("tlp.clear", "files.zip!notes.txt")],
        [("tlp.red", "plan.docx")],
        [("tlp.red", "mail.eml!body.html")],
        [("tlp.clear", "mail.eml"), ("tlp.red", "mail.eml!1-body.html"), ("tlp.red", "mail.eml!plan.docx")],
        [("release.public", "mail.eml"), ("tlp.red", "mail.eml"), ("tlp.amber", "mail.eml!plan.docx")],
        [],
    ],
)
def test_an_equal_or_milder_child_and_a_mail_of_its_own_marking_are_no_conflict(marks: list[tuple[str, str]]) -> None:
    assert nested(*marks) == []


def test_one_child_is_one_reason_however_often_it_is_marked() -> None:
    marks = [("tlp.clear", "a.zip"), ("tlp.amber", "a.zip!b"), ("tlp.red", "a.zip!b"), ("tlp.red", "a.zip!b")]
    assert nested(*marks) == [(CONFLICT, 2)]
