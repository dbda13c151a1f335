"""The one way to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from . import database, trail
from .decisions import Decisions
from .figures import Figures, figures
from .jobs import Jobs
from .people import People
from .queue import Queue
from .recent import Recent
from .releases import Releases
from .results import Results
from .runs import Runs
from .sealing import Sealing
from .trail import Entry


class Store:
    """A database, up to date, with what is done to it. Raises StoreError where it cannot be used."""

    def __init__(self, url: str, sealing: Sealing | None = None) -> None:
        self._engine = database.connect(url)
        sealing = sealing or Sealing()
        self.runs, self.results = Runs(self._engine, sealing), Results(self._engine, sealing)
        self.recent = Recent(self._engine, sealing)
        self.people = People(self._engine)
        self.queue, self.decisions = Queue(self._engine, sealing), Decisions(self._engine, sealing)
        self.releases, self.jobs = Releases(self._engine, sealing), Jobs(self._engine, sealing)

    def __enter__(self) -> Self:
        return self

    def figures(self) -> Figures:
        """What the dashboard shows."""
        return figures(self._engine)

    def verify_trail(self) -> tuple[int, list[str]]:
        """How many rows the audit trail has, and what is wrong with it."""
        with database.reading(self._engine) as connection:
            return trail.count(connection), list(trail.faults(connection))

    def head_of_trail(self, at: int | None = None) -> tuple[int, str]:
        """The number and digest of the last row of the trail, or of the last one up to number `at`."""
        with database.reading(self._engine) as connection:
            return trail.head(connection, at)

    def newest_trail(self, *, before: int, size: int) -> list[dict[str, Any]]:
        """Rows of the audit trail, the newest first, from below number `before` on where that is not 0."""
        with database.reading(self._engine) as connection:
            return trail.newest(connection, before=before, size=size)

    def trail(self) -> Iterator[dict[str, Any]]:
        """The rows of the audit trail, the oldest first."""
        with database.reading(self._engine) as connection:
            yield from trail.rows(connection)

    @contextmanager
    def noting(self, entry: Entry) -> Iterator[None]:
        """Put `entry` on the audit trail, and do what it says inside: both come about or neither does."""
        with database.guarded(self._engine) as connection:
            trail.append(connection, [entry], trail.now())
            yield

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._engine.dispose()
