"""A report to be written: what is known at its start, and the rows as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..policy import Policy
from .redact import redact
from .result import DocumentRow, ErrorRow, Head, Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a report is to look. `width` 0 means that of the terminal."""

    colour: bool = False
    width: int = 0
    brief: bool = False
    verbose: bool = False


@dataclass(slots=True, kw_only=True)
class Report:
    """Iterating over `rows` counts them in `summary` and `unread`, which are whole once the rows are spent."""

    head: Head
    source: Iterable[DocumentRow]
    policy: Policy
    errors: Sequence[ErrorRow] = ()
    look: Look = Look()
    hidden_percent: int = 0
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    summary: Summary = field(default_factory=Summary)
    unread: int = 0
    last_day: str = ""

    @property
    def overdue(self) -> tuple[str, ...]:
        """What the rules take for granted and nobody has looked at in time, by the newest verdict of the rows."""
        late = self.policy.overdue(date.fromisoformat(self.last_day)) if self.last_day else ()
        return tuple(
            f"the rules take for granted: {each.statement} To be looked at by {each.review_by} ({each.owner})."
            for each in late
        )

    @property
    def rows(self) -> Iterator[DocumentRow]:
        self.summary, self.unread = Summary(errors=len(self.errors)), 0
        for row in self.source:
            self.summary = self.summary.plus(row)
            self.unread += bool(row.coverage.unread)
            self.last_day = max(self.last_day, row.decided_on)
            yield redact(self._chosen(row), self.hidden_percent)

    def _chosen(self, row: DocumentRow) -> DocumentRow:
        """Only the findings asked for. The verdict stays: what is not shown was found all the same."""
        if not self.select and not self.ignore:
            return row
        wanted = [
            finding
            for finding in row.findings
            if (not self.select or finding.category in self.select) and finding.category not in self.ignore
        ]
        return row.model_copy(update={"findings": tuple(wanted)})
