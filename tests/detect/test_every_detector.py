"""What every detector must withstand, whatever it looks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import policy as policies
from pipeline.detect import DETECTORS, Detect
from pipeline.errors import ModelError
from pipeline.normalise import normalise
from pipeline.registers import Registers
from pipeline.types import Passage, Tag

POLICY = policies.load(Path("rules"))


def _load(name: str) -> Detect:
    try:
        return DETECTORS[name].load(POLICY, Registers(), Path("models"))
    except ModelError:
        pytest.fail(f"the detector {name} does not start with what the project ships")


LOADED = {name: _load(name) for name in DETECTORS}
every_detector = pytest.mark.parametrize("detector", list(DETECTORS))

WORDS = [
    "The helpful-only variant `kestrel-rc2` answers until Friday; password: Tr7$kQ9!zP2m",
    "An attacker used a stolen session cookie to copy 40 GB of weights from Kestrel Labs.",
    "Checkpoint 7 solved 14 of 20 exploit tasks; launch is planned for May.",
    "TLP:RED",
    "Kestrel Labs — Company Confidential",
    "Peak lr 1.7e-4 with a batch of 24M tokens, cosine decay over 31T tokens.",
]


def _passages(*texts: str, lead: str = "") -> tuple[Passage, ...]:
    return normalise(
        tuple(
            Passage(text=text, kind="body", location="a", path="body", start=0, end=len(text), lead=lead)
            for text in texts
        )
    )


def _tags(detector: str, passages: tuple[Passage, ...]) -> list[Tag]:
    return list(LOADED[detector](passages, ()))


@every_detector
def test_nothing_gives_nothing(detector: str) -> None:
    assert _tags(detector, ()) == []
    assert _tags(detector, _passages("", " ", "\n\n\t", "\u200b\ufeff\u2060", "\x00")) == []


@every_detector
def test_a_harmless_line_gives_nothing_that_holds(detector: str) -> None:
    passages = _passages("The canteen is closed on Monday, and the lift is repaired on Tuesday.")
    assert [tag for tag in _tags(detector, passages) if tag.certain and tag.category] == []


@every_detector
@pytest.mark.parametrize(
    "filler", ["a", "word ", "\n", "0123456789", "é", "🙂", "` ", "- ", "({[", "stolen key ", "http://"]
)
def test_a_huge_passage_is_survived(detector: str, filler: str) -> None:
    _tags(detector, _passages(filler * (60_000 // len(filler))))


@every_detector
@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.sampled_from("🙂e\u0301\u202eא\u200bﬁ ᴀ\n"), max_size=20), st.sampled_from(WORDS))
def test_spans_lie_in_the_text_whatever_surrounds_them(detector: str, before: str, words: str) -> None:
    for tag in _tags(detector, _passages(f"{before} {words}", lead="a lead")):
        assert 0 <= tag.start <= tag.end <= len(tag.passage.text)
        assert all(0 <= one.start <= one.end <= len(tag.passage.text) for one in tag.evidence)


@every_detector
def test_the_same_passages_give_the_same_tags(detector: str) -> None:
    passages = _passages(*WORDS)
    assert _tags(detector, passages) == _tags(detector, passages)
    alone = [tag for passage in passages for tag in _tags(detector, (passage,))]
    assert sorted(map(repr, alone)) == sorted(map(repr, _tags(detector, passages)))


@every_detector
def test_tags_name_what_the_policy_knows(detector: str) -> None:
    for tag in _tags(detector, _passages(*WORDS)):
        assert tag.category is None or tag.category in POLICY.categories
        assert 0 < tag.score <= 1
        assert tag.detector in {"matcher", "classifier", "marking", "secret", "artefact", "fingerprint"}


def test_between_them_they_find_each_of_the_examples() -> None:
    for passage in _passages(*WORDS):
        assert any(_tags(detector, (passage,)) for detector in DETECTORS), passage.text
