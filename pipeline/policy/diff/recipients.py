"""Audiences with their lights, members and partners; markings, which say who may receive."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..policy import Audience, Marking, Policy
from .change import Change, listed, matched, ranked

_LIGHTS = ("shareable", "needs_review", "held_back")
_ROWS = ("share", "case_by_case", "dont_share", "none", "gap")


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    for name, before, after in matched(old.audiences, new.audiences):
        line = partial(Change, kind="audience", rule=name, file="audiences.yaml")
        if before is None:
            yield line(what="new", effect="loosened", note="somebody more can be asked for")
        elif after is None:
            yield line(what="gone", effect="tightened")
        else:
            yield from _audience(before, after, line)
    yield from _default(old, new)
    for name, was, is_ in matched(old.markings, new.markings):
        yield from _marking(was, is_, partial(Change, kind="marking", rule=name, file="markings.yaml"))


def _audience(before: Audience, after: Audience, line: partial[Change]) -> Iterator[Change]:
    for what in _ROWS:
        was, is_ = getattr(before.lights, what), getattr(after.lights, what)
        if was != is_:
            yield line(what=what, old=was, new=is_, effect=ranked(was, is_, _LIGHTS))
    gone, come = (
        {member.id for member in one.members} - {member.id for member in other.members}
        for one, other in ((before, after), (after, before))
    )
    if come:
        yield line(what="members", new=listed(come), effect="loosened", note="receive it too")
    if gone:
        yield line(what="members", old=listed(gone), effect="tightened", note="receive it no longer")
    if (before.title, before.source) != (after.title, after.source):
        yield line(what="its words", effect="changed")


def _default(old: Policy, new: Policy) -> Iterator[Change]:
    was, is_ = old.about.default_audience, new.about.default_audience
    if was == is_:
        return
    before, after = old.audiences[was].lights, new.audiences[is_].lights
    milder = any(_LIGHTS.index(getattr(after, row)) < _LIGHTS.index(getattr(before, row)) for row in _ROWS)
    yield Change(
        kind="policy", rule="default_audience", what="who is meant where nobody is named", old=was, new=is_,
        effect="loosened" if milder else "changed", file="policy.yaml",
    )  # fmt: skip


def _marking(before: Marking | None, after: Marking | None, line: partial[Change]) -> Iterator[Change]:
    if before is None or after is None:
        # A level without a line of its own is read as the next narrower one that has a line, or not at all.
        yield line(what="new" if after else "gone", effect="loosened", note="other marks may be read in its place")
        return
    come, gone = set(after.audiences) - set(before.audiences), set(before.audiences) - set(after.audiences)
    if come:
        yield line(what="allows", new=listed(come), effect="loosened")
    if gone:
        yield line(what="allows", old=listed(gone), effect="tightened")
    if before.strictness != after.strictness:
        note = "what it carries, or what carries it, is compared with it"
        yield line(
            what="strictness", old=str(before.strictness), new=str(after.strictness), effect="loosened", note=note
        )
    for what in ("permissive", "developer"):
        was, is_ = getattr(before, what), getattr(after, what)
        if was != is_:
            effect = "tightened" if is_ else "loosened"
            yield line(what=what, old=str(was).lower(), new=str(is_).lower(), effect=effect)
    if before.title != after.title:
        yield line(what="title", effect="changed")
