"""The faces of a result: one module for each format, one dict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TextIO

from . import csv, html, json, jsonl, junit, md, sarif, text
from .report import Report


class Format(Protocol):
    """A module that writes a report. It may consume `report.rows` once, as they come."""

    EXTENSION: str
    FOR_MACHINES: bool  # read by a CI system or a log: quotes hidden unless asked for

    def write(self, report: Report, out: TextIO) -> None: ...


FORMATS: Mapping[str, Format] = {
    "text": text,
    "json": json,
    "jsonl": jsonl,
    "sarif": sarif,
    "junit": junit,
    "csv": csv,
    "md": md,
    "html": html,
}
