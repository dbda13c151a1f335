"""Runs over an archive: which files were planned, and how far each of them is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

from sqlalchemy import Engine, func, insert, select, update

from ..errors import UsageError
from ..intake import Place, place
from . import database, trail
from .sealing import RESULT, Sealing
from .tables import files, results, runs

_PAGE = 500
NO_END = (1 << 31) - 1
ENDED = ("completed", "completed_with_errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A file of a run: its number in the order, the name as shown, and the name on disk or in a store."""

    number: int
    uri: str
    path: Place
    modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A file of a run whose result is there, as JSON in `told`."""

    number: int
    uri: str
    modified: str | None
    reader: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it was begun. `settings` and `head` are as the caller gave them."""

    id: str
    state: str
    started_at: str
    ended_at: str | None
    as_of: str
    total: int
    roots: tuple[str, ...]
    settings: str
    head: str


class Runs:
    """The runs of one database."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine, self._sealing = engine, sealing

    def plan(self, run: Run, planned: Iterator[Planned]) -> int:
        """Write down all files of a new run, in one transaction; how many there are."""
        with database.guarded(self._engine) as connection:
            connection.execute(insert(runs), _run_row(run))
            total = 0
            for page in _pages(planned):
                connection.execute(insert(files), [_file_row(run, file) for file in page])
                total += len(page)
            connection.execute(update(runs).where(runs.c.id == run.id).values(total=total, state="running"))
            entry = trail.Entry(actor="sharelight", action="run_started", subject=run.id, detail={"files": total})
            trail.append(connection, [entry], trail.now())
        return total

    def find(self, name: str) -> Run:
        """The run whose id begins with `name`, or the latest for "latest". Raises UsageError."""
        asked = select(runs).order_by(runs.c.started_at.desc())
        if name != "latest":
            asked = asked.where(runs.c.id.startswith(name, autoescape=True))
        with database.reading(self._engine) as connection:
            found = connection.execute(asked.limit(2)).mappings().all()
        if not found:
            raise UsageError(f"no run {name!r} is stored")
        if name != "latest" and len(found) > 1:
            raise UsageError(f"more than one run begins with {name!r}")
        return Run(**{**found[0], "roots": tuple(json.loads(found[0]["roots"]))})

    def set_state(self, run_id: str, state: str) -> None:
        """Note how a run stands; an end is dated and goes on record."""
        ended = trail.now() if state in ENDED else None
        with database.guarded(self._engine) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(state=state, ended_at=ended))
            entry = trail.Entry(actor="sharelight", action=f"run_{state}", subject=run_id, detail={})
            trail.append(connection, [entry], trail.now())

    def counts(self, run_id: str) -> dict[str, int]:
        """How many files of the run are planned, done and failed."""
        asked = select(files.c.state, func.count()).where(files.c.run_id == run_id).group_by(files.c.state)
        with database.reading(self._engine) as connection:
            counted = [(str(state), int(count)) for state, count in connection.execute(asked)]
        return {"planned": 0, "done": 0, "failed": 0} | dict(counted)

    def planned(self, run_id: str, stretch: tuple[int, int] | None = None) -> Iterator[Planned]:
        """The files that are still to be done, in their order; of the numbers [start, stop) alone, where given."""
        start, stop = stretch or (0, NO_END)
        last = start - 1
        while True:
            asked = (
                select(files.c.number, files.c.uri, files.c.path)
                .where(
                    files.c.run_id == run_id, files.c.state == "planned", files.c.number > last, files.c.number < stop
                )
                .order_by(files.c.number)
                .limit(_PAGE)
            )
            with database.reading(self._engine) as connection:
                page = connection.execute(asked).all()
            if not page:
                return
            yield from (Planned(number=n, uri=uri, path=place(os.fsdecode(path))) for n, uri, path in page)
            last = page[-1].number

    def finished(self, run_id: str, start: int, *, stop: int = NO_END, skip: bool = False) -> list[Finished]:
        """From file `start` on and before `stop`, the stretch that is finished.

        With `skip` what is not finished is passed over.
        """
        asked = (
            select(files.c.number, files.c.uri, files.c.modified, results.c.reader, results.c.told)
            .join(results, files.c.result_id == results.c.id, isouter=not skip)
            .where(files.c.run_id == run_id, files.c.number >= start, files.c.number < stop)
            .order_by(files.c.number)
            .limit(_PAGE)
        )
        with database.reading(self._engine) as connection:
            page = connection.execute(asked).all()
        whole = takewhile(lambda row: row.told is not None, page)
        return [
            Finished(number=n, uri=uri, modified=day, reader=by, told=self._sealing.open(told, RESULT).decode("utf-8"))
            for n, uri, day, by, told in whole
        ]

    def files(self, run_id: str) -> Iterator[Planned]:
        """All files of a run, in their order."""
        asked = select(files.c.number, files.c.uri, files.c.path).where(files.c.run_id == run_id)
        with database.reading(self._engine) as connection:
            found = connection.execute(asked.order_by(files.c.number)).all()
        return (Planned(number=n, uri=uri, path=place(os.fsdecode(path))) for n, uri, path in found)

    def failed(self, run_id: str) -> Iterator[tuple[str, Place]]:
        """The files of a run that failed."""
        asked = select(files.c.uri, files.c.path).where(files.c.run_id == run_id, files.c.state == "failed")
        with database.reading(self._engine) as connection:
            found = connection.execute(asked.order_by(files.c.number)).all()
        yield from ((uri, place(os.fsdecode(path))) for uri, path in found)


def _run_row(run: Run) -> Mapping[str, Any]:
    return {
        "id": run.id, "state": run.state, "started_at": run.started_at, "ended_at": None, "as_of": run.as_of,
        "total": 0, "roots": json.dumps(run.roots), "settings": run.settings, "head": run.head,
    }  # fmt: skip


def _file_row(run: Run, file: Planned) -> Mapping[str, Any]:
    return {
        "run_id": run.id, "number": file.number, "uri": file.uri, "path": os.fsencode(file.path),
        "modified": file.modified, "state": "planned",
    }  # fmt: skip


def _pages(planned: Iterator[Planned]) -> Iterator[list[Planned]]:
    while page := list(islice(planned, _PAGE)):
        yield page
