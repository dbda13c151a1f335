"""Every error that sharelight raises on purpose, with the exit code it ends in.

    SharelightError                2
    ├── UsageError                 2   the command line or the configuration cannot be used
    ├── PolicyError                2   rules/ does not load: names file, line and what to do
    ├── ModelError                 2   models/ is missing, altered or does not fit the policy
    ├── SandboxError               2   no document may be opened on this machine as it stands
    ├── Refused                    2   the rules of review do not allow it to this person, now
    ├── Overtaken                  2   somebody else was faster
    ├── Unfit                      2   it cannot be made of this document: a picture of a page, a copy without a passage
    ├── StoreError                 2   the database cannot be used: nothing of it may be concluded
    ├── MissingExtra               2   an optional part is not installed: one line says how
    └── Interrupted              130   stopped by the user; what was finished is kept

Bad *documents* never raise while they are read: they become gaps (see `gaps.CODES`).
"""

from __future__ import annotations

from pathlib import Path


class SharelightError(Exception):
    """Base of all; its text is what the user reads."""

    exit_code = 2


class UsageError(SharelightError):
    """The command line or the configuration cannot be used."""


class PolicyError(SharelightError):
    """`rules/` does not load. Carries the file and, where known, the line."""

    def __init__(self, message: str, *, file: Path | str | None = None, line: int | None = None) -> None:
        self.file, self.line = file, line
        place = "" if file is None else f"{file}:{line}: " if line else f"{file}: "
        super().__init__(place + message)


class ModelError(SharelightError):
    """The shipped model is missing, altered, or made for other categories."""


class SandboxError(SharelightError):
    """The sandbox cannot be set up to the grade that is asked for."""


class Refused(SharelightError):
    """The rules of review do not allow it: the role, a second person, the state."""


class Overtaken(SharelightError):
    """Somebody else changed it since it was looked at."""


class Unfit(SharelightError):
    """What was asked for cannot be made of this document: a picture of a page, a copy without a passage."""


class StoreError(SharelightError):
    """The database cannot be opened, read or written."""


class MissingExtra(SharelightError):
    """An optional part is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed: pip install 'sharelight[{extra}]'")


class Interrupted(SharelightError):
    """Stopped by the user."""

    exit_code = 130
