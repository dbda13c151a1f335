"""What is left of a passage: any five of its words in a row, whatever their dress."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redacted.traces import Traces, merged

SECRET = "Checkpoint seven solved fourteen of twenty tasks, and the launch is planned."


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        "As we said: solved fourteen of twenty tasks!",
        "SOLVED\nFOURTEEN  of twenty\ttasks",
        "solved four\u00adteen of twen\u200bty tasks",
        "ѕolved fоurteen of twenty tasks",  # two letters of another script
        "xsolvedfourteenoftwentytasksx",  # as OCR may read it
    ],
)
def test_five_words_in_a_row_are_found(text: str) -> None:
    assert Traces([SECRET]).left_in(text)


@pytest.mark.parametrize(
    "text", ["", "solved fourteen of twenty", "fourteen solved twenty of tasks", "It is of the same and so on."]
)
def test_fewer_words_or_another_order_are_not(text: str) -> None:
    assert not Traces([SECRET]).left_in(text)


def test_a_short_passage_is_found_whole_and_as_words() -> None:
    traces = Traces(["Tern-7 wins"])
    assert traces.left_in("They say that Tern-7 wins.")
    assert not traces.left_in("Tern-7 lost")
    assert not traces.left_in("A lantern: 7 winsome birds")


def test_nothing_is_left_of_no_words() -> None:
    assert not Traces(["", " … ", "█████"]).left_in("Anything at all, even …")


def test_the_stretch_that_repeats_is_told_in_code_points() -> None:
    text = "🦅 They solved fourteen of twenty tasks, and the launch was moved."
    ((start, end),) = Traces([SECRET]).spans(text)
    assert text[start:end] == "solved fourteen of twenty tasks, and the launch"


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted).map(tuple)))
def test_merged_stretches_cover_the_same_and_lie_apart(spans: list[tuple[int, int]]) -> None:
    joined = merged(spans)
    covered = {at for start, end in spans for at in range(start, end)}
    assert {at for start, end in joined for at in range(start, end)} == covered
    assert all(left[1] < right[0] for left, right in pairwise(joined))
