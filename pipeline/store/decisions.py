"""What people decided: appended, never overwritten; undone by a note beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from .. import review
from ..errors import Overtaken, Refused, UsageError
from . import database, trail
from .people import Person
from .sealing import Sealing, request_key
from .standing import count_again, given, settle
from .tables import decisions, items, people

_COMMENT = "comment"  # the place to which the text of a comment is bound
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A decision as somebody sends it."""

    decision: str
    category: str | None = None
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A decision as it was written down."""

    id: int
    item_id: str
    person_id: int
    person: str
    decision: str
    category: str | None
    reason: str
    comment: str
    at: str
    undone_at: str | None


class Decisions:
    """The decisions of one database."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine, self._sealing = engine, sealing

    def decide(
        self, item: str, person: Person, choice: Choice, *, version: int | None, categories: Collection[str],
        key: str | None = None,
    ) -> tuple[int, str]:  # fmt: skip
        """Write a decision down; its number, and how the item stands then.

        `version` is the one that the person saw. Raises Overtaken where it has changed since, Refused where the rules
        of review say no, UsageError where the choice makes no sense. The same request under the same `key` again gives
        the same answer.
        """
        _check(choice, categories)
        key = key and request_key(key, item, *astuple(choice))
        with database.guarded(self._engine) as connection:
            if key and (before := _by_key(connection, person, key)):
                return before
            return self._decide(connection, item, person, choice, version, key)

    def bulk(
        self, names: Sequence[str], person: Person, choice: Choice, *, categories: Collection[str], dry: bool
    ) -> list[tuple[str, str | None]]:
        """Decide many at once, all or none; with `dry` only say, for each, what would keep it from being decided."""
        _check(choice, categories)
        if len(names) > MOST_AT_ONCE:
            raise UsageError(f"at most {MOST_AT_ONCE} at once")
        with database.guarded(self._engine) as connection:
            told = [(name, self._objection(connection, name, person)) for name in names]
            if not dry:
                if any(objection for _, objection in told):
                    raise Refused("not all of them can be decided; nothing was")
                for name in names:
                    self._decide(connection, name, person, choice, None, None)
        return told

    def undo(self, number: int, person: Person) -> str:
        """Take a decision of one's own back; how its item stands then."""
        with database.guarded(self._engine) as connection:
            row = connection.execute(select(decisions).where(decisions.c.id == number)).first()
            if row is None or row.person_id != person.id:
                raise Refused("only a decision of one's own can be undone")
            if row.undone_at is not None:
                raise Refused("it is undone already")
            at = trail.now()
            connection.execute(update(decisions).where(decisions.c.id == number).values(undone_at=at))
            state = settle(connection, row.item_id)
            count_again(
                connection, connection.execute(select(items.c.case_id).where(items.c.id == row.item_id)).scalar_one()
            )
            detail = {"decision": number, "state": state}
            entry = trail.Entry(actor=person.name, action="undone", subject=row.item_id, detail=detail)
            trail.append(connection, [entry], at)
        return state

    def of(self, item: str) -> list[Kept]:
        """All decisions on an item, the oldest first, undone ones too."""
        asked = _WITH_NAMES.where(decisions.c.item_id == item).order_by(decisions.c.id)
        with database.reading(self._engine) as connection:
            return [self._kept(row) for row in connection.execute(asked)]

    def last_of(self, person: int) -> Kept | None:
        """The newest decision of somebody that stands: what `z` undoes."""
        asked = _WITH_NAMES.where(decisions.c.person_id == person, decisions.c.undone_at.is_(None))
        with database.reading(self._engine) as connection:
            row = connection.execute(asked.order_by(decisions.c.id.desc()).limit(1)).first()
        return None if row is None else self._kept(row)

    def standing(self) -> Iterator[Kept]:
        """Every decision that stands, the oldest first."""
        asked = _WITH_NAMES.where(decisions.c.undone_at.is_(None)).order_by(decisions.c.id)
        with database.reading(self._engine) as connection:
            for row in connection.execution_options(yield_per=500).execute(asked):
                yield self._kept(row)

    def given(self, item: str) -> list[review.Given]:
        with database.reading(self._engine) as connection:
            return given(connection, item)

    def _objection(self, connection: Connection, item: str, person: Person) -> str | None:
        row = connection.execute(select(items).where(items.c.id == item)).first()
        if row is None:
            return "no such finding"
        if row.lease_by not in (None, person.id) and (row.lease_until or "") > trail.now():
            return "somebody else is at it"
        return review.objection(person.id, person.roles, given(connection, item), row.state)

    def _decide(
        self, connection: Connection, item: str, person: Person, choice: Choice, version: int | None, key: str | None
    ) -> tuple[int, str]:
        row = connection.execute(select(items).where(items.c.id == item)).first()
        if row is None:
            raise UsageError("no such finding")
        if version is not None and row.version != version:
            raise Overtaken("somebody else was faster: look at it again")
        if objection := self._objection(connection, item, person):
            raise Refused(objection)
        at = trail.now()
        category = choice.category or (row.category if choice.decision == "confirm" else None)
        number = connection.execute(insert(decisions).returning(decisions.c.id), {
            "item_id": item, "person_id": person.id, "decision": choice.decision, "category": category,
            "reason": choice.reason, "comment": self._sealing.seal(choice.comment.encode(), _COMMENT), "at": at,
            "key": key,
        }).scalar_one()  # fmt: skip
        second = row.wants_second or review.wants_second(
            item, held=row.outcome == "held_back", decision=choice.decision
        )
        state = settle(connection, item, wants_second=int(second), lease_by=None, lease_until=None)
        count_again(connection, row.case_id)
        detail = {
            "decision": number, "said": choice.decision, "category": category, "reason": choice.reason, "state": state
        }  # fmt: skip
        trail.append(connection, [trail.Entry(actor=person.name, action="reviewed", subject=item, detail=detail)], at)
        return int(number), state

    def _kept(self, row: Any) -> Kept:
        comment = self._sealing.open(row.comment, _COMMENT).decode()
        names = (name for name in Kept.__slots__ if name != "comment")
        return Kept(comment=comment, **{name: getattr(row, name) for name in names})


_WITH_NAMES = select(decisions, people.c.name.label("person")).join(people, people.c.id == decisions.c.person_id)


def _check(choice: Choice, categories: Collection[str]) -> None:
    fault = review.fault(
        choice.decision, reason=choice.reason, comment=choice.comment, category=choice.category, categories=categories
    )
    if fault:
        raise UsageError(fault)


def _by_key(connection: Connection, person: Person, key: str) -> tuple[int, str] | None:
    """The answer that this request got when it was sent first."""
    asked = select(decisions.c.id, items.c.state).join(items, items.c.id == decisions.c.item_id)
    row = connection.execute(asked.where(decisions.c.person_id == person.id, decisions.c.key == key)).first()
    return None if row is None else (int(row.id), str(row.state))
