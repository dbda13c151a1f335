"""Patterns: which way it goes depends on what they carry. A veto that fires more often lets more through."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..patterns import PatternRule
from ..policy import Policy
from .categories import ways
from .change import Change, Effect, matched

_REACH = ("phrases", "tokens", "anchors")


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    was, is_ = ({rule.id: rule for rule in policy.patterns} for policy in (old, new))
    for name, before, after in matched(was, is_):
        line = partial(Change, kind="pattern", rule=name, file="patterns/")
        if before is None and after is not None:
            yield line(what="new", effect=_effect(after, new, more=True), note=_carries(after))
        elif after is None and before is not None:
            yield line(what="gone", effect=_effect(before, old, more=False), note=_carries(before))
        elif before is not None and after is not None:
            yield from _changed(before, after, old, new, line)


def _changed(
    before: PatternRule, after: PatternRule, old: Policy, new: Policy, line: partial[Change]
) -> Iterator[Change]:
    if (before.kind, before.label) != (after.kind, after.label):
        gone, come = _effect(before, old, more=False), _effect(after, new, more=True)
        effect: Effect = "loosened" if "loosened" in (gone, come) else "tightened"
        yield line(what="carries", old=_carries(before), new=_carries(after), effect=effect)
    for what in _REACH:
        was, is_ = ({repr(each) for each in getattr(rule, what)} for rule in (before, after))
        # A longer match may swallow a shorter one of the same rule, which then stands in another place.
        effects = [_effect(after, new, more=False)] if was - is_ else []
        effects += [_effect(after, new, more=True)] if is_ - was else []
        if effects:
            yield line(
                what=what, effect="loosened" if "loosened" in effects else effects[0],
                note=f"{len(is_ - was)} more, {len(was - is_)} fewer",
            )  # fmt: skip
    was, is_ = set(before.unless), set(after.unless)
    if was != is_:
        effects = [_effect(after, new, more=False)] if is_ - was else []
        effects += [_effect(after, new, more=True)] if was - is_ else []
        yield line(
            what="unless", old=", ".join(sorted(was)), new=", ".join(sorted(is_)),
            effect="loosened" if "loosened" in effects else effects[0],
        )  # fmt: skip
    if before.certain != after.certain:
        yield line(
            what="certain", old=str(before.certain).lower(), new=str(after.certain).lower(),
            effect=_sure(after, new),
        )  # fmt: skip
    if before.score != after.score:
        yield line(what="score", old=str(before.score), new=str(after.score), effect="changed")
    if (before.match, before.no_match, before.todo, before.note) != (
        after.match, after.no_match, after.todo, after.note,
    ):  # fmt: skip
        yield line(what="examples or note", effect="changed")


def _sure(rule: PatternRule, policy: Policy) -> Effect:
    """A sure hit can hold a passage, and it can select a milder finer category; an unsure one does neither."""
    milder = any(category.milder for category in policy.categories.values())
    return "tightened" if rule.certain and not milder else "loosened"


def _effect(rule: PatternRule, policy: Policy, *, more: bool) -> Effect:
    """What happens where `rule` fires more often, or less often."""
    if rule.kind == "category":
        return "tightened" if more else "loosened"
    if rule.kind == "veto":
        return _vetoed(rule, policy, more=more)
    tightens, loosens = _uses(rule.label, policy)
    if tightens and loosens:
        return "loosened"
    if not tightens and not loosens:
        return "changed"
    return "tightened" if tightens == more else "loosened"


def _vetoed(rule: PatternRule, policy: Policy, *, more: bool) -> Effect:
    """The opposite of what its victims do; a veto that nothing names changes nothing."""
    victims = [each for each in policy.patterns if rule.label in each.unless and each.kind != "veto"]
    effects = [_effect(each, policy, more=not more) for each in victims]
    return "loosened" if "loosened" in effects else "tightened" if "tightened" in effects else "changed"


def _uses(facet: str, policy: Policy) -> tuple[bool, bool]:
    """Whether seeing `facet` tightens, and whether it loosens, by some adjustment or finer category."""
    flag = facet.partition(":")[2] or facet
    rows = [row.direction for row in policy.adjustments if row.facet in (facet, flag)]
    tightens, loosens = "tightening" in rows, "loosening" in rows
    group = facet.partition(":")[0]
    for category in policy.categories.values():
        wanted = (category.when or {}).get(group)
        if wanted is None:
            continue
        stricter, milder = ways(category, policy)
        fits = flag in wanted
        tightens |= (fits and stricter) or (not fits and category.milder)
        loosens |= (fits and milder) or (not fits and category.milder and stricter)
    # Words that a model is released, or is not, say which of two categories its results belong to; a dangerous topic
    # makes operational detail count.
    return tightens or flag == "not_released" or group == "topic", loosens or flag == "released"


def _carries(rule: PatternRule) -> str:
    return f"{rule.kind} {rule.label}"
