"""`sharelight rules`: the categories, patterns and signals, as the loaded rules have them."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..policy import Policy

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


class TableFormat(StrEnum):
    text = "text"
    json = "json"
    jsonl = "jsonl"


Format = Annotated[TableFormat, typer.Option("--format", "-f", help="How to write it.")]


@app.callback()
def group() -> None:
    """Look the rules up."""


@app.command("list")
def list_(
    ctx: typer.Context,
    policy: opt.Policy = None,
    config: opt.Config = None,
    patterns: Annotated[bool, typer.Option("--patterns", help="The patterns too.")] = False,
    format: Format = TableFormat.text,
) -> None:
    """List the categories with their tier and risk answers."""
    from ..policy import overview
    from .output import write_lines

    rules = _load(ctx)
    rows = overview(rules)
    if patterns:
        rows += [{"id": r.id, "kind": r.kind, "label": r.label, "certain": r.certain} for r in rules.patterns]
    if format is TableFormat.json:
        write_lines([json.dumps(rows, ensure_ascii=False, indent=1)], None)
    elif format is TableFormat.jsonl:
        write_lines((json.dumps(row, ensure_ascii=False) for row in rows), None)
    else:
        write_lines(_table(rows), None)


def _table(rows: list[dict[str, Any]]) -> list[str]:
    wide = max((len(row["id"]) for row in rows), default=0)
    return [f"{row['id']:<{wide}}  {_rest(row)}" for row in rows]


def _rest(row: dict[str, Any]) -> str:
    if "risk" not in row:
        return f"{row['kind']:<13}  {row['label']}"
    risk = f"{row['risk']['proprietary']}, {row['risk']['capability']}"
    return f"{row['tier_title']:<13}  {risk:<17}  {row['outcome'].replace('_', ' '):<12}  {row['title']}"


@app.command()
def show(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(help="Id of a category, pattern, adjustment, marking, signal or audience.")],
    policy: opt.Policy = None,
    config: opt.Config = None,
    format: Format = TableFormat.text,
) -> None:
    """Show one rule: its words, its source, its examples."""
    from ..errors import UsageError
    from ..policy import describe
    from ..settings import nearest
    from .output import write_lines

    rules = _load(ctx)
    categories = {name: describe(rules, name) for name in (*rules.categories, *rules.subcategories)}
    known: dict[str, Any] = {
        **categories,
        **{pattern.id: pattern for pattern in rules.patterns},
        **{adjustment.id: adjustment for adjustment in rules.adjustments},
        **{cell.id: cell for cell in rules.matrix.values()},
        **rules.markings,
        **rules.signals,
        **rules.audiences,
    }
    if rule not in known:
        raise UsageError(f"no rule {rule!r}{nearest(rule, known) or '; `sharelight rules list --patterns` names them'}")
    shown = categories.get(rule) or _fields(known[rule])
    if format is TableFormat.text:
        write_lines(_text(shown), None)
    else:
        indent = 1 if format is TableFormat.json else None
        write_lines([json.dumps(shown, ensure_ascii=False, indent=indent)], None)


def _fields(rule: Any) -> dict[str, Any]:
    """A rule as plain data, whether it is one of our dataclasses or a validated row."""
    from pydantic import TypeAdapter

    data: dict[str, Any] = TypeAdapter(type(rule)).dump_python(rule, mode="json")
    return {name: value for name, value in data.items() if value not in (None, "", [], {}, ())}


def _text(fields: dict[str, Any]) -> list[str]:
    lines = []
    wide = max(map(len, fields))
    for name, value in fields.items():
        values = value if isinstance(value, list) else [value]
        for number, each in enumerate(values):
            said = each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
            lines.append(f"{'' if number else name:<{wide}}  {said}")
    return lines


def _load(ctx: typer.Context) -> Policy:
    from .. import policy as rules
    from .session import settings_of

    return rules.load(settings_of(ctx).policy)
