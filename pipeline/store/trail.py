"""The audit trail: rows that are only ever added, each holding the digest of the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from .tables import trail

FIRST = "0" * 64
_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who did what to what; `detail` holds hashes, codes and rule ids, never a word of a document."""

    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


def now() -> str:
    """The time, in UTC, as the database keeps it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def append(connection: Connection, entries: Sequence[Entry], at: str) -> None:
    """Add `entries` in their order, in the caller's transaction; writers wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE trail IN EXCLUSIVE MODE"))
    last = connection.execute(select(trail.c.number, trail.c.digest).order_by(trail.c.number.desc()).limit(1)).first()
    number, previous = (last.number, last.digest) if last else (0, FIRST)
    added = []
    for entry in entries:
        number += 1
        row: dict[str, Any] = {
            "number": number, "at": at, "actor": entry.actor, "action": entry.action, "subject": entry.subject,
            "detail": json.dumps(entry.detail, sort_keys=True), "previous": previous,
        }  # fmt: skip
        previous = row["digest"] = digest(row)
        added.append(row)
    if added:
        connection.execute(insert(trail), added)


def digest(row: Mapping[str, Any]) -> str:
    """SHA-256 over everything else in the row, so that none of it can change alone."""
    told = [row[name] for name in ("number", "at", "actor", "action", "subject", "detail", "previous")]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()


def count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(trail)).scalar_one())


def rows(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every row, the oldest first."""
    found = connection.execution_options(yield_per=_PAGE).execute(select(trail).order_by(trail.c.number))
    return (dict(row._mapping) for row in found)


def head(connection: Connection, at: int | None = None) -> tuple[int, str]:
    """The number and digest of the last row, or of the last one up to number `at`; 0 and FIRST where there is none."""
    asked = select(trail.c.number, trail.c.digest).order_by(trail.c.number.desc()).limit(1)
    row = connection.execute(asked if at is None else asked.where(trail.c.number <= at)).first()
    return (row.number, row.digest) if row else (0, FIRST)


def newest(connection: Connection, *, before: int, size: int) -> list[dict[str, Any]]:
    """Rows, the newest first, below number `before` where that is not 0."""
    asked = select(trail).order_by(trail.c.number.desc()).limit(size)
    found = connection.execute(asked.where(trail.c.number < before) if before else asked)
    return [dict(row._mapping) for row in found]


def faults(connection: Connection) -> Iterator[str]:
    """What is wrong with the chain: an altered, a missing or a moved row."""
    expected, previous = 1, FIRST
    for row in rows(connection):
        if row["number"] != expected:
            yield f"row {expected} is missing"
        elif row["previous"] != previous:
            yield f"row {row['number']} does not follow the row before it"
        if digest(row) != row["digest"]:
            yield f"row {row['number']} was altered"
        expected, previous = row["number"] + 1, row["digest"]
