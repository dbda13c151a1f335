"""The queue of what people have to look at: cases, each with its items, in the order in which they are worth it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, and_, func, or_, select, update

from ..errors import UsageError
from ..report.result import DocumentRow
from ..review import LEASE, TO_DO
from . import database
from .sealing import RESULT, Sealing
from .tables import cases, decisions, items, people, results


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A document with something in it that a person has to look at."""

    id: int
    sha256: str
    name: str
    uri: str
    result_id: int
    verdict: str
    score: float
    to_do: int
    due: str | None
    opened_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to be decided. `version` counts its changes; a lease says who is at it."""

    id: str
    case_id: int
    kind: str
    number: int
    finding_id: str
    fingerprint: str
    category: str | None
    rule_id: str
    detector: str
    outcome: str
    score: float
    state: str
    wants_second: bool
    version: int
    lease_by: int | None
    lease_until: str | None
    opened_at: str

    def leased(self, person: int, now: str) -> bool:
        """Whether somebody else is at it."""
        return self.lease_by not in (None, person) and (self.lease_until or "") > now


class Queue:
    """The cases of one database."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine, self._sealing = engine, sealing

    def page(self, *, after: int = 0, size: int = 50, **filters: str | None) -> tuple[list[Case], int]:
        """Cases with something to do, the most urgent first, and how many there are in all."""
        asked = _filtered(select(cases).where(cases.c.to_do > 0), filters)
        with database.reading(self._engine) as connection:
            total = connection.execute(select(func.count()).select_from(asked.subquery())).scalar_one()
            found = connection.execute(asked.order_by(*_ORDER).offset(after).limit(size)).all()
        return [_case(row) for row in found], int(total)

    def case(self, number: int) -> Case:
        with database.reading(self._engine) as connection:
            row = connection.execute(select(cases).where(cases.c.id == number)).first()
        if row is None:
            raise UsageError("no such case")
        return _case(row)

    def of_document(self, sha256: str) -> list[Case]:
        """The cases of some bytes: more than one where they go by several names."""
        with database.reading(self._engine) as connection:
            found = connection.execute(select(cases).where(cases.c.sha256 == sha256).order_by(cases.c.id)).all()
        return [_case(row) for row in found]

    def items(self, case: int) -> list[Item]:
        """All that is or was to be decided about a document, in reading order."""
        asked = select(items).where(items.c.case_id == case).order_by(items.c.kind, items.c.number, items.c.id)
        with database.reading(self._engine) as connection:
            return [_item(row) for row in connection.execute(asked)]

    def item(self, name: str) -> Item | None:
        with database.reading(self._engine) as connection:
            row = connection.execute(select(items).where(items.c.id == name)).first()
        return None if row is None else _item(row)

    def search(
        self, *, states: Sequence[str] = (), category: str | None = None, after: str = "", size: int = 50
    ) -> list[tuple[Item, Case]]:
        """Items with their cases by their names' order, from behind `after` on: for programs that page through."""
        asked = select(items.c.id).where(items.c.id > after).order_by(items.c.id).limit(size)
        if states:
            asked = asked.where(items.c.state.in_(states))
        if category:
            asked = asked.where(items.c.category == category)
        with database.reading(self._engine) as connection:
            names = connection.scalars(asked).all()
            found = connection.execute(select(items).where(items.c.id.in_(names)).order_by(items.c.id))
            rows = [_item(row) for row in found]
            numbers = {row.case_id for row in rows}
            owners = {row.id: _case(row) for row in connection.execute(select(cases).where(cases.c.id.in_(numbers)))}
        return [(row, owners[row.case_id]) for row in rows]

    def next(self, person: int, *, case: int | None = None, take: bool = True) -> Item | None:
        """The next item that this person may decide; with `take` it is theirs for a while: two who ask get two.

        Of the same document first, then of the most urgent one. What somebody else is at is passed over, and what
        this person has decided.
        """
        now = datetime.now(UTC)
        free = or_(items.c.lease_by.is_(None), items.c.lease_by == person, items.c.lease_until < now.isoformat())
        waiting = (items.c.state.in_(TO_DO), free, items.c.id.not_in(_decided_by(person)))
        with database.guarded(self._engine) as connection:
            row = _first(connection, case, waiting) if case is not None else None
            if row is None:
                some = select(items.c.id).where(items.c.case_id == cases.c.id, *waiting).exists()
                urgent = select(cases.c.id).where(cases.c.to_do > 0, some).order_by(*_ORDER).limit(1)
                case = connection.scalar(urgent)
                row = None if case is None else _first(connection, case, waiting)
            if row is None:
                return None
            until = (now + LEASE).isoformat(timespec="microseconds")
            if take:
                connection.execute(update(items).where(items.c.id == row.id).values(lease_by=person, lease_until=until))
        return _item(row)

    def lease(self, name: str, person: int) -> Item | None:
        """Take an item for a while, unless somebody else is at it; how it is then. None where there is none."""
        now = datetime.now(UTC)
        free = or_(items.c.lease_by.is_(None), items.c.lease_by == person, items.c.lease_until < now.isoformat())
        with database.guarded(self._engine) as connection:
            connection.execute(
                update(items).where(and_(items.c.id == name, free))
                .values(lease_by=person, lease_until=(now + LEASE).isoformat(timespec="microseconds"))
            )  # fmt: skip
            row = connection.execute(select(items).where(items.c.id == name)).first()
        return None if row is None else _item(row)

    def alike(self, fingerprint: str) -> list[tuple[Item, Case]]:
        """The very same passage elsewhere: equal category, rule and normalised text."""
        if not fingerprint:
            return []
        with database.reading(self._engine) as connection:
            rows = [_item(row) for row in connection.execute(select(items).where(items.c.fingerprint == fingerprint))]
            numbers = {row.case_id for row in rows}
            owners = {row.id: _case(row) for row in connection.execute(select(cases).where(cases.c.id.in_(numbers)))}
        return [(row, owners[row.case_id]) for row in rows]

    def count_alike(self, fingerprint: str) -> int:
        with database.reading(self._engine) as connection:
            asked = select(func.count()).select_from(items).where(items.c.fingerprint == fingerprint)
            return int(connection.execute(asked).scalar_one()) if fingerprint else 0

    def documents(self, *, words: str = "", verdict: str = "", size: int = 200) -> list[Row[Any]]:
        """What is stored of documents, the newest result first: number, bytes, name, verdict, type and day."""
        asked = select(
            results.c.id,
            results.c.sha256,
            results.c.name,
            results.c.verdict,
            results.c.media_type,
            results.c.decided_on,
        ).where(results.c.sha256.is_not(None))  # fmt: skip
        if words:
            asked = asked.where(results.c.name.icontains(words, autoescape=True))
        if verdict:
            asked = asked.where(results.c.verdict == verdict)
        with database.reading(self._engine) as connection:
            return list(connection.execute(asked.order_by(results.c.id.desc()).limit(size)))

    def result(self, number: int) -> DocumentRow:
        """The result that a case rests on."""
        with database.reading(self._engine) as connection:
            told = connection.execute(select(results.c.told).where(results.c.id == number)).scalar_one()
        return DocumentRow.model_validate_json(self._sealing.open(told, RESULT))

    def latest(self, sha256: str) -> int | None:
        """The newest result of these bytes."""
        with database.reading(self._engine) as connection:
            found: int | None = connection.scalar(select(func.max(results.c.id)).where(results.c.sha256 == sha256))
            return found

    def reader_of(self, result: int) -> str:
        with database.reading(self._engine) as connection:
            return str(connection.execute(select(results.c.reader).where(results.c.id == result)).scalar_one())

    def holder(self, item: Item) -> str:
        """The name of who is at it."""
        with database.reading(self._engine) as connection:
            return str(connection.scalar(select(people.c.name).where(people.c.id == item.lease_by)) or "")


