"""A fair draw of what was not flagged, and an interval that holds what it says."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import elusion
from pipeline.types import Blob, Document, Part
from tests.store.test_store import finding, row

TIERS = {"cyber_incidents": "high_trust", "preliminary_research": "gray_area", "evaluation_standards": "no_brainer"}


def drawn(count: int) -> list[elusion.Drawn]:
    return [elusion.Drawn(id=str(number), uri="a.txt", text=f"passage {number}") for number in range(count)]


@given(st.integers(0, 40), st.integers(1, 40), st.integers())
def test_a_draw_is_whole_without_doubles_and_told_the_frame(there: int, wanted: int, seed: int) -> None:
    kept, total = elusion.sample(drawn(there), wanted, seed)
    assert total == there
    assert len(kept) == len({each.id for each in kept}) == min(there, wanted)


def test_each_passage_has_the_same_chance() -> None:
    counts = Counter(each.id for seed in range(2000) for each in elusion.sample(drawn(10), 3, seed)[0])
    assert all(500 < counts[str(number)] < 700 for number in range(10))


def test_flagged_passages_are_not_drawn() -> None:
    text = "One passage that is long enough to stand alone.\n\nAnother passage, that nobody has flagged so far."
    document = Document(
        blob=Blob.of(b"x", name="a.txt"), extractor="text", parts=(Part(kind="body", text=text, path="body"),)
    )
    flagged = row(findings=(finding(),))
    assert [each.text for each in elusion.unflagged(flagged, [document])] == [text.split("\n\n")[1]]
    harmless = row(findings=(finding().model_copy(update={"outcome": "shareable"}),))
    assert len(list(elusion.unflagged(harmless, [document]))) == 2


def test_misses_are_counted_by_tier() -> None:
    labels = [{"primary": name} for name in ("none", "none", "cyber_incidents", "evaluation_standards")]
    gray, high = elusion.misses(labels, TIERS)
    assert (gray.missed, high.missed, high.labelled) == (0, 1, 4)
    assert (gray.low, high.low < 0.25 < high.high) == (0.0, True)


@pytest.mark.parametrize(("missed", "of", "low", "high"), [(0, 100, 0.0, 0.0362), (5, 100, 0.0164, 0.1128)])
def test_the_interval_is_that_of_clopper_and_pearson(missed: int, of: int, low: float, high: float) -> None:
    labels = [{"primary": "cyber_incidents" if number < missed else "none"} for number in range(of)]
    found = elusion.misses(labels, TIERS)[1]
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
