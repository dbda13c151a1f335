"""Where reports go: stdout, a file, or a folder with one file for each format."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from ..errors import UsageError
from ..report import FORMATS
from ..report.report import Report
from ..report.result import DocumentRow
from ..settings import Settings, plain_terminal


def destinations(formats: Sequence[str], output: Path | None) -> list[tuple[str, Path | None]]:
    """Which format goes where. Raises UsageError where two would go to one place."""
    names = list(dict.fromkeys(formats)) or [_format_of(output)]
    folder = output is not None and (output.is_dir() or len(names) > 1)
    if len(names) > 1 and output is None:
        raise UsageError("several formats need -o FOLDER")
    if not folder:
        return [(names[0], output)]
    assert output is not None
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output}: several formats need a folder, and this is a file")
    return [(name, output / f"sharelight.{FORMATS[name].EXTENSION}") for name in names]


def _format_of(output: Path | None) -> str:
    """The format that a file name asks for; text where it asks for none."""
    by_extension = {module.EXTENSION: name for name, module in FORMATS.items()}
    return by_extension.get(output.suffix.removeprefix("."), "text") if output else "text"


def write(report: Report, places: Sequence[tuple[str, Path | None]], settings: Settings) -> None:
    """Write every report. A single one is written while rows come in; several are written from a spool of rows."""
    if len(places) == 1:
        _write_one(report, *places[0], settings)
        return
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        for row in report.source:
            spool.write(row.model_dump_json() + "\n")
        for name, path in places:
            spool.seek(0)
            report.source = _spooled(spool)
            _write_one(report, name, path, settings)


def _spooled(spool: TextIO) -> Iterator[DocumentRow]:
    return (DocumentRow.model_validate_json(line) for line in spool)


def _write_one(report: Report, name: str, path: Path | None, settings: Settings) -> None:
    module = FORMATS[name]
    hidden = settings.redact if settings.redact is not None else 100 if module.FOR_MACHINES else 0
    with opened_output(path) as out:
        report.hidden_percent = hidden
        report.look = replace(report.look, colour=coloured(settings, out))
        module.write(report, out)


@contextmanager
def opened_output(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or the file at `path` in a folder that is made for it."""
    if path is None:
        with piped():
            yield sys.stdout
            sys.stdout.flush()
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    with file:
        yield file


@contextmanager
def piped() -> Iterator[None]:
    """A reader that has seen enough (`| head`) is no fault, and no reason for a verdict either: quietly 2."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(2) from None


def coloured(settings: Settings, out: TextIO) -> bool:
    if settings.color == "auto":
        return out.isatty() and not plain_terminal()
    return settings.color == "always"


def write_lines(lines: Iterable[str], path: Path | None) -> None:
    with opened_output(path) as out:
        for line in lines:
            out.write(line + "\n")
            out.flush()
