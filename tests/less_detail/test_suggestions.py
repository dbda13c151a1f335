"""Less detailed versions: the smallest selection that is judged milder, and never more than was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from pipeline import settings
from pipeline.less_detail import MOST, suggestions
from pipeline.sandbox import Sandbox
from pipeline.scan import judge as scan_judge
from pipeline.scan import load_kit
from pipeline.types import Outcome

TEXT = "On 4 February an attacker entered the servers of Tern Labs through a stolen token and copied 40 files."


def milder_without(*words: str, to: Outcome = Outcome.NEEDS_REVIEW) -> Callable[[str], Outcome]:
    """Held back as long as any of the words is there."""
    return lambda text: Outcome.HELD_BACK if any(word in text for word in words) else to


def test_the_one_kind_that_matters_is_found() -> None:
    found = suggestions(TEXT, Outcome.HELD_BACK, milder_without("Tern"))
    assert found is not None
    assert found.kinds == ("names",)
    assert found.sentence == "without names: needs review"
    assert found.text == TEXT.replace("Tern Labs", "a firm")


def test_two_kinds_are_named_together() -> None:
    found = suggestions(TEXT, Outcome.HELD_BACK, milder_without("Tern", "token"))
    assert found is not None
    assert (found.kinds, found.sentence) == (("names", "technique"), "without names and technique: needs review")


def test_fewer_kinds_come_before_fewer_characters() -> None:
    def judge(text: str) -> Outcome:
        short = "[time]" in text and "[figure]" in text
        return Outcome.NEEDS_REVIEW if short or "token" not in text else Outcome.HELD_BACK

    found = suggestions(TEXT, Outcome.HELD_BACK, judge)
    assert found is not None
    assert found.kinds == ("technique",)


def test_of_equally_many_kinds_the_one_that_masks_least() -> None:
    found = suggestions(TEXT, Outcome.HELD_BACK, lambda text: Outcome(2 if text == TEXT else 1))
    assert found is not None
    assert found.kinds == ("scores",)


def test_what_nothing_makes_milder_has_no_suggestion() -> None:
    assert suggestions(TEXT, Outcome.HELD_BACK, lambda _: Outcome.HELD_BACK) is None


def test_needs_review_becomes_shareable_or_nothing() -> None:
    assert suggestions(TEXT, Outcome.NEEDS_REVIEW, milder_without("Tern")) is None
    found = suggestions(TEXT, Outcome.NEEDS_REVIEW, milder_without("Tern", to=Outcome.SHAREABLE))
    assert found is not None
    assert found.outcome is Outcome.SHAREABLE


@pytest.mark.parametrize("text", ["", "The secretariat met and agreed on the plan.", "TLP:RED"])
def test_a_text_without_detail_is_not_even_judged(text: str) -> None:
    asked: list[str] = []
    assert suggestions(text, Outcome.HELD_BACK, lambda masked: asked.append(masked) or Outcome.SHAREABLE) is None  # type: ignore[func-returns-value]
    assert asked == []


def test_what_is_shareable_already_is_not_judged() -> None:
    def never(_: str) -> Outcome:
        raise AssertionError

    assert suggestions(TEXT, Outcome.SHAREABLE, never) is None


def test_the_judge_is_asked_a_bounded_number_of_times_and_never_twice_the_same() -> None:
    text = f"{TEXT} It called 192.0.2.7 first. Then they left the building again."
    asked: list[str] = []

    def judge(masked: str) -> Outcome:
        asked.append(masked)
        return Outcome.HELD_BACK

    assert suggestions(text, Outcome.HELD_BACK, judge) is None
    assert 32 <= len(asked) <= MOST
    assert len(set(asked)) == len(asked)


def test_names_of_the_registers_count_in_any_case() -> None:
    text = "The servers of wren & sons were entered through the garden door."
    assert suggestions(text, Outcome.HELD_BACK, milder_without("wren")) is None
    found = suggestions(text, Outcome.HELD_BACK, milder_without("wren"), known=["Wren & Sons", " "])
    assert found is not None
    assert found.text.startswith("The servers of [name] were")


def test_a_marking_is_never_masked_away() -> None:
    text = "TLP:RED\nThe visitors of Tern Labs arrive at noon and leave after lunch."
    found = suggestions(text, Outcome.HELD_BACK, milder_without("TLP:RED"))
    assert found is None


def test_a_text_of_masks_alone_is_no_suggestion() -> None:
    assert suggestions("1. Open the console of Tern Labs", Outcome.HELD_BACK, milder_without("Open", "Tern")) is None


def test_overlapping_details_are_masked_once() -> None:
    text = "We were asked to keep this brief. Then the token of Tern Labs was used."
    found = suggestions(text, Outcome.HELD_BACK, milder_without("token", "Tern", "used"))
    assert found is not None
    assert found.text == "We were asked to keep this brief. [step]"


def test_a_breach_with_firm_and_vector_becomes_a_summary(sandbox: Sandbox) -> None:
    """The whole way, with the rules and models as shipped."""
    kit = load_kit(settings.load({"weak_sandbox": True}).settings, sandbox, key=b"k" * 32)

    def judge(text: str) -> Outcome:
        return scan_judge(text, kit, today=date(2031, 3, 2)).verdict.outcome

    text = (
        "On 4 February an attacker entered the build servers of Tern Labs through a stolen contractor token and "
        "stayed for six days. The token had been left in the log of a test job."
    )
    assert judge(text) is Outcome.HELD_BACK
    found = suggestions(text, Outcome.HELD_BACK, judge)
    assert found is not None
    assert (found.outcome, judge(found.text)) == (Outcome.NEEDS_REVIEW, Outcome.NEEDS_REVIEW)
    assert {"names", "technique"} <= set(found.kinds)
    assert "Tern" not in found.text
