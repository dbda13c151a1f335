"""Passwords: argon2id, and a check that takes as long for a name that does not exist."""

from __future__ import annotations

from datetime import UTC, datetime

from ..errors import MissingExtra, UsageError
from ..store.people import People, Person

try:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError
except ModuleNotFoundError as error:
    raise MissingExtra(str(error.name), "web") from None

SHORTEST, LONGEST = 12, 256
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")


def hashed(password: str) -> str:
    """What is kept of a password. Raises UsageError for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST} characters")
    return _HASHER.hash(password)


def sign_in(people: People, name: str, password: str) -> Person | None:
    """Whoever has this name and password; None for any other reason, which is not told."""
    found = people.named(name)
    person, kept, locked = found if found else (None, None, None)
    right = _fits(kept or _NOBODY, password[:LONGEST]) and kept is not None
    if person is None or not person.active or (locked is not None and locked > datetime.now(UTC)):
        return None
    people.noted(person, right=right)
    return person if right else None


def _fits(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
