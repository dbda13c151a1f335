"""One difference between two states of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

Effect = Literal["loosened", "tightened", "changed"]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`what` of the rule called `rule` was `old` and is `new`; both are empty where it came or went as a whole."""

    kind: str
    rule: str
    what: str
    effect: Effect
    file: str
    old: str = ""
    new: str = ""
    note: str = ""

    @property
    def sentence(self) -> str:
        """The line as a policy lead reads it, without the effect."""
        moved = f": {self.old or '–'} → {self.new or '–'}" if self.old or self.new else ""
        return f"{self.kind} {self.rule}: {self.what}{moved}" + (f" ({self.note})" if self.note else "")


def ranked(old: Value, new: Value, mildest_first: Sequence[Value]) -> Effect:
    """Loosened where `new` comes before `old` in the order of strictness."""
    before, after = mildest_first.index(old), mildest_first.index(new)
    return "loosened" if after < before else "tightened" if after > before else "changed"


def worst(effects: Sequence[Effect]) -> Effect:
    """Loosened if any is, tightened if any is and none is loosened."""
    return "loosened" if "loosened" in effects else "tightened" if "tightened" in effects else "changed"


def matched(old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[tuple[str, Value | None, Value | None]]:
    """(id, as it was, as it is) for each id of both, in the order of the old one; None where it is missing."""
    for name in {**old, **new}:
        yield name, old.get(name), new.get(name)


def listed(names: Sequence[str] | frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names))
