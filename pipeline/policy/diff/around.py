"""What stands around the rules: their name, the assumptions they rest on, a jurisdiction's priorities."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...types import Outcome
from ..policy import Policy
from .change import Change, matched, ranked

_FLOORS = (None, Outcome.SHAREABLE, Outcome.NEEDS_REVIEW, Outcome.HELD_BACK)


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    for what in ("version", "title", "paper", "jurisdiction"):
        was, is_ = getattr(old.about, what), getattr(new.about, what)
        if was != is_:
            yield Change(kind="policy", rule=what, what="is", old=was, new=is_, effect="changed", file="policy.yaml")
    yield from _context(old, new)
    yield from _priorities(old, new)


def _context(old: Policy, new: Policy) -> Iterator[Change]:
    was, is_ = ({each.id: each for each in policy.context} for policy in (old, new))
    for name, before, after in matched(was, is_):
        line = partial(Change, kind="context", rule=name, effect="changed", file="context.yaml")
        if before is None or after is None:
            yield line(what="new" if after else "gone")
        elif before.review_by != after.review_by:
            yield line(what="review by", old=before.review_by.isoformat(), new=after.review_by.isoformat())
        elif before != after:
            yield line(what="its words or owner")


def _priorities(old: Policy, new: Policy) -> Iterator[Change]:
    """What is asked at least, for each category and audience that either names; then the questions."""
    was, is_ = (_floors(policy) for policy in (old, new))
    for place in sorted({*was, *is_}):
        before, after = was.get(place), is_.get(place)
        if before != after:
            yield Change(
                kind="priority", rule=place[0], what=f"at least, for {place[1]}", effect=ranked(before, after, _FLOORS),
                old=before.id if before is not None else "", new=after.id if after is not None else "",
                file="priorities/",
            )  # fmt: skip
    asked, asks = (_questions(policy) for policy in (old, new))
    for name, then, now in matched(asked, asks):
        if then != now:
            yield Change(kind="priority", rule=name, what="questions or owner", effect="changed", file="priorities/")


def _floors(policy: Policy) -> dict[tuple[str, str], Outcome]:
    found: dict[tuple[str, str], Outcome] = {}
    for row in policy.priorities.priorities if policy.priorities else ():
        for each in row.at_least:
            place = (row.category, each.audience)
            found[place] = max(found.get(place, Outcome.SHAREABLE), Outcome[each.outcome.upper()])
    return found


def _questions(policy: Policy) -> dict[str, object]:
    found: dict[str, object] = {}
    for row in policy.priorities.priorities if policy.priorities else ():
        found[row.category] = (found.get(row.category), row.owner, row.questions)
    return found
