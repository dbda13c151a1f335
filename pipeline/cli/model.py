"""`sharelight model`: train, ask and measure the classifier."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..scan import Kit

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Train, ask and measure the classifier."""


@app.command()
def predict(
    ctx: typer.Context,
    data: Annotated[str, typer.Argument(help="JSONL rows {id, text}, or '-'.")] = "-",
    output: opt.Output = None,
    audience: opt.Audience = None,
    policy: opt.Policy = None,
    registers: opt.Registers = None,
    models: opt.Models = None,
    config: opt.Config = None,
) -> None:
    """Judge passages: {id, primary, categories, verdict} for each row, by no registers but those of --registers."""
    from .. import registers as register
    from ..sandbox import Sandbox
    from ..scan import load_kit
    from .output import write_lines
    from .session import key_of, settings_of

    settings = settings_of(ctx)
    entries = register.load(registers) if registers else register.Registers()
    # Nothing is opened, so the sandbox is never started.
    kit = load_kit(settings, Sandbox(settings.limits()), key=key_of(), entries=entries)
    write_lines((json.dumps(row, ensure_ascii=False) for row in _judged(_read(data), kit)), output)


def _judged(rows: Iterator[dict[str, Any]], kit: Kit) -> Iterator[dict[str, Any]]:
    from ..scan import judge
    from .session import today

    for row in rows:
        judgement = judge(row["text"], kit, today=today())
        yield {
            "id": row["id"],
            "primary": judgement.primary,
            "categories": [{"category": name, "score": round(score, 4)} for name, score in judgement.categories],
            "verdict": judgement.verdict.outcome.id,
        }


def _read(data: str) -> Iterator[dict[str, Any]]:
    import sys

    from ..errors import UsageError

    try:
        file = sys.stdin if data == "-" else Path(data).open(encoding="utf-8")  # noqa: SIM115 - read to its end below
    except OSError as error:
        raise UsageError(f"{data}: {error.strerror}") from None
    with file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{data}:{number}: not JSON ({error})") from None
            if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
                raise UsageError(f'{data}:{number}: a row is {{"id": …, "text": "…"}}')
            yield row
