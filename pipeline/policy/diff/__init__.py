"""What two states of the rules differ in, in words: what is loosened, what is tightened, what is only worded otherwise.

A line that says `tightened` can make no verdict milder, and one that says `changed` makes none at all; whatever could
make a verdict milder, for whom and where ever, says `loosened`.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import files
from ..policy import Policy
from . import around, categories, deciding, patterns, recipients, recognising
from .change import Change, Effect

__all__ = ["Change", "Effect", "compare"]

_SETS = (categories, deciding, recipients, recognising, patterns, around)
# What is compared row by row says all that counts; these files hold nothing else but words.
_WORDS = "its words"


def compare(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Every difference, loosened first, then in the order of the files. Empty only where the rules are the same."""
    found = [change for each in _SETS for change in each.changes(old, new)]
    found += _registers(old, new)
    found += _other_words(old, new, {change.file for change in found})
    order = ("loosened", "tightened", "changed")
    return tuple(sorted(found, key=lambda change: order.index(change.effect)))


def _registers(old: Policy, new: Policy) -> Iterator[Change]:
    """The registers are filled from day to day; what stands in them may loosen, so a difference counts as that."""
    for name in sorted({*old.files, *new.files}):
        if name.startswith(files.REGISTERS) and old.files.get(name) != new.files.get(name):
            yield Change(
                kind="register", rule=name.removeprefix(files.REGISTERS), what="entries", effect="loosened", file=name,
                note="may loosen: entries release, publish or consent",
            )  # fmt: skip


def _other_words(old: Policy, new: Policy, told: set[str]) -> Iterator[Change]:
    for name in sorted({*old.files, *new.files}):
        if name.partition("/")[0] + "/" not in told and name not in told and old.files.get(name) != new.files.get(name):
            yield Change(kind="file", rule=name, what=_WORDS, effect="changed", file=name)
