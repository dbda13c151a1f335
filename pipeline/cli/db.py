"""`sharelight db`: the database of runs and results."""

from __future__ import annotations

import typer

from . import options as opt

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Look after the database."""


@app.command()
def upgrade(ctx: typer.Context, config: opt.Config = None) -> None:
    """Bring its tables to the version of this program."""
    from ..store import database
    from .session import settings_of

    engine = database.opened(settings_of(ctx).database_url)
    before = database.revision(engine)
    database.upgrade(engine)
    typer.echo(f"{database.shown(engine.url)}: version {database.HEAD} (was {before or 'empty'})")


@app.command()
def check(ctx: typer.Context, config: opt.Config = None) -> None:
    """Say which version its tables have, and whether it can be written. Exit 2 where it cannot be used."""
    from ..errors import StoreError
    from ..store import database
    from .session import settings_of

    engine = database.opened(settings_of(ctx).database_url)
    found = database.revision(engine)
    if found != database.HEAD:
        raise StoreError(f"{database.shown(engine.url)}: version {found or 'empty'}: run `sharelight db upgrade`")
    database.try_to_write(engine)
    typer.echo(f"{database.shown(engine.url)}: version {found}, can be written")
