"""`sharelight config`: what each setting is, and where that came from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from . import options as opt

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


class TableFormat(StrEnum):
    text = "text"
    json = "json"


@app.callback()
def group() -> None:
    """See what the settings are."""


@app.command()
def show(
    config: opt.Config = None,
    format: Annotated[TableFormat, typer.Option("--format", "-f")] = TableFormat.text,
) -> None:
    """Print each setting with its value and source: flag, variable, file or default."""
    from .. import settings

    loaded = settings.load({}, config=config)
    values = {name: getattr(loaded.settings, name) for name in loaded.sources}
    if format is TableFormat.json:
        import json

        rows = {name: {"value": _plain(values[name]), "source": source} for name, source in loaded.sources.items()}
        typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    width = max(map(len, values))
    for name, source in loaded.sources.items():
        about = settings.Settings.model_fields[name].description
        typer.echo(f"{name:<{width}}  {_plain(values[name])!s:<28}  {source:<12}  {about}")


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int | float | None) else str(value)
