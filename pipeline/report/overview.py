"""What an audit comes to, counted row by row: an archive of any size, in memory that its rows do not fill."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from ..policy import Policy
from .cards import Card, cards
from .result import DocumentRow

WORST, LISTED = 100, 1000
_FOLDERS = 2  # levels below what all files have in common


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A card of a document, for the list of the worst; `times` counts the very same passage over the archive."""

    row: DocumentRow
    card: Card
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A shareable document that brings something: the categories it carries and the benefits of sharing them."""

    row: DocumentRow
    titles: tuple[str, ...]
    benefits: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Overview:
    """Counts of a run. Verdicts are counted by type, folder and month; findings by category and outcome."""

    documents: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    by_type: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_folder: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_month: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_category: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_benefit: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    unread_documents: int = 0
    parts: int = 0
    parts_read: int = 0
    ocr_pages: int = 0
    grades: Counter[str] = field(default_factory=Counter)
    findings: int = 0
    offers: list[Offer] = field(default_factory=list)
    offered: int = 0
    doubtful: int = 0
    worst: list[Passage] = field(default_factory=list)

    @property
    def flagged(self) -> int:
        return self.documents - self.verdicts["shareable"]

    @property
    def over_holding(self) -> float:
        """Of what is not shareable, the share that no certain finding and no marking stands behind."""
        return self.doubtful / self.flagged if self.flagged else 0.0


def overview(rows: Iterable[tuple[DocumentRow, str | None]], policy: Policy) -> Overview:
    """Count `rows`, each with the day of its file's last change."""
    found, ranked, seen = Overview(), list[tuple[tuple[int, float, int], int, Passage]](), Counter[str]()
    for number, (row, day) in enumerate(rows):
        _count(found, row, day)
        _offer(found, row, policy)
        for place, card in enumerate(cards(row)):
            found.findings += 1
            found.by_category[card.title][card.first.outcome] += 1
            seen[card.first.fingerprint] += 1
            if seen[card.first.fingerprint] > 1:
                continue
            rank = (_severity(card), card.first.score, -number)
            entry = (rank, place, Passage(row=row, card=card))
            (heapq.heappush if len(ranked) < WORST else heapq.heappushpop)(ranked, entry)
    worst = (passage for _, _, passage in sorted(ranked, key=lambda entry: entry[:2], reverse=True))
    found.worst = [replace(passage, times=seen[passage.card.first.fingerprint]) for passage in worst]
    return found


def _count(found: Overview, row: DocumentRow, day: str | None) -> None:
    found.documents += 1
    found.verdicts[row.verdict] += 1
    found.by_type[row.media_type or "not opened"][row.verdict] += 1
    found.by_folder[str(PurePosixPath(row.uri).parent)][row.verdict] += 1
    found.by_month[day[:7] if day else "unknown"][row.verdict] += 1
    coverage = row.coverage
    found.parts += coverage.parts_total
    found.parts_read += coverage.parts_read
    found.ocr_pages += coverage.ocr_pages
    found.grades[coverage.sandbox] += 1
    found.unread_documents += bool(coverage.unread)
    found.unread.update({gap.code for gap in coverage.unread})
    if row.verdict != "shareable" and not any(_stands(finding.certain, finding.outcome) for finding in row.findings):
        found.doubtful += 1


def _stands(certain: bool, outcome: str) -> bool:
    return certain and outcome != "shareable"


def _offer(found: Overview, row: DocumentRow, policy: Policy) -> None:
    if row.verdict != "shareable":
        return
    carried = list(dict.fromkeys(f.category for f in row.findings if f.category and f.certain))
    if not carried:
        return
    answers = (each.partition(": ") for name in carried for each in policy.category(name).benefits)
    benefits = list(dict.fromkeys(benefit for benefit, _, answer in answers if answer == "yes"))
    found.offered += 1
    found.by_benefit.update(benefits)
    if len(found.offers) < LISTED:
        titles = tuple(policy.category(name).title for name in carried)
        found.offers.append(Offer(row=row, titles=titles, benefits=tuple(benefits)))


def _severity(card: Card) -> int:
    return {"held_back": 2, "needs_review": 1}.get(card.first.outcome, 0)


def folders(found: Overview) -> Iterator[tuple[str, Counter[str]]]:
    """Verdicts by folder, cut to two levels below what all have in common; the fullest first."""
    paths = [PurePosixPath(folder).parts for folder in found.by_folder]
    common = 0
    while paths and all(len(path) > common and path[common] == paths[0][common] for path in paths):
        common += 1
    merged: dict[str, Counter[str]] = defaultdict(Counter)
    for folder, counts in found.by_folder.items():
        merged[str(PurePosixPath(*PurePosixPath(folder).parts[: common + _FOLDERS]))].update(counts)
    yield from sorted(merged.items(), key=lambda pair: (-pair[1].total(), pair[0]))
