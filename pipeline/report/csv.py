"""One line for each finding and each unread part, for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from ..gaps import sentence
from .cards import place, plain
from .report import Report
from .result import DocumentRow

EXTENSION = "csv"
FOR_MACHINES = False
COLUMNS = (
    "uri", "verdict", "audience", "what", "place", "category", "outcome", "score", "rule_id", "sentence", "quote",
    "document_id", "finding_id", "fingerprint",
)  # fmt: skip


def write(report: Report, out: TextIO) -> None:
    table = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    table.writeheader()
    for row in report.rows:
        for line in _lines(row):
            common = {"uri": row.uri, "verdict": row.verdict, "audience": row.audience, "document_id": row.document_id}
            table.writerow({name: _cell(value) for name, value in (common | line).items()})


def _lines(row: DocumentRow) -> Iterator[dict[str, object]]:
    for finding in row.findings:
        yield {
            "what": "finding",
            "place": place(finding.location, top=row.name),
            "category": finding.category or "",
            "outcome": finding.outcome,
            "score": finding.score,
            "rule_id": finding.rule_id,
            "sentence": finding.sentence,
            "quote": finding.quote,
            "finding_id": finding.finding_id,
            "fingerprint": finding.fingerprint,
        }
    for unread in row.coverage.unread:
        yield {"what": "unread", "place": unread.part, "rule_id": unread.code, "sentence": sentence(unread.code)}
    if not row.findings and not row.coverage.unread:
        yield {"what": "document"}


def _cell(value: object) -> str:
    """A spreadsheet must show the words of a document, not run them as a formula."""
    text = plain(str(value))
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and not isinstance(value, float) else text
