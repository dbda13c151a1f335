"""`sharelight audit`: the trail of what was decided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..store.store import Store

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Look at the audit trail."""


@app.command()
def verify(
    ctx: typer.Context,
    against: Annotated[
        Path | None, typer.Option(help="An anchor that was kept elsewhere: shows a tail that was cut off or regrown.")
    ] = None,
    config: opt.Config = None,
) -> None:
    """Hold every row against the one before it. Exit 1 where a row was altered, moved or taken out."""
    from .session import opened_store, settings_of

    with opened_store(settings_of(ctx)) as store:
        rows, faults = store.verify_trail()
        if against is not None:
            faults = [*faults, *_not_anchored(store, against)]
    for fault in faults:
        typer.echo(fault)
    typer.echo(f"{rows} rows, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


@app.command()
def anchor(
    ctx: typer.Context,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output otherwise.")] = None,
    config: opt.Config = None,
) -> None:
    """Sign how far the trail has come. Kept elsewhere, it is what `verify --against` holds the trail against."""
    from .. import records
    from ..settings import signing_key
    from ..store.trail import now
    from .output import write_lines
    from .session import opened_store, settings_of

    secret = signing_key()
    with opened_store(settings_of(ctx)) as store:
        rows, head = store.head_of_trail()
    made = records.Anchor(rows=rows, head=head, at=now(), public_key=records.public_key(secret))
    write_lines([records.signed(made, secret).model_dump_json()], output)


def _not_anchored(store: Store, file: Path) -> list[str]:
    """What the trail lacks of what the anchor in `file` saw."""
    from .. import records
    from ..errors import UsageError
    from ..settings import signing_key

    try:
        kept = records.read(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: {getattr(error, 'strerror', None) or error}") from None
    if not isinstance(kept, records.Anchor):
        raise UsageError(f"{file}: not an anchor")
    fault = records.fault(kept, records.public_key(signing_key()))
    if fault:
        return [f"the anchor does not count: {fault}"]
    rows, head = store.head_of_trail(kept.rows)
    if rows < kept.rows:
        return [f"{kept.rows - rows} rows are cut off that were there on {kept.at[:10]}"]
    return [] if head == kept.head else [f"row {kept.rows} is not the one that was there on {kept.at[:10]}"]


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
