"""The whole result as one JSON object; the stored form, which `explain --from` and a replay read."""

from __future__ import annotations

import json
from typing import TextIO

from .report import Report

EXTENSION = "json"
FOR_MACHINES = False


def write(report: Report, out: TextIO) -> None:
    """Row by row, so that an archive of any size passes through."""
    out.write(report.head.model_dump_json(indent=1).removesuffix("\n}") + ',\n "documents": [')
    for number, row in enumerate(report.rows):
        out.write(",\n" if number else "\n")
        out.write(row.model_dump_json(indent=1))
    errors = json.dumps([error.model_dump() for error in report.errors], ensure_ascii=False)
    out.write(f'\n ],\n "summary": {report.summary.model_dump_json()},\n "errors": {errors}\n}}\n')
