"""Reads labelled passages: one JSON object a line, one file a voice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import UsageError

Light = Literal["shareable", "needs_review", "held_back"]


class Facets(BaseModel):
    """What a passage says beside its category, as far as adjustments ask for it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    deployment: Literal["before", "after", "unknown", "na"] = "na"
    operational_detail: bool = False
    developer_material: bool = False
    summary_incident: bool = False


class Row(BaseModel):
    """A labelled passage. `voice` is the file it came from, `source` a publication where it has one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    primary: str
    secondary: tuple[str, ...] = ()
    verdict: Light
    facets: Facets = Facets()
    form: str = ""
    hard: bool = False
    source: str = ""
    voice: str = ""


def read(path: Path) -> tuple[Row, ...]:
    """The rows of one file. Raises UsageError naming the file, the line and what is wrong with it."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    return tuple(_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip())


def load(folder: Path) -> tuple[Row, ...]:
    """The rows of every *.jsonl in `folder`, in order of file and line; a text that stands there twice counts once."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise UsageError(f"{folder}: no labelled passages (*.jsonl) here")
    return tuple(_distinct(row for file in files for row in read(file)))


def _row(path: Path, number: int, line: str) -> Row:
    try:
        fields = json.loads(line)
        fields["verdict"] = str(fields.get("verdict", "")).replace(" ", "_")
        return Row.model_validate(fields | {"voice": path.stem})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{path}:{number}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (ValueError, AttributeError, TypeError) as error:
        raise UsageError(f"{path}:{number}: not a labelled passage ({error})") from error


def _distinct(rows: Iterator[Row]) -> Iterator[Row]:
    seen: set[str] = set()
    for row in rows:
        key = " ".join(row.text.lower().split())
        if key not in seen:
            seen.add(key)
            yield row
