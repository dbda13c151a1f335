"""Protective markings, wherever they stand, and not the words of a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import policy as policies
from pipeline.detect import markings
from pipeline.normalise import normalise
from pipeline.registers import Registers
from pipeline.types import PartKind, Passage

DETECT = markings.load(policies.load(Path("rules")), Registers(), Path("models"))


def _rules(text: str, kind: PartKind = "body") -> list[str]:
    passage = Passage(text=text, kind=kind, location="a", path="p", start=0, end=len(text))
    return [tag.rule.removeprefix("marking.") for tag in DETECT(normalise((passage,)), ())]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("TLP:RED", "tlp.red"),
        ("TLP: Amber", "tlp.amber"),
        ("TLP:AMBER+STRICT", "tlp.amber_strict"),
        ("tlp:green", "tlp.green"),
        ("TLP CLEAR", "tlp.clear"),
        ("TLP:WHITE", "tlp.white"),
        ("[TLP:AMBER] Draft text for the joint advisory of the members", "tlp.amber"),
        ("Minutes of the seventh meeting of the working group – TLP:RED", "tlp.red"),
        ("This document is TLP:RED and goes to the named recipients only.", "tlp.red"),
        ("OFFICIAL-SENSITIVE", "gsc.official_sensitive"),
        ("OFFICIAL – SENSITIVE [COMMERCIAL]", "gsc.official_sensitive"),
        ("UK OFFICIAL", "gsc.official"),
        ("TOP SECRET", "gsc.top_secret"),
        ("SECRET", "gsc.secret"),
        ("CUI//SP-PROPIN", "cui.specified"),
        ("CUI", "cui.basic"),
        ("(CUI) The table lists the hosts that were reached in the exercise.", "cui.basic"),
        ("CONTROLLED UNCLASSIFIED INFORMATION", "cui.basic"),
        ("Kestrel Labs — Company Confidential", "company.confidential"),
        ("Commercial in confidence", "company.confidential"),
        ("Strictly confidential", "company.confidential"),
        ("Classification: OFFICIAL-SENSITIVE", "gsc.official_sensitive"),
        ("T\u200bLP:R\u200bED", "tlp.red"),
    ],
)
def test_markings_that_stand_alone(text: str, rule: str) -> None:
    assert _rules(text) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "The TLP protocol has four levels, and TLP:RED is the strictest of them all.",
        "TLP:RED means that recipients may not share the text with anybody else.",
        "Confidential computing protects the weights while they are in use.",
        "The official record of the meeting was kept secret for a year by the office.",
        "She is an official of the ministry.",
        "He told me a secret, which I keep.",
        "Members handle confidential reports with care and return them afterwards.",
        "The public asked for a document.",
        "",
    ],
)
def test_words_of_a_sentence_mark_nothing(text: str) -> None:
    assert _rules(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Keywords: TLP:RED", "metadata"), ("minutes_TLP-RED.docx", "name"), ("TLP:RED  page 3 of 9", "header")],
)
def test_markings_in_headers_metadata_and_names(text: str, kind: PartKind) -> None:
    assert _rules(text, kind) == ["tlp.red"]


def test_the_span_is_the_marking_itself() -> None:
    text = "Draft\nTLP:AMBER"
    passage = Passage(text=text, kind="header", location="a", path="p", start=0, end=len(text))
    (tag,) = DETECT(normalise((passage,)), ())
    assert text[tag.start : tag.end] == "TLP:AMBER"
    assert tag.category is None and tag.detector == "marking"


def test_a_joined_reading_does_not_count_a_marking_twice() -> None:
    passage = Passage(text="TLP:RED", kind="body", location="a", path="p", start=0, end=7, joined=True)
    assert list(DETECT((passage,), ())) == []
