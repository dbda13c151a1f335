"""Who may decide what, and when a second person has to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import review
from pipeline.review import Given

CONFIRM, LET_GO, UNSURE = "confirm", "not_sensitive", "unsure"


def said(*decisions: str, category: str | None = None) -> list[Given]:
    return [Given(person=n, decision=d, category=category) for n, d in enumerate(decisions)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decisions", "wants", "state"),
    [
        ([], False, "open"),
        ([UNSURE], False, "unsure"),
        ([CONFIRM], False, "decided"),
        ([LET_GO], True, "second"),
        ([UNSURE, LET_GO], True, "second"),
        ([LET_GO, LET_GO], True, "decided"),
        ([LET_GO, CONFIRM], True, "disputed"),
        ([CONFIRM, LET_GO], False, "disputed"),
        ([LET_GO, CONFIRM, UNSURE], True, "disputed"),
        ([LET_GO, CONFIRM, CONFIRM], True, "decided"),
    ],
)
def test_how_a_finding_stands(decisions: list[str], wants: bool, state: str) -> None:
    assert review.state_of(said(*decisions), wants_second=wants) == state


def test_two_who_see_another_category_disagree() -> None:
    pair = [Given(person=1, decision="confirm", category="a"), Given(person=2, decision="confirm", category="b")]
    assert review.state_of(pair, wants_second=True) == "disputed"


@given(st.lists(st.sampled_from([CONFIRM, LET_GO, UNSURE]), max_size=5), st.booleans())
def test_what_wants_a_second_look_is_never_settled_by_one(decisions: list[str], wants: bool) -> None:
    firm = [one for one in decisions if one != UNSURE]
    state = review.state_of(said(*decisions), wants_second=wants)
    if wants and len(firm) == 1:
        assert state == "second"
    assert (state == "decided") <= bool(firm)


@pytest.mark.parametrize(
    ("person", "roles", "given_", "state", "fits"),
    [
        (9, ["reviewer"], [], "open", True),
        (9, ["reader"], [], "open", False),
        (9, ["admin", "policy"], [], "open", False),
        (9, ["no such role"], [], "open", False),
        (0, ["reviewer"], said(LET_GO), "second", False),
        (9, ["reviewer"], said(LET_GO), "second", True),
        (9, ["reviewer"], said(LET_GO, CONFIRM), "disputed", False),
        (9, ["releaser"], said(LET_GO, CONFIRM), "disputed", True),
        (1, ["releaser"], said(LET_GO, CONFIRM), "disputed", False),
        (9, ["reviewer"], said(CONFIRM, CONFIRM), "decided", False),
        (9, ["reviewer"], [], "gone", False),
    ],
)
def test_who_may_decide(person: int, roles: list[str], given_: list[Given], state: str, fits: bool) -> None:
    assert (review.objection(person, roles, given_, state) is None) is fits  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decision", "reason", "comment", "category", "fits"),
    [
        ("confirm", "", "", None, True),
        ("confirm", "", "", "known", True),
        ("confirm", "", "", "other", False),
        ("confirm", "already_public", "", None, False),
        ("not_sensitive", "", "", None, False),
        ("not_sensitive", "because", "", None, False),
        ("not_sensitive", "already_public", "", None, True),
        ("not_sensitive", "other", " ", None, False),
        ("not_sensitive", "other", "the minutes say so", None, True),
        ("release it", "", "", None, False),
    ],
)
def test_what_makes_a_decision(decision: str, reason: str, comment: str, category: str | None, fits: bool) -> None:
    fault = review.fault(decision, reason=reason, comment=comment, category=category, categories={"known"})
    assert (fault is None) is fits


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"person": 1}, False),
        ({"roles": ["reviewer"]}, False),
        ({"state": "expired"}, False),
        ({"state": "approved"}, False),
        ({"to_do": 1}, False),
        ({"current": False}, False),
    ],
)
def test_who_may_release(changes: dict[str, object], fits: bool) -> None:
    asked = {"person": 2, "roles": ["releaser"], "requested_by": 1, "state": "requested", "to_do": 0, "current": True}
    asked |= changes
    found = review.release_objection(asked.pop("person"), asked.pop("roles"), **asked)  # type: ignore[arg-type]
    assert (found is None) is fits


def test_a_tenth_of_what_is_let_go_is_looked_at_twice() -> None:
    names = [f"{number:024x}" for number in range(2000)]
    drawn = sum(review.wants_second(name, held=True, decision="not_sensitive") for name in names)
    assert 140 < drawn < 260
    assert not any(review.wants_second(name, held=False, decision="not_sensitive") for name in names)
    assert not any(review.wants_second(name, held=True, decision="confirm") for name in names)
