"""`sharelight check`: one or a few documents, an answer in about a second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..report.result import DocumentRow
    from ..scan import Kit
    from .session import Read


def check(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(help="Documents, or '-' for standard input.", metavar="FILE…")],
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
    exit_zero: opt.ExitZero = False,
    strict: opt.Strict = False,
    stdin_filename: opt.StdinName = None,
    document_timeout: opt.Timeout = None,
    max_size: opt.MaxSize = None,
    max_archive_depth: opt.MaxDepth = None,
    ocr: opt.OcrMode = None,
    weak_sandbox: opt.WeakSandbox = None,
    verbose: opt.Verbose = False,
    quiet: opt.Quiet = False,
) -> None:
    """Say of each document whether it may be shared, and why."""
    from .session import check_categories, existing, exit_code, note, opened, settings_of

    settings = settings_of(ctx)
    there, missing = existing(files)
    for uri, message in missing:
        note(f"{uri}: {message}")
    with opened(settings, there, stdin_filename, quiet=quiet) as (kit, reading):
        from ..report import build
        from ..report.report import Look, Report
        from ..report.result import ErrorRow
        from .output import destinations, write

        check_categories(settings, kit.policy)
        report = Report(
            head=build.head(
                kit.policy, model_version=kit.detectors.model_version, model_sha256=kit.detectors.model_sha256
            ),
            source=_rows(reading, kit),
            policy=kit.policy,
            errors=[ErrorRow(uri=uri, message=message) for uri, message in missing],
            look=Look(verbose=verbose),
            select=settings.select,
            ignore=settings.ignore,
        )
        write(report, destinations([name.value for name in format or []], output), settings)
    raise typer.Exit(exit_code(report, exit_zero=exit_zero, strict=strict))


def _rows(reading: Iterator[Read], kit: Kit) -> Iterator[DocumentRow]:
    from ..report.build import document_row
    from ..scan import recognise
    from .session import today

    for uri, read in reading:
        result = recognise(uri, read, kit, today=today())
        yield document_row(result, policy=kit.policy, audience=kit.settings.audience, context=kit.settings.context)
