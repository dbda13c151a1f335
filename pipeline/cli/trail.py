"""`sharelight audit`: the trail of what was decided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from . import options as opt

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Look at the audit trail."""


@app.command()
def verify(ctx: typer.Context, config: opt.Config = None) -> None:
    """Hold every row against the one before it. Exit 1 where a row was altered, moved or taken out."""
    from .session import opened_store, settings_of

    with opened_store(settings_of(ctx)) as store:
        rows, faults = store.verify_trail()
    for fault in faults:
        typer.echo(fault)
    typer.echo(f"{rows} rows, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


@app.command()
def export(
    ctx: typer.Context,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output otherwise.")] = None,
    config: opt.Config = None,
) -> None:
    """Write every row as a line of JSON."""
    from .output import write_lines
    from .session import opened_store, settings_of

    with opened_store(settings_of(ctx)) as store:
        write_lines((json.dumps(row) for row in store.trail()), output)
