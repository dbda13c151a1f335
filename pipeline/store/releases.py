"""Requests to release a document to an audience in spite of its verdict, each decided by a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from .. import review
from ..errors import Refused, UsageError
from . import database, trail
from .people import Person
from .sealing import Sealing
from .standing import count_again, settle
from .tables import cases, items, people, releases, results

_WORDS = "release"  # the place to which reasons and records are bound
OPEN = ("draft", "requested")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A request and what became of it. Frozen on document, audience and policy: where one changes, it lapses."""

    id: int
    case_id: int
    sha256: str
    result_id: int
    audience: str
    policy_sha256: str
    state: str
    requested_by: int
    requester: str
    requested_at: str
    reason: str
    decided_by: int | None
    decided_at: str | None
    decided_reason: str
    expires_at: str
    record: str


class Releases:
    """The release requests of one database."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self._engine, self._sealing = engine, sealing

    def request(
        self, case: int, person: Person, *, audience: str, policy_sha256: str, decider: str, reason: str
    ) -> int:
        """Ask for a release; its number. Of what is held back, every finding then wants a second look.

        `decider` is the digest of what a verdict by these rules for this audience depends on (`versions.decider`): a
        release must not rest on a verdict that other rules gave, or on one for somebody else.
        """
        if "request" not in review.rights(person.roles) and "submit" not in review.rights(person.roles):
            raise Refused("your role asks for no releases")
        if not reason.strip():
            raise UsageError("a release needs a reason")
        now = datetime.now(UTC)
        with database.guarded(self._engine) as connection:
            row = connection.execute(select(cases).where(cases.c.id == case)).first()
            if row is None:
                raise UsageError("no such document")
            if stale := _stale(connection, row.result_id, decider):
                raise Refused(stale)
            open_one = select(releases.c.id).where(
                releases.c.case_id == case, releases.c.audience == audience, releases.c.state.in_(OPEN)
            )
            if connection.scalar(open_one) is not None:
                raise Refused("a request for this document and audience is open already")
            number = connection.execute(insert(releases).returning(releases.c.id), {
                "case_id": case, "sha256": row.sha256, "result_id": row.result_id, "audience": audience,
                "policy_sha256": policy_sha256, "state": "draft" if row.to_do else "requested",
                "requested_by": person.id, "requested_at": now.isoformat(timespec="microseconds"),
                "reason": self._sealing.seal(reason.encode(), _WORDS),
                "expires_at": (now + review.RELEASE_LIFE).isoformat(timespec="microseconds"),
            }).scalar_one()  # fmt: skip
            if row.verdict == "held_back":
                for item in connection.scalars(
                    select(items.c.id).where(
                        items.c.case_id == case, items.c.outcome == "held_back", items.c.state != "gone"
                    )
                ):
                    settle(connection, item, wants_second=1)
            count_again(connection, case)
            detail = {"release": number, "audience": audience, "policy": policy_sha256}
            self._note(connection, person, "release_requested", row.sha256, detail)
        return int(number)

    def approve(
        self, number: int, person: Person, *, reason: str, policy_sha256: str, decider: str, record: str
    ) -> None:
        """Let it go, with the signed `record`. Raises Refused where a second person may not, or not yet."""
        with database.guarded(self._engine) as connection:
            row = self._row(connection, number)
            current = _is_current(connection, row, policy_sha256, decider)
            to_do = connection.execute(select(cases.c.to_do).where(cases.c.id == row.case_id)).scalar_one()
            objection = review.release_objection(
                person.id, person.roles, requested_by=row.requested_by, state=_state(row), to_do=to_do, current=current
            )
            if objection:
                raise Refused(objection)
            self._close(connection, row, person, "approved", reason, record)

    def deny(self, number: int, person: Person, *, reason: str) -> None:
        """Say no, with a reason."""
        with database.guarded(self._engine) as connection:
            row = self._row(connection, number)
            objection = review.release_objection(
                person.id, person.roles, requested_by=row.requested_by, state=_state(row), to_do=0, current=True
            )
            if objection:
                raise Refused(objection)
            if not reason.strip():
                raise UsageError("a denial needs a reason")
            self._close(connection, row, person, "denied", reason)

    def withdraw(self, number: int, person: Person) -> None:
        """Take one's own request back."""
        with database.guarded(self._engine) as connection:
            row = self._row(connection, number)
            if row.requested_by != person.id:
                raise Refused("only who asked for it withdraws it")
            if _state(row) not in OPEN:
                raise Refused(f"the request is {_state(row)}")
            self._close(connection, row, person, "withdrawn", "")

    def find(self, number: int) -> Release:
        with database.reading(self._engine) as connection:
            return self._release(self._row(connection, number))

    def all(self, *, case: int | None = None, open_only: bool = False, size: int = 200) -> list[Release]:
        """The newest first."""
        asked = _WITH_NAMES.order_by(releases.c.id.desc()).limit(size)
        if case is not None:
            asked = asked.where(releases.c.case_id == case)
        if open_only:
            asked = asked.where(releases.c.state.in_(OPEN), releases.c.expires_at > trail.now())
        with database.reading(self._engine) as connection:
            return [self._release(row) for row in connection.execute(asked)]

    def is_current(self, release: Release, policy_sha256: str, decider: str) -> bool:
        """Whether document, audience and policy are still those of the request."""
        with database.reading(self._engine) as connection:
            return _is_current(connection, release, policy_sha256, decider)

    def _row(self, connection: Connection, number: int) -> Row[Any]:
        row = connection.execute(_WITH_NAMES.where(releases.c.id == number)).first()
        if row is None:
            raise UsageError("no such release request")
        return row

    def _close(
        self, connection: Connection, row: Row[Any], person: Person, state: str, reason: str, record: str = ""
    ) -> None:
        at = datetime.now(UTC)
        values: dict[str, Any] = {
            "state": state, "decided_by": person.id, "decided_at": at.isoformat(timespec="microseconds"),
            "decided_reason": self._sealing.seal(reason.encode(), _WORDS),
        }  # fmt: skip
        if state == "approved":
            values["record"] = self._sealing.seal(record.encode(), _WORDS)
            values["expires_at"] = (at + review.RELEASE_LIFE).isoformat(timespec="microseconds")
        connection.execute(update(releases).where(releases.c.id == row.id).values(values))
        count_again(connection, row.case_id)
        self._note(connection, person, f"release_{state}", row.sha256, {"release": row.id, "audience": row.audience})

    def _note(self, connection: Connection, person: Person, action: str, subject: str, detail: dict[str, Any]) -> None:
        entry = trail.Entry(actor=person.name, action=action, subject=subject, detail=detail)
        trail.append(connection, [entry], trail.now())

    def _release(self, row: Row[Any]) -> Release:
        def words(sealed: bytes | None) -> str:
            return "" if sealed is None else self._sealing.open(sealed, _WORDS).decode()

        return Release(
            id=row.id, case_id=row.case_id, sha256=row.sha256, result_id=row.result_id, audience=row.audience,
            policy_sha256=row.policy_sha256, state=_state(row), requested_by=row.requested_by, requester=row.requester,
            requested_at=row.requested_at, reason=words(row.reason), decided_by=row.decided_by,
            decided_at=row.decided_at, decided_reason=words(row.decided_reason), expires_at=row.expires_at,
            record=words(row.record),
        )  # fmt: skip


_WITH_NAMES = select(releases, people.c.name.label("requester")).join(people, people.c.id == releases.c.requested_by)


def _is_current(connection: Connection, row: Any, policy_sha256: str, decider: str) -> bool:
    """Whether the case still rests on the very result that was looked at, and that one on these rules."""
    now = connection.scalar(select(cases.c.result_id).where(cases.c.id == row.case_id))
    same = now == row.result_id and row.policy_sha256 == policy_sha256
    return same and _stale(connection, row.result_id, decider) is None


def _stale(connection: Connection, result: int, decider: str) -> str | None:
    """Why a verdict is none to build on now; None where it is."""
    asked = select(results.c.decider, results.c.dated, results.c.decided_on).where(results.c.id == result)
    row = connection.execute(asked).one()
    if row.decider != decider:
        return "it was judged by other rules or for another audience: have it judged for this one first"
    if row.dated and row.decided_on != trail.now()[:10]:
        return "it rests on an entry of a register and was judged on another day: have it judged again first"
    return None


def _state(row: Row[Any]) -> str:
    """The state now: what was open, or let go, lapses with time."""
    lapses = row.state in (*OPEN, "approved") and row.expires_at <= trail.now()
    return "expired" if lapses else str(row.state)
