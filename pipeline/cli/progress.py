"""How far a long run is, on stderr: a bar for people, JSON lines for programs, nothing where neither looks."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..settings import Settings, plain_terminal

if TYPE_CHECKING:
    from ..report.result import DocumentRow

EVERY = 1.0  # seconds between two JSON lines


def followed(rows: Iterable[DocumentRow], total: int, settings: Settings, *, quiet: bool) -> Iterator[DocumentRow]:
    """`rows`, unchanged, with their progress shown as the settings say."""
    mode = settings.progress
    if mode == "auto":
        mode = "on" if sys.stderr.isatty() and not quiet else "off"
    if mode == "json":
        return _as_json(rows, total)
    return _as_bar(rows, total) if mode == "on" else iter(rows)


class Tally:
    """What the progress says."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.unread = total, 0, 0
        self.verdicts = {"shareable": 0, "needs_review": 0, "held_back": 0}

    def count(self, row: DocumentRow) -> None:
        self.done += 1
        self.verdicts[row.verdict] += 1
        self.unread += bool(row.coverage.unread)


def _as_json(rows: Iterable[DocumentRow], total: int) -> Iterator[DocumentRow]:
    tally, said, began = Tally(total), 0.0, time.monotonic()
    for row in rows:
        tally.count(row)
        now = time.monotonic()
        if now - said >= EVERY or tally.done == total:
            said = now
            line = {"done": tally.done, "total": total, **tally.verdicts, "unread": tally.unread}
            sys.stderr.write(json.dumps(line | {"seconds": round(now - began, 1)}) + "\n")
        yield row


def _as_bar(rows: Iterable[DocumentRow], total: int) -> Iterator[DocumentRow]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    tally, began = Tally(total), time.monotonic()
    console = Console(stderr=True, no_color=plain_terminal())
    columns = (
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total, rate="", counts=_counts(tally))
        for row in rows:
            tally.count(row)
            rate = tally.done / max(time.monotonic() - began, 1e-3)
            bar.update(task, advance=1, rate=f"{rate:.1f}/s", counts=_counts(tally))
            yield row


def _counts(tally: Tally) -> str:
    held, review, fine = (tally.verdicts[name] for name in ("held_back", "needs_review", "shareable"))
    return f"[red]{held} held[/] [yellow]{review} review[/] [green]{fine} fine[/] [dim]{tally.unread} unread[/]"
