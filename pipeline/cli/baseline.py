"""`sharelight baseline`: what has been looked at, so that the next audit shows only what is new."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..baseline import Baseline
    from ..report.result import DocumentRow

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

Run = Annotated[str, typer.Argument(help='A stored run: its id, the beginning of it, or "latest".')]
File = Annotated[Path, typer.Argument(help="The baseline, sorted JSONL.")]
Reason = Annotated[str, typer.Option(help="Why these findings are no news.")]
By = Annotated[str, typer.Option(help="Who says so.")]
Expires = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day on which it counts.")]


@app.callback()
def group() -> None:
    """Keep what has been looked at. A baseline hides findings from reports and changes no verdict."""


@app.command()
def create(
    ctx: typer.Context, run: Run, file: File, reason: Reason, by: By, expires: Expires, config: opt.Config = None
) -> None:
    """Write a baseline of all that a run found."""
    from .. import baseline
    from ..errors import UsageError

    if file.exists():
        raise UsageError(f"{file} is there already: `sharelight baseline update` adds to it")
    made = _of_run(ctx, run, reason, by, expires)
    baseline.save(made, file)
    typer.echo(f"{file}: {len(made.entries)} findings")


@app.command()
def update(
    ctx: typer.Context, run: Run, file: File, reason: Reason, by: By, expires: Expires, config: opt.Config = None
) -> None:
    """Add what is new in a run; what the baseline says already stands."""
    from .. import baseline
    from .session import key_of

    old = baseline.load(file, key_of())
    both = baseline.merged(old, _of_run(ctx, run, reason, by, expires))
    baseline.save(both, file)
    typer.echo(f"{file}: {len(both.entries)} findings, {len(both.entries) - len(old.entries)} of them new")


@app.command()
def prune(ctx: typer.Context, run: Run, file: File, config: opt.Config = None) -> None:
    """Take out what a run no longer finds, and what has expired."""
    from .. import baseline
    from .session import key_of, today

    old = baseline.load(file, key_of())
    left = baseline.pruned(old, _rows(ctx, run), today())
    baseline.save(left, file)
    typer.echo(f"{file}: {len(left.entries)} findings, {len(old.entries) - len(left.entries)} taken out")


def _of_run(ctx: typer.Context, run: str, reason: str, by: str, expires: datetime) -> Baseline:
    from .. import baseline
    from .session import key_of

    return baseline.of(_rows(ctx, run), key_of(), reason=reason, by=by, expires=expires.date())


def _rows(ctx: typer.Context, name: str) -> list[DocumentRow]:
    from ..audit import stored_rows
    from .session import opened_store, settings_of

    with opened_store(settings_of(ctx)) as store:
        return [row for row, _ in stored_rows(store, store.runs.find(name))]
