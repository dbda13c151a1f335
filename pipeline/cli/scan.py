"""`sharelight scan`: an archive, with a pool of processes, one row for each file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..audit import Pool
    from ..intake import Source
    from ..report.result import DocumentRow


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
    from .. import audit, intake
    from .. import policy as rules
    from ..report.report import Look, Report
    from ..report.result import ErrorRow
    from .output import destinations, write
    from .progress import followed
    from .session import check_categories, existing, exit_code, head, key_of, note, settings_of, today

    settings = settings_of(ctx)
    places = destinations([name.value for name in format or []], output)
    loaded = rules.load(settings.policy)
    loaded.audience(settings.audience)
    check_categories(settings, loaded)
    there, missing = existing(paths)
    for uri, message in missing:
        note(f"{uri}: {message}")
    sources = list(intake.find(there))[:limit]
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
            note(f"interrupted after {report.summary.documents} of {len(sources)} files; what was written is kept")
            raise typer.Exit(130) from None
    raise typer.Exit(exit_code(report, exit_zero=exit_zero, strict=strict))


def _rows(pool: Pool, sources: Sequence[Source]) -> Iterator[DocumentRow]:
    from ..report.result import DocumentRow

    return (DocumentRow.model_validate_json(line) for line in pool.scan(sources))
