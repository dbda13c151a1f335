"""Cuts of the classifier, signals, and the facets that patterns and finer categories speak of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...types import Outcome
from ..policy import Policy
from .change import Change, listed, ranked

_OUTCOMES = (Outcome.SHAREABLE, Outcome.NEEDS_REVIEW, Outcome.HELD_BACK)


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    yield from _thresholds(old, new)
    yield from _signals(old, new)
    yield from _facets(old, new)


def _thresholds(old: Policy, new: Policy) -> Iterator[Change]:
    for what in ("held", "suspected", "review"):
        was, is_ = getattr(old.about.thresholds, what), getattr(new.about.thresholds, what)
        if was != is_:
            yield Change(
                kind="threshold", rule=what, what="at most", old=str(was), new=str(is_), file="policy.yaml",
                effect="tightened" if is_ < was else "loosened",
            )  # fmt: skip


def _signals(old: Policy, new: Policy) -> Iterator[Change]:
    """By what each comes to: one without a line of its own falls back on that of its kind, or needs review."""
    for name in {**old.signals, **new.signals}:
        before, after = old.signal(name), new.signal(name)
        was, is_ = (each.outcome if each else Outcome.NEEDS_REVIEW for each in (before, after))
        line = partial(Change, kind="signal", rule=name, file="signals.yaml")
        if was != is_:
            yield line(what="outcome", old=was.id, new=is_.id, effect=ranked(was, is_, _OUTCOMES))
        elif before != after:
            yield line(what="its words", effect="changed")


def _facets(old: Policy, new: Policy) -> Iterator[Change]:
    """A value that is gone is a sign of something else that nobody sees any more."""
    for what, before, after in (
        ("facets", old.facet_ids, new.facet_ids),
        ("vetoes", {row.id for row in old.facets.vetoes}, {row.id for row in new.facets.vetoes}),
    ):
        line = partial(Change, kind="facets", rule=what, what="values", file="facets.yaml")
        if come := after - before:
            yield line(new=listed(come), effect="changed")
        if gone := before - after:
            yield line(old=listed(gone), effect="loosened")
