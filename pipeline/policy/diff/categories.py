"""Categories and their finer ones: risk answers, tiers, the gate, what selects them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from ..policy import ANSWERS, TIERS, Category, Policy
from .change import Change, Effect, matched, ranked

_WORDED = ("title", "definition", "source", "table", "benefits", "inferred", "extension")


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    for name, before, after in matched(old.categories, new.categories):
        finer = any(each and each.parent for each in (before, after))
        kind = "subcategory" if finer else "category"
        line = partial(Change, kind=kind, rule=name, file=f"{'sub' if finer else ''}categories.yaml")
        if before is None and after is not None:
            effect = _coming(ways(after, new)) if after.parent else "tightened"
            yield line(what="new" if not after.parent else "on", effect=effect, note=_answers(after))
        elif after is None and before is not None:
            effect = _coming(ways(before, old)[::-1]) if before.parent else "loosened"
            yield line(what="gone" if not before.parent else "off", effect=effect, note=_answers(before))
        elif before is not None and after is not None:
            yield from _changed(before, after, line)
            if before.when != after.when:
                effect = _selected(before, after, ways(before, old), ways(after, new))
                yield line(what="when", old=_when(before), new=_when(after), effect=effect)
    yield from _resting(old, new)


def ways(child: Category, policy: Policy) -> tuple[bool, bool]:
    """Whether a finer category can be stricter than its parent, and whether it can be milder."""
    parent = policy.categories[child.parent or child.id]
    named = any(child.id in row.categories for row in policy.adjustments)
    asked = any(row.category == child.id for row in policy.questions(child))
    stricter = any(
        ANSWERS.index(one) > ANSWERS.index(other)
        for one, other in ((child.proprietary, parent.proprietary), (child.capability, parent.capability))
    )
    milder = child.milder or (child.passes_gate and not parent.passes_gate)
    return stricter or named or asked, milder or named


def _coming(ways: tuple[bool, bool]) -> Effect:
    """What it does that a category of these ways, (stricter, milder), takes the place of its parent more often."""
    stricter, milder = ways
    return "loosened" if milder else "tightened" if stricter else "changed"


def _changed(before: Category, after: Category, line: partial[Change]) -> Iterator[Change]:
    for what in ("proprietary", "capability"):
        was, is_ = getattr(before, what), getattr(after, what)
        if was != is_:
            yield line(what=what, old=was, new=is_, effect=ranked(was, is_, ANSWERS))
    if before.tier != after.tier:
        yield line(
            what="tier", old=before.tier_title, new=after.tier_title, effect=ranked(before.tier, after.tier, TIERS)
        )
    if before.passes_gate != after.passes_gate:
        yield line(
            what="passes the gate", old=_yes(before.passes_gate), new=_yes(after.passes_gate),
            effect="loosened" if after.passes_gate else "tightened",
        )  # fmt: skip
    if before.lineage != after.lineage:
        yield line(what="parent", old=before.parent or "", new=after.parent or "", effect="loosened")
    for what in _WORDED:
        if getattr(before, what) != getattr(after, what):
            yield line(what=what, effect="changed")


def _selected(before: Category, after: Category, was: tuple[bool, bool], is_: tuple[bool, bool]) -> Effect:
    """A milder one that is selected more often loosens, and so does a stricter one that is selected less often."""
    more, less = not _covers(before.when, after.when), not _covers(after.when, before.when)
    stricter, milder = was[0] or is_[0], was[1] or is_[1]
    if (more and milder) or (less and stricter):
        return "loosened"
    return "tightened" if stricter or milder else "changed"


def _covers(outer: Mapping[str, tuple[str, ...]] | None, inner: Mapping[str, tuple[str, ...]] | None) -> bool:
    """Whether whatever `inner` selects, `outer` selects too: it asks of fewer groups, and for more values of each."""
    wide, tight = outer or {}, inner or {}
    return all(group in tight and set(tight[group]) <= set(values) for group, values in wide.items())


def _resting(old: Policy, new: Policy) -> Iterator[Change]:
    """What lies switched off decides nothing."""
    for name, before, after in matched(old.subcategories, new.subcategories):
        off = name not in old.categories and name not in new.categories
        if off and before != after:
            what = "changed while off" if before and after else "added, off" if after else "taken out, was off"
            yield Change(kind="subcategory", rule=name, what=what, effect="changed", file="subcategories.yaml")


def _answers(category: Category) -> str:
    return f"proprietary {category.proprietary}, capability {category.capability}: {category.tier_title}"


def _when(category: Category) -> str:
    return "; ".join(f"{group}: {', '.join(values)}" for group, values in (category.when or {}).items())


def _yes(value: bool) -> str:
    return "yes" if value else "no"
