"""What was found lately: the newest result of each file, to be held against other rules. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from . import database
from .sealing import RESULT, Sealing
from .tables import results

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A result as it was written: by which reader and tagger, with the row as JSON in `told`."""

    sha256: str
    name: str
    reader: str
    tagger: str
    told: str


class Recent:
    """The latest results of one database."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine, self._sealing = engine, sealing

    def rows(self, since: str) -> Iterator[Kept]:
        """The newest result of each (sha256, name) decided at `since` (ISO 8601, UTC) or later, by falling age.

        What could not be opened has no digest, and nothing rests on it: it is left out.
        """
        newest = (
            select(func.max(results.c.id).label("id"))
            .where(results.c.sha256.is_not(None), results.c.decided_at >= since)
            .group_by(results.c.sha256, results.c.name)
            .subquery()
        )
        last = 0
        while True:
            asked = select(results).join(newest, results.c.id == newest.c.id).where(results.c.id > last)
            with database.reading(self._engine) as connection:
                page = connection.execute(asked.order_by(results.c.id).limit(_PAGE)).all()
            if not page:
                return
            for row in page:
                told = self._sealing.open(row.told, RESULT).decode("utf-8")
                yield Kept(sha256=row.sha256, name=row.name, reader=row.reader, tagger=row.tagger, told=told)
            last = page[-1].id
