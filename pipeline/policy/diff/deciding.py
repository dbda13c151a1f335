"""Fig. 2, its gate, and the adjustments in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations

from ..models import AdjustmentRow, Gate
from ..policy import ANSWERS, RULINGS, TIERS, Policy
from ..risk import concerns
from .change import Change, Effect, listed, matched, ranked, worst

_FLOORS = ("needs_review", "held_back")
_EVIDENCE = ("words", "span", "register_entry")


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    for key, before in old.matrix.items():
        after = new.matrix[key]
        line = partial(Change, kind="cell", rule=before.id, file="matrix.yaml")
        if before.ruling != after.ruling:
            effect = ranked(before.ruling, after.ruling, RULINGS)
            yield line(what="ruling", old=before.ruling, new=after.ruling, effect=effect)
        elif before.tier != after.tier:
            yield line(what="tier", old=before.tier, new=after.tier, effect=ranked(before.tier, after.tier, TIERS))
        if before.ruling == after.ruling and before.sentence != after.sentence:
            yield line(what="sentence", effect="changed")
    yield from _gate(old.gate, new.gate)
    yield from _adjustments(old, new)


def _gate(before: Gate, after: Gate) -> Iterator[Change]:
    line = partial(Change, kind="gate", rule="benefits", file="matrix.yaml")
    if before.floor != after.floor:
        effect = ranked(before.floor, after.floor, _FLOORS)
        yield line(what="floor", old=before.floor, new=after.floor, effect=effect)
    for what in ("passes_with", "benefits"):
        was, is_ = set(getattr(before, what)), set(getattr(after, what))
        if was != is_:
            yield line(what=what, old=listed(was), new=listed(is_), effect="loosened" if is_ - was else "tightened")
    if (before.question, before.sentence) != (after.question, after.sentence):
        yield line(what="its words", effect="changed")


def _adjustments(old: Policy, new: Policy) -> Iterator[Change]:
    was, is_ = ({row.id: row for row in policy.adjustments} for policy in (old, new))
    for name, before, after in matched(was, is_):
        line = partial(Change, kind="adjustment", rule=name, file="adjustments.yaml")
        if before is None and after is not None:
            yield line(what="new", effect=_more(after), note=after.direction)
        elif after is None and before is not None:
            yield line(what="gone", effect=_less(before), note=before.direction)
        elif before is not None and after is not None:
            yield from _changed(before, after, new, line)
    yield from _order(old, new)


def _more(row: AdjustmentRow) -> Effect:
    """What happens where it applies more often."""
    return "tightened" if row.direction == "tightening" else "loosened"


def _less(row: AdjustmentRow) -> Effect:
    return "loosened" if row.direction == "tightening" else "tightened"


def _changed(before: AdjustmentRow, after: AdjustmentRow, new: Policy, line: partial[Change]) -> Iterator[Change]:
    if before.direction != after.direction:
        yield line(what="direction", old=before.direction, new=after.direction, effect="loosened")
    for what in ("proprietary", "capability"):
        was, is_ = getattr(before, what), getattr(after, what)
        if was != is_:
            yield line(what=what, old=was or "", new=is_ or "", effect=_moved(was, is_, after))
    if before.facet != after.facet:
        yield line(what="facet", old=before.facet, new=after.facet, effect="loosened")
    if before.evidence != after.evidence and "loosening" in (before.direction, after.direction):
        effect = ranked(before.evidence, after.evidence, _EVIDENCE)
        yield line(what="evidence", old=before.evidence, new=after.evidence, effect=effect)
    if _told_reach(before) != _told_reach(after):
        yield line(what="reach", old=_reach(before), new=_reach(after), effect=_reached(before, after, new))
    if (before.sentence, before.source) != (after.sentence, after.source):
        yield line(what="its words", effect="changed")


def _moved(was: str | None, is_: str | None, row: AdjustmentRow) -> Effect:
    """A tightening to a lower answer, or to none, tightens less; a loosening to a lower one loosens more."""
    if row.direction == "tightening":
        order = (None, *ANSWERS)
        return ranked(was, is_, order)
    return ranked(was, is_, (*ANSWERS, None))


def _told_reach(row: AdjustmentRow) -> tuple[tuple[str, ...], ...]:
    return row.tiers, row.categories, row.except_for


def _reach(row: AdjustmentRow) -> str:
    but = f"not {listed(row.except_for)}" if row.except_for else ""
    return "; ".join(part for part in (listed(row.tiers), listed(row.categories), but) if part) or "any"


def _reached(before: AdjustmentRow, after: AdjustmentRow, policy: Policy) -> Effect:
    """By the categories that are there, those switched off included in no way: they decide nothing."""
    rows = [(concerns(before, each), concerns(after, each)) for each in policy.categories.values()]
    effects = [_less(after) if was else _more(after) for was, is_ in rows if was != is_]
    return worst(effects)


def _order(old: Policy, new: Policy) -> Iterator[Change]:
    """A loosening that comes later finds more to loosen; of one direction, the order makes no difference."""
    rows = {row.id: row for row in new.adjustments}
    was = [row.id for row in old.adjustments if row.id in rows]
    is_ = [row.id for row in new.adjustments if row.id in was]
    for first, second in combinations(was, 2):
        if is_.index(first) > is_.index(second) and rows[first].direction != rows[second].direction:
            effect: Effect = "loosened" if rows[first].direction == "loosening" else "tightened"
            yield Change(
                kind="adjustment", rule=first, what=f"comes after {second}", effect=effect, file="adjustments.yaml"
            )
