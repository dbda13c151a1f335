"""`sharelight extract`: what was read of each file, and what was not."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..report.extraction import Extraction
    from ..sandbox import Sandbox


class ExtractFormat(StrEnum):
    text = "text"
    json = "json"
    jsonl = "jsonl"


def extract(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Files and folders, or '-'.", metavar="PATH…")],
    format: Annotated[ExtractFormat, typer.Option("--format", "-f", help="How to write it.")] = ExtractFormat.text,
    output: opt.Output = None,
    config: opt.Config = None,
    stdin_filename: opt.StdinName = None,
    document_timeout: opt.Timeout = None,
    max_size: opt.MaxSize = None,
    max_archive_depth: opt.MaxDepth = None,
    ocr: opt.OcrMode = None,
    weak_sandbox: opt.WeakSandbox = None,
    quiet: opt.Quiet = False,
) -> None:
    """Show what is read of each file. Exit 0: all of it; 1: something unread; 2: usage."""
    from ..sandbox import Sandbox
    from .output import write_lines
    from .session import existing, note, settings_of

    settings = settings_of(ctx)
    there, missing = existing(paths)
    for uri, message in missing:
        note(f"{uri}: {message}", quiet=False)
    unread = 0

    def lines(sandbox: Sandbox) -> Iterator[str]:
        nonlocal unread
        for row in _rows(there, sandbox, stdin_filename):
            unread += row.status != "complete"
            yield _shown(row, format)

    with Sandbox(settings.limits(), allow_weak=settings.weak_sandbox) as sandbox:
        write_lines(lines(sandbox), output)
    raise typer.Exit(2 if missing else 1 if unread else 0)


def _rows(paths: list[str], sandbox: Sandbox, stdin_filename: str | None) -> Iterator[Extraction]:
    from ..opening import documents
    from ..report.extraction import extraction
    from .session import inputs

    for uri, opened in inputs(paths, sandbox.limits, stdin_filename):
        yield extraction(uri, documents(uri, opened, sandbox, sandbox.limits))


def _shown(row: Extraction, format: ExtractFormat) -> str:
    if format is ExtractFormat.jsonl:
        return row.model_dump_json()
    if format is ExtractFormat.json:
        return row.model_dump_json(indent=1)
    from ..report.cards import plain, plain_lines

    head = f"== {plain(row.uri)} ({row.media_type}, {row.status})"
    gaps = [f"-- not read: {plain(gap.part)}: {gap.code}" for gap in row.gaps]
    return "\n".join([head, *gaps, plain_lines(row.text), ""])
