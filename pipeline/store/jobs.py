"""Documents that wait to be checked: put in by the web, claimed by a worker, once and not lost."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert, or_, select, update

from . import database, trail
from .people import Person
from .sealing import Sealing, request_key
from .tables import jobs

_CLAIM = timedelta(minutes=10)
_TRIES = 3
WAITING = ("queued", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A document to be checked, and how far it is. `data` is there for the worker alone."""

    id: str
    person_id: int
    name: str
    audience: str
    state: str
    result_id: int | None
    error: str
    at: str
    data: bytes = field(default=b"", repr=False)


class Jobs:
    """The jobs of one database."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine, self._sealing = engine, sealing

    def put(self, person: Person, *, name: str, data: bytes, audience: str, key: str | None = None) -> str:
        """Queue a document; the id of its job. The same document under the same `key` again gives the same job."""
        number = str(uuid.uuid4())
        key = key and request_key(key, name, audience, data)
        with database.guarded(self._engine) as connection:
            if key:
                known = select(jobs.c.id).where(jobs.c.person_id == person.id, jobs.c.key == key)
                if (before := connection.scalar(known)) is not None:
                    return str(before)
            connection.execute(insert(jobs), {
                "id": number, "person_id": person.id, "name": name, "audience": audience, "state": "queued",
                "data": self._sealing.seal(data, number), "error": "", "at": trail.now(), "tries": 0, "key": key,
            })  # fmt: skip
            entry = trail.Entry(actor=person.name, action="submitted", subject=number, detail={"bytes": len(data)})
            trail.append(connection, [entry], trail.now())
        return number

    def claim(self) -> Job | None:
        """The oldest job that waits, or whose worker has not been heard of for long; None where there is none."""
        now = datetime.now(UTC)
        late = jobs.c.claimed_until < now.isoformat()
        waits = or_(jobs.c.state == "queued", (jobs.c.state == "running") & late)
        with database.guarded(self._engine) as connection:
            asked = select(jobs).where(waits).order_by(jobs.c.at).limit(1)
            row = connection.execute(asked.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            if row.tries >= _TRIES:
                values = {"state": "failed", "error": "no worker lived to finish it", "data": None}
                connection.execute(update(jobs).where(jobs.c.id == row.id).values(values))
                return None
            until = (now + _CLAIM).isoformat(timespec="microseconds")
            connection.execute(
                update(jobs).where(jobs.c.id == row.id)
                .values(state="running", claimed_until=until, tries=jobs.c.tries + 1)
            )  # fmt: skip
        data = self._sealing.open(row.data, row.id)
        return Job(
            id=row.id, person_id=row.person_id, name=row.name, audience=row.audience, state="running",
            result_id=None, error="", at=row.at, data=data,
        )  # fmt: skip

    def finish(self, number: str, *, result: int | None, error: str = "") -> None:
        """Note the result, or why there is none; the bytes are not kept."""
        state = "failed" if result is None else "done"
        with database.guarded(self._engine) as connection:
            connection.execute(
                update(jobs).where(jobs.c.id == number)
                .values(state=state, result_id=result, error=error, data=None, claimed_until=None)
            )  # fmt: skip

    def find(self, number: str, person: Person) -> Job | None:
        """A job of this person's; nobody sees another's."""
        with database.reading(self._engine) as connection:
            row = connection.execute(
                select(jobs).where(jobs.c.id == number, jobs.c.person_id == person.id)
            ).first()  # fmt: skip
        if row is None:
            return None
        return Job(
            id=row.id, person_id=row.person_id, name=row.name, audience=row.audience, state=row.state,
            result_id=row.result_id, error=row.error, at=row.at,
        )  # fmt: skip
