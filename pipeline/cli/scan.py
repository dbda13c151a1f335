"""`sharelight scan`: an archive, with a pool of processes, one row for each file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Interrupted, UsageError
from . import options as opt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..audit import Pool
    from ..intake import Source
    from ..report.report import Report
    from ..report.result import DocumentRow
    from ..settings import Settings


def scan(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Folders and files.", metavar="PATH…")],
    format: opt.Formats = None,
    output: opt.Output = None,
    audience: opt.Audience = None,
    policy: opt.Policy = None,
    registers: opt.Registers = None,
    models: opt.Models = None,
    config: opt.Config = None,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    redact: opt.Redact = None,
    context: opt.Context = None,
    color: opt.Color = None,
    progress: opt.Progress = None,
    jobs: opt.Jobs = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after this many files.")] = None,
    exit_zero: opt.ExitZero = False,
    strict: opt.Strict = False,
    document_timeout: opt.Timeout = None,
    max_size: opt.MaxSize = None,
    max_archive_depth: opt.MaxDepth = None,
    ocr: opt.OcrMode = None,
    weak_sandbox: opt.WeakSandbox = None,
    verbose: opt.Verbose = False,
    quiet: opt.Quiet = False,
) -> None:
    """Check every file under the paths."""
    from .output import destinations
    from .session import existing, exit_code, note, settings_of

    settings = settings_of(ctx)
    places = destinations([name.value for name in format or []], output)
    if "-" in paths:
        raise UsageError("`scan` reads files and folders; `check -` reads standard input")
    there, missing = existing(paths)
    for uri, message in missing:
        note(f"{uri}: {message}")
    report = _scan(there, missing, settings, places, limit=limit, verbose=verbose, quiet=quiet)
    raise typer.Exit(exit_code(report, exit_zero=exit_zero, strict=strict))


def _scan(
    paths: list[str],
    missing: list[tuple[str, str]],
    settings: Settings,
    places: list[tuple[str, Path | None]],
    *,
    limit: int | None,
    verbose: bool,
    quiet: bool,
) -> Report:
    """Scan and write; what was written is kept where the user interrupts."""
    from .. import audit, intake
    from .. import policy as rules
    from ..report.report import Look, Report
    from ..report.result import ErrorRow
    from .output import write
    from .progress import followed
    from .session import check_categories, head, key_of, today

    loaded = rules.load(settings.policy)
    loaded.audience(settings.audience)
    check_categories(settings, loaded)
    sources = list(intake.find(paths))[:limit]
    settings = settings.model_copy(update={"jobs": max(1, min(settings.jobs, len(sources)))})
    with audit.Pool(settings, key=key_of(quiet=quiet), today=today()) as pool:
        report = Report(
            head=head(loaded, model_version=pool.model["version"], model_sha256=pool.model["sha256"]),
            source=followed(_rows(pool, sources), len(sources), settings, quiet=quiet),
            policy=loaded,
            errors=[ErrorRow(uri=uri, message=message) for uri, message in missing],
            look=Look(verbose=verbose, brief=True),
            select=settings.select,
            ignore=settings.ignore,
        )
        try:
            write(report, places, settings)
        except KeyboardInterrupt:
            sys.stdout.flush()
            done = report.summary.documents
            raise Interrupted(f"interrupted after {done} of {len(sources)} files; what was written is kept") from None
    return report


def _rows(pool: Pool, sources: Sequence[Source]) -> Iterator[DocumentRow]:
    from ..report.result import DocumentRow

    return (DocumentRow.model_validate_json(line) for line in pool.scan(sources))
