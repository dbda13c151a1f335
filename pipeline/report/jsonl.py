"""One JSON object a line for each file, as soon as it is known."""

from __future__ import annotations

from typing import TextIO

from .report import Report

EXTENSION = "jsonl"
FOR_MACHINES = False


def write(report: Report, out: TextIO) -> None:
    for row in report.rows:
        out.write(row.model_dump_json() + "\n")
        out.flush()
