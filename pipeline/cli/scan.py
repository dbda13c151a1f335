"""`sharelight scan`: an archive, with a pool of processes, one row for each file; what is finished is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import Interrupted, UsageError
from . import options as opt

if TYPE_CHECKING:
    from pathlib import Path

    from ..intake import Source
    from ..report.report import Report
    from ..settings import Settings
    from ..store.runs import Run
    from ..store.store import Store


class Runner(StrEnum):
    processes = "processes"
    threads = "threads"
    dask = "dask"


def scan(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(help="Folders, files, s3://bucket/prefix.", metavar="[PATH…]")
    ] = None,
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
    resume: Annotated[str | None, typer.Option(metavar="RUN", help='Go on with a run ("latest", or its id).')] = None,
    failed: Annotated[str | None, typer.Option(metavar="RUN", help="Only the files that failed in that run.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only files changed on that day or later.")
    ] = None,
    type: Annotated[list[str] | None, typer.Option(metavar="EXT", help="Only these types, as in pdf,docx.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Hold register entries against that day.")
    ] = None,
    runner: Annotated[Runner, typer.Option(help="What works on it: own processes, or Prefect's threads or Dask.")] = (
        Runner.processes
    ),
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Of Dask; a cluster here otherwise.")] = None,
    shard_size: Annotated[int, typer.Option(min=1, help="Files in one task of Prefect.")] = 500,
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
    """Check every file under the paths. Results are stored: unchanged files are not read again, `--resume` goes on."""
    from .output import destinations
    from .session import exit_code, opened_store, settings_of

    settings = settings_of(ctx)
    places = destinations([name.value for name in format or []], output)
    if sum(map(bool, (paths, resume, failed))) != 1:
        raise UsageError("give paths, or --resume RUN, or --failed RUN")
    there, missing = _existing(paths or [])
    with opened_store(settings) as store:
        if resume:
            run = store.runs.find(resume)
            settings = _settings_of_run(run, settings)
        else:
            sources = _sources(store, there, failed, since=since, types=type or [], limit=limit)
            run = _begun(store, sources, settings, paths or [], as_of)
        report = _report(settings, run, missing, verbose=verbose)
        if runner is Runner.processes:
            _proceed(store, run, report, settings, places, quiet=quiet)
        else:
            spread: Literal["threads", "dask"] = "dask" if runner is Runner.dask else "threads"
            _spread(store, run, report, settings, places, runner=spread, scheduler=scheduler, size=shard_size)
    raise typer.Exit(exit_code(report, exit_zero=exit_zero, strict=strict))


def _existing(paths: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The paths that are there, and what to say about each other one, which is said at once."""
    from .session import existing, note

    if "-" in paths:
        raise UsageError("`scan` reads files and folders; `check -` reads standard input")
    there, missing = existing(paths)
    for uri, message in missing:
        note(f"{uri}: {message}")
    return there, missing


def _sources(
    store: Store, there: list[str], failed: str | None, *, since: datetime | None, types: list[str], limit: int | None
) -> list[Source]:
    """The files to be scanned. What cannot be asked for its date or type is among them."""
    from .. import intake

    found: Iterable[Source] = intake.find(there)
    if failed:
        before = store.runs.failed(store.runs.find(failed).id)
        found = (intake.Source(uri=uri, path=path) for uri, path in before)
    wanted = {name.strip().lower().removeprefix(".") for each in types for name in each.split(",")}
    chosen = [
        source
        for source in found
        if (not wanted or PurePosixPath(source.uri).suffix.lower().removeprefix(".") in wanted)
        and (since is None or _changed(source) >= since.timestamp())
    ]
    return chosen[:limit]


def _changed(source: Source) -> float:
    from .. import intake

    seconds = intake.last_change(source)
    return float("inf") if seconds is None else seconds


def _begun(store: Store, sources: list[Source], settings: Settings, paths: list[str], as_of: datetime | None) -> Run:
    from .. import audit
    from .. import policy as rules
    from .session import check_categories, today

    check_categories(settings, rules.load(settings.policy))
    return audit.begin(store, sources, settings, roots=paths, today=as_of.date() if as_of else today())


def _settings_of_run(run: Run, given: Settings) -> Settings:
    """The settings with which the run was begun; only how many work on it, and what is shown, may be other ones."""
    now = {name: getattr(given, name) for name in ("database_url", "jobs", "progress", "color", "redact")}
    return type(given).model_validate_json(run.settings).model_copy(update=now)


def _report(settings: Settings, run: Run, missing: list[tuple[str, str]], *, verbose: bool) -> Report:
    from .. import policy as rules
    from ..report.report import Look, Report
    from ..report.result import ErrorRow, Head

    return Report(
        head=Head.model_validate_json(run.head),
        source=(),
        policy=rules.load(settings.policy),
        errors=[ErrorRow(uri=uri, message=message) for uri, message in missing],
        look=Look(verbose=verbose, brief=True),
        select=settings.select,
        ignore=settings.ignore,
    )


def _proceed(
    store: Store, run: Run, report: Report, settings: Settings, places: list[tuple[str, Path | None]], *, quiet: bool
) -> None:
    """Scan and write; what was finished is kept where the user interrupts."""
    from ..audit import work
    from ..pool import Pool
    from .output import write
    from .progress import followed
    from .session import key_of

    settings = settings.model_copy(update={"jobs": max(1, min(settings.jobs, run.total))})
    key = key_of(quiet=quiet)
    left = work(store, run, settings, key=key)
    with Pool(settings, key=key, today=left.today) as pool:
        report.source = followed(left.rows(pool), run.total, settings, quiet=quiet)
        try:
            write(report, places, settings)
        except KeyboardInterrupt:
            sys.stdout.flush()
            done = run.total - store.runs.counts(run.id)["planned"]
            raise Interrupted(
                f"interrupted after {done} of {run.total} files; go on with `sharelight scan --resume {run.id[:8]}`"
            ) from None


def _spread(
    store: Store, run: Run, report: Report, settings: Settings, places: list[tuple[str, Path | None]], *,
    runner: Literal["threads", "dask"], scheduler: str | None, size: int,
) -> None:  # fmt: skip
    """Have Prefect do it, and write what is stored then. Prefect is imported here, and nowhere else."""
    from flows.audit_archive import audit_archive

    from ..audit import stored_rows
    from .output import write

    audit_archive([], audience=settings.audience, runner=runner, scheduler=scheduler, shard_size=size, resume=run.id)
    report.source = (row for row, _ in stored_rows(store, run))
    write(report, places, settings)
