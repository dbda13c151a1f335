"""How much an audit misses: passages that it did not flag, drawn at random, labelled by a person, and reckoned up.

The interval is that of Clopper and Pearson (1934), exact for drawing with replacement and slightly wide without.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .report.result import DocumentRow
from .segment import segment
from .types import Document, Passage

TIERS = ("gray_area", "high_trust")
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """An unflagged passage; `frame` is how many there were to draw from."""

    id: str
    uri: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Of `labelled` passages `missed` were of this tier; so were, in the whole, between `low` and `high` of them."""

    tier: str
    labelled: int
    missed: int
    low: float
    high: float


def unflagged(row: DocumentRow, read: Sequence[Document]) -> Iterator[Drawn]:
    """The passages of a file that no finding speaks of, but for those that only join others."""
    flagged = {
        (f.location.document, f.location.part, f.location.codepoint_range.start)
        for f in row.findings
        if f.outcome != "shareable"
    }
    for number, passage in enumerate(segment(read)):
        if not passage.joined and passage.text.strip() and _place(passage) not in flagged:
            yield Drawn(id=f"{row.document_id}:{number}", uri=row.uri, text=passage.text)


def _place(passage: Passage) -> tuple[str, str, int]:
    return passage.location, passage.path, passage.start


def sample(passages: Iterable[Drawn], count: int, seed: int) -> tuple[list[Drawn], int]:
    """`count` of `passages`, each with the same chance, and how many there were (reservoir sampling, Vitter 1985)."""
    chance, kept, total = random.Random(seed), list[Drawn](), 0  # noqa: S311 - a draw, no secret
    for passage in passages:
        total += 1
        if len(kept) < count:
            kept.append(passage)
        elif (place := chance.randrange(total)) < count:
            kept[place] = passage
    return kept, total


def misses(labels: Sequence[dict[str, Any]], tier_of: Mapping[str, str]) -> tuple[Miss, ...]:
    """Per tier, from labels with a `primary` category ("none" where there is nothing)."""
    from scipy.stats import beta

    tail, n = (1 - _LEVEL) / 2, len(labels)
    found = []
    for tier in TIERS:
        k = sum(tier_of.get(label["primary"]) == tier for label in labels)
        low = float(beta.ppf(tail, k, n - k + 1)) if k else 0.0
        high = float(beta.ppf(1 - tail, k + 1, n - k)) if k < n else 1.0
        found.append(Miss(tier=tier, labelled=n, missed=k, low=low, high=high))
    return tuple(found)