# Due first, then held before review, the surest first, then the oldest.
_ORDER = (
    cases.c.due.is_(None), cases.c.due, cases.c.strictness.desc(), cases.c.score.desc(), cases.c.opened_at, cases.c.id
)  # fmt: skip


def _first(connection: Connection, case: int, waiting: tuple[ColumnElement[bool], ...]) -> Row[Any] | None:
    """The first of a document's items in reading order for which `waiting` holds."""
    asked = select(items).where(items.c.case_id == case, *waiting)
    order = (items.c.kind, items.c.number, items.c.id)
    return connection.execute(asked.order_by(*order).limit(1).with_for_update(skip_locked=True)).first()


def _decided_by(person: int) -> Select[Any]:
    firm = decisions.c.decision != "unsure"
    return select(decisions.c.item_id).where(decisions.c.person_id == person, decisions.c.undone_at.is_(None), firm)


def _filtered(asked: Select[Any], filters: dict[str, str | None]) -> Select[Any]:
    """By verdict, by words in name or path, by a category or a state of one of the items."""
    if verdict := filters.get("verdict"):
        asked = asked.where(cases.c.verdict == verdict)
    if words := filters.get("words"):
        asked = asked.where(cases.c.uri.icontains(words, autoescape=True))
    of_item: list[ColumnElement[bool]] = []
    if category := filters.get("category"):
        of_item.append(items.c.category == category)
    if state := filters.get("state"):
        of_item.append(items.c.state == state)
    if of_item:
        asked = asked.where(select(items.c.id).where(items.c.case_id == cases.c.id, *of_item).exists())
    return asked


def _case(row: Row[Any]) -> Case:
    return Case(
        id=row.id, sha256=row.sha256, name=row.name, uri=row.uri, result_id=row.result_id, verdict=row.verdict,
        score=row.score, to_do=row.to_do, due=row.due, opened_at=row.opened_at,
    )  # fmt: skip


def _item(row: Row[Any]) -> Item:
    return Item(**{**row._mapping, "wants_second": bool(row.wants_second)})
