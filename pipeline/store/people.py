"""Who may sign in, and the passes that they show: sessions of a browser and tokens of a program.

A pass is kept as its digest alone: who reads the database cannot use one.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Engine, Row, delete, insert, select, update

from ..errors import UsageError
from ..review import ROLES
from . import database, trail
from .tables import passes, people

IDLE, WHOLE = timedelta(minutes=60), timedelta(hours=12)  # of a session
LOCK_AFTER, LOCKED_FOR = 5, timedelta(minutes=15)
_TOUCH = timedelta(minutes=1)  # how old `seen_at` grows before it is written anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in."""

    id: int
    name: str
    roles: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A pass that counts: whose it is, and what forms of this session must carry."""

    person: Person
    csrf: str
    kind: Literal["session", "token"]
    digest: str


class People:
    """The people of one database, with their passes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, *, roles: Iterable[str], password: str | None, by: str) -> Person:
        """Add somebody; `password` is an argon2 digest. Raises UsageError for a name that is taken or no role."""
        wanted = _roles(roles)
        with database.guarded(self._engine) as connection:
            if connection.scalar(select(people.c.id).where(people.c.name == name)) is not None:
                raise UsageError(f"there is a {name!r} already")
            values = {
                "name": name, "password": password, "roles": json.dumps(wanted), "active": 1, "failures": 0,
                "created_at": trail.now(),
            }  # fmt: skip
            number = connection.execute(insert(people).returning(people.c.id), values).scalar_one()
            trail.append(connection, [_entry(by, "person_added", name, roles=wanted)], trail.now())
        return Person(id=number, name=name, roles=tuple(wanted))

    def change(
        self, name: str, *, by: str, roles: Iterable[str] | None = None, active: bool | None = None,
        password: str | None = None,
    ) -> Person:  # fmt: skip
        """Change somebody. Whatever changes, the passes end: the next request signs in anew."""
        values: dict[str, Any] = {} if roles is None else {"roles": json.dumps(_roles(roles))}
        values |= {} if active is None else {"active": int(active)}
        values |= {} if password is None else {"password": password, "failures": 0, "locked_until": None}
        with database.guarded(self._engine) as connection:
            person = _person(connection.execute(select(people).where(people.c.name == name)).first())
            if person is None:
                raise UsageError(f"there is no {name!r}")
            connection.execute(update(people).where(people.c.id == person.id).values(values))
            connection.execute(delete(passes).where(passes.c.person_id == person.id))
            what = {key: value for key, value in values.items() if key in ("roles", "active")}
            what |= {"password": "new"} if password else {}
            trail.append(connection, [_entry(by, "person_changed", name, **what)], trail.now())
            return person

    def all(self) -> list[Person]:
        with database.reading(self._engine) as connection:
            found = connection.execute(select(people).order_by(people.c.name)).all()
        return [person for row in found if (person := _person(row))]

    def named(self, name: str) -> tuple[Person, str | None, datetime | None] | None:
        """Somebody with the digest of their password and the time until which they are locked out."""
        with database.reading(self._engine) as connection:
            row = connection.execute(select(people).where(people.c.name == name)).first()
        person = _person(row)
        if row is None or person is None:
            return None
        return person, row.password, datetime.fromisoformat(row.locked_until) if row.locked_until else None

    def noted(self, person: Person, *, right: bool) -> None:
        """Note a right or a wrong password; some wrong ones in a row lock the account for a while."""
        with database.guarded(self._engine) as connection:
            failures = 0 if right else 1 + connection.execute(
                select(people.c.failures).where(people.c.id == person.id)
            ).scalar_one()  # fmt: skip
            locked = (datetime.now(UTC) + LOCKED_FOR).isoformat() if failures >= LOCK_AFTER else None
            connection.execute(
                update(people).where(people.c.id == person.id).values(failures=failures, locked_until=locked)
            )
            action = "signed_in" if right else "locked_out" if locked else "wrong_password"
            trail.append(connection, [_entry(person.name, action, person.name)], trail.now())

    def give_pass(
        self, person: Person, kind: Literal["session", "token"], *, title: str = "", life: timedelta = WHOLE
    ) -> str:
        """A new pass, in the only form in which it can be shown."""
        shown, now = secrets.token_urlsafe(32), datetime.now(UTC)
        with database.guarded(self._engine) as connection:
            connection.execute(delete(passes).where(passes.c.ends_at < now.isoformat()))
            connection.execute(insert(passes), {
                "digest": _digest(shown), "person_id": person.id, "kind": kind, "title": title,
                "csrf": secrets.token_urlsafe(32), "created_at": now.isoformat(), "seen_at": now.isoformat(),
                "ends_at": (now + life).isoformat(),
            })  # fmt: skip
            if kind == "token":
                trail.append(connection, [_entry(person.name, "token_given", person.name, title=title)], trail.now())
        return shown

    def shown(self, given: str, kind: Literal["session", "token"]) -> Shown | None:
        """Whose pass it is; None where it is unknown, over, idle for too long, or its owner is not active."""
        digest, now = _digest(given), datetime.now(UTC)
        asked = (
            select(people, passes.c.csrf, passes.c.seen_at, passes.c.ends_at)
            .join(people, people.c.id == passes.c.person_id)
            .where(passes.c.digest == digest, passes.c.kind == kind)
        )
        with database.reading(self._engine) as connection:
            row = connection.execute(asked).first()
        person = _person(row)
        if row is None or person is None or not person.active or row.ends_at < now.isoformat():
            return None
        seen = datetime.fromisoformat(row.seen_at)
        if kind == "session" and now - seen > IDLE:
            return None
        if now - seen > _TOUCH:
            with database.guarded(self._engine) as connection:
                connection.execute(update(passes).where(passes.c.digest == digest).values(seen_at=now.isoformat()))
        return Shown(person=person, csrf=row.csrf, kind=kind, digest=digest)

    def take_back(self, shown: Shown) -> None:
        """End a pass."""
        with database.guarded(self._engine) as connection:
            connection.execute(delete(passes).where(passes.c.digest == shown.digest))


def _roles(given: Iterable[str]) -> list[str]:
    wanted = sorted(set(given))
    unknown = [role for role in wanted if role not in ROLES]
    if unknown or not wanted:
        raise UsageError(f"roles are {', '.join(ROLES)}; not {', '.join(unknown) or 'none at all'}")
    return wanted


def _person(row: Row[Any] | None) -> Person | None:
    if row is None:
        return None
    return Person(id=row.id, name=row.name, roles=tuple(json.loads(row.roles)), active=bool(row.active))


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()


def _entry(actor: str, action: str, subject: str, **detail: Any) -> trail.Entry:
    return trail.Entry(actor=actor, action=action, subject=subject, detail=detail)
