"""`sharelight user`: who may sign in to the review."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from . import options as opt

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
Name = Annotated[str, typer.Argument(help="As they sign in.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="reader, reviewer, releaser, policy or admin.")]


@app.callback()
def group() -> None:
    """Look after who may sign in."""


@app.command()
def add(
    ctx: typer.Context, name: Name, role: Roles = None, config: opt.Config = None,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="SHARELIGHT_NEW_PASSWORD")
    ] = "",
) -> None:  # fmt: skip
    """Add somebody. The password is asked for, or taken from SHARELIGHT_NEW_PASSWORD."""
    from ..web.passwords import hashed
    from .session import opened_store, settings_of

    digest = hashed(password)
    with opened_store(settings_of(ctx)) as store:
        person = store.people.add(name, roles=role or ["reviewer"], password=digest, by="command line")
    typer.echo(f"{person.name}: {', '.join(person.roles)}")


@app.command("list")
def list_(ctx: typer.Context, config: opt.Config = None) -> None:
    """List them with their roles."""
    from .session import opened_store, settings_of

    with opened_store(settings_of(ctx)) as store:
        for person in store.people.all():
            typer.echo(f"{person.name}  {', '.join(person.roles)}{'' if person.active else '  (switched off)'}")


@app.command()
def disable(ctx: typer.Context, name: Name, config: opt.Config = None) -> None:
    """Switch somebody off: sessions and tokens end at once."""
    from .session import opened_store, settings_of

    with opened_store(settings_of(ctx)) as store:
        store.people.change(name, by="command line", active=False)
    typer.echo(f"{name}: switched off")


@app.command()
def token(
    ctx: typer.Context, name: Name, title: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it counts.")] = 90, config: opt.Config = None,
) -> None:  # fmt: skip
    """Give somebody's program a token for the HTTP interface. It is shown once."""
    from ..errors import UsageError
    from .session import opened_store, settings_of

    with opened_store(settings_of(ctx)) as store:
        found = store.people.named(name)
        if found is None:
            raise UsageError(f"there is no {name!r}")
        typer.echo(store.people.give_pass(found[0], "token", title=title, life=timedelta(days=days)))
