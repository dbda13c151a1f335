"""Finds the least that a passage would have to leave out to be judged milder.

Nothing is decided here: each masked reading goes through detection and decision as any text does, and a person who
likes the suggestion still has to rewrite the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..types import Outcome
from .kinds import KINDS, Span, is_firm

MOST = 64  # judgements for one passage; six kinds have 63 selections
LEFT = 4  # words that must remain, or nothing is said any more

_TITLES = {
    "names": "names", "technique": "technique", "indicators": "indicators", "times": "times",
    "scores": "scores and counts", "steps": "steps",
}  # fmt: skip
_MASKS = {
    "names": "[name]", "technique": "[technique]", "indicators": "[indicator]", "times": "[time]",
    "scores": "[figure]", "steps": "[step]",
}  # fmt: skip
_FIRM = "a firm"  # says of whom the text speaks, and names nobody
_MASK = re.compile("|".join(map(re.escape, _MASKS.values())))
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The kinds of detail to leave out, the text without them, and what it would be then."""

    kinds: tuple[str, ...]
    text: str
    outcome: Outcome
    sentence: str


@dataclass(frozen=True, slots=True)
class _Reading:
    kinds: tuple[str, ...]
    text: str
    masked: int


def suggestions(
    passage_text: str, outcome: Outcome, judge: Callable[[str], Outcome], *, known: Iterable[str] = ()
) -> Suggestion | None:
    """The smallest selection of kinds without which `judge` is milder than `outcome`; None where there is none.

    Smallest by the number of kinds, then by the characters masked. `known` are names that count as such in any
    spelling of case, as those of the registers. `judge` detects and decides anew; it is asked at most MOST times.
    """
    if outcome is Outcome.SHAREABLE:
        return None
    for reading in _readings(passage_text, known)[:MOST]:
        judged = judge(reading.text)
        if judged < outcome:
            sentence = f"without {_listed(reading.kinds)}: {judged.id.replace('_', ' ')}"
            return Suggestion(kinds=reading.kinds, text=reading.text, outcome=judged, sentence=sentence)
    return None


def _readings(text: str, known: Iterable[str]) -> list[_Reading]:
    """The masked readings of `text` that still say something, each once, the smallest first."""
    found = {kind: spans for kind, finder in KINDS.items() if (spans := sorted(finder(text)))}
    if named := sorted([*found.get("names", ()), *_mentions(text, known)]):
        found["names"] = named
    readings: dict[str, _Reading] = {}
    for count in range(1, len(found) + 1):
        for reading in sorted(_selections(text, found, count), key=lambda reading: reading.masked):
            if len(_WORDS.findall(_MASK.sub(" ", reading.text))) >= LEFT:
                readings.setdefault(reading.text, reading)
    return list(readings.values())


def _selections(text: str, found: Mapping[str, Sequence[Span]], count: int) -> Iterator[_Reading]:
    for kinds in combinations([kind for kind in KINDS if kind in found], count):
        yield _masked(text, kinds, found)


def _masked(text: str, kinds: tuple[str, ...], found: Mapping[str, Sequence[Span]]) -> _Reading:
    """`text` with a mask for each stretch; of stretches that overlap, the one that begins first, or else is longest."""
    stretches = [(start, end, kind) for kind in kinds for start, end in found[kind]]
    pieces: list[str] = []
    at = masked = 0
    for start, end, kind in sorted(stretches, key=lambda stretch: (stretch[0], -stretch[1])):
        if end <= at:
            continue
        if start >= at:
            pieces += (text[at:start], _FIRM if kind == "names" and is_firm(text[start:end]) else _MASKS[kind])
        masked += end - max(start, at)
        at = end
    return _Reading(kinds, "".join((*pieces, text[at:])), masked)


def _mentions(text: str, known: Iterable[str]) -> Iterator[Span]:
    for name in filter(str.strip, known):
        for match in re.finditer(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", text):
            yield match.span()


def _listed(kinds: Sequence[str]) -> str:
    titles = [_TITLES[kind] for kind in kinds]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
