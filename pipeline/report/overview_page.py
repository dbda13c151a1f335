"""The page of an audit: self-contained, charts drawn as SVG in the page, no script at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

from ..gaps import sentence
from ..policy import Policy
from .cards import WORDS, place, plain
from .html import asset, environment, source_hash
from .overview import LISTED, Overview, folders
from .result import Head

LIGHTS = ("held_back", "needs_review", "shareable")
_ROWS = 30  # of a table; what is left is told in one line
Bars = list[tuple[str, Counter[str]]]


def write(found: Overview, head: Head, policy: Policy, out: TextIO, *, about: str, hidden: bool) -> None:
    """Write the page; `about` says which run of when it is, `hidden` leaves the words of documents out."""
    late = policy.overdue(datetime.now(UTC).date())
    style = asset("report.css") + asset("overview.css")
    titles = {name: benefit.title for name, benefit in policy.benefits.items()}
    page = environment().get_template("overview.html.j2").generate(
        found=found, head=head, about=about, hidden=hidden, late=late, style=style, titles=titles, LIGHTS=LIGHTS,
        WORDS=WORDS, LISTED=LISTED, tables=_tables(found), unread=_unread(found), place=place, share=_share,
        policy=f"default-src 'none'; style-src '{source_hash(style)}'; base-uri 'none'; form-action 'none'",
    )  # fmt: skip
    out.writelines(page)


def _tables(found: Overview) -> list[tuple[str, Bars, int]]:
    """Name, the fullest rows, and how many rows are left out."""
    named: list[tuple[str, Iterable[tuple[str, Counter[str]]]]] = [
        ("Category", _fullest(found.by_category)),
        ("Type", _fullest(found.by_type)),
        ("Folder", folders(found)),
        ("Month of the last change", sorted(found.by_month.items(), reverse=True)),
    ]
    tables = []
    for name, rows in named:
        every = [(plain(label), counts) for label, counts in rows]
        tables.append((name, every[:_ROWS], max(0, len(every) - _ROWS)))
    return tables


def _fullest(counts: dict[str, Counter[str]]) -> Bars:
    return sorted(counts.items(), key=lambda pair: (-pair[1].total(), pair[0]))


def _unread(found: Overview) -> list[tuple[str, str, int]]:
    return [(code, sentence(code), count) for code, count in found.unread.most_common()]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"
