"""`sharelight policy`: check rules before they are used, see what a change does, and put it in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt
from . import policy_force, policy_impact

if TYPE_CHECKING:
    from ..policy import Policy

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Check rules before they are used, see what a change does, and put it in force."""


Folder = Annotated[Path | None, typer.Argument(help="Folder of the rules; that of the settings otherwise.")]


@app.command()
def validate(ctx: typer.Context, folder: Folder = None, config: opt.Config = None) -> None:
    """Load the rules: shapes, references, a whole matrix, examples for every pattern. Exit 2 names file and line."""
    from .. import policy, registers
    from .session import settings_of

    place = folder or settings_of(ctx).policy
    rules = policy.load(place)
    registers.load(place / "registers")
    typer.echo(
        f"{place}: policy {rules.version} loads: {len(rules.categories)} categories, {len(rules.matrix)} cells, "
        f"{len(rules.adjustments)} adjustments, {len(rules.audiences)} audiences, {len(rules.patterns)} patterns"
    )


@app.command()
def test(ctx: typer.Context, folder: Folder = None, config: opt.Config = None) -> None:
    """Run every pattern on its examples: `match` must be found, `no_match` must not. Exit 2 where one fails.

    A `todo` example that is found by now is told, and fails nothing.
    """
    from .. import examples
    from .session import settings_of

    told, total, patterns = examples.run(folder or settings_of(ctx).policy)
    for each in told:
        typer.echo(f"{each.file}:{each.line}: {each.rule}: {each.fault}: {each.text}")
    failures = sum(each.is_failure for each in told)
    typer.echo(f"{total - failures} of {total} examples of {patterns} patterns hold")
    raise typer.Exit(2 if failures else 0)


@app.command()
def show(
    ctx: typer.Context, folder: Folder = None, config: opt.Config = None, format: opt.TextOrJson = opt.Plain.text
) -> None:
    """Show which rules are in force, and what they take for granted; an assumption past its day of review is marked."""
    from .. import policy
    from .session import settings_of

    place = folder or settings_of(ctx).policy
    rules = policy.load(place)
    if format is opt.Plain.json:
        typer.echo(json.dumps(_shown(place, rules), ensure_ascii=False, indent=1))
        return
    typer.echo(f"policy {rules.version}   {place}\n  sha256 {rules.sha256}\n  without registers {rules.rules_sha256}")
    if rules.priorities:
        typer.echo(f"  priorities of {rules.priorities.title}")
    for audience in rules.audiences.values():
        if audience.members:
            typer.echo(f"  {audience.id}: {', '.join(member.title for member in audience.members)}")
    for row in _assumptions(rules):
        mark = "overdue" if row["overdue"] else "by"
        typer.echo(f"  {row['id']}: {row['statement']} ({row['owner']}, {mark} {row['review_by']})")


def _shown(place: Path, rules: Policy) -> dict[str, object]:
    return {
        "folder": str(place),
        "version": rules.version,
        "sha256": rules.sha256,
        "rules_sha256": rules.rules_sha256,
        "jurisdiction": rules.about.jurisdiction,
        "members": {name: [each.id for each in who.members] for name, who in rules.audiences.items() if who.members},
        "context": _assumptions(rules),
    }


def _assumptions(rules: Policy) -> list[dict[str, object]]:
    from .session import today

    late = rules.overdue(today())
    return [each.model_dump(mode="json") | {"overdue": each in late} for each in rules.context]


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help='Which one; "list" names them all.')] = "list",
    config: opt.Config = None,
) -> None:
    """Print the JSON Schema of a result, of an impact report, an approval, or of one file of the rules."""
    from .. import approvals, flips, records
    from ..errors import UsageError
    from ..policy.render import schemas
    from ..report import result
    from ..settings import nearest

    known = {file.removesuffix(".schema.json"): text for file, text in schemas().items()}
    known |= {"result": result.schema(), "impact": flips.schema(), "approval": approvals.schema()}
    known |= {"release": records.schema(records.ReleaseRecord), "anchor": records.schema(records.Anchor)}
    if name == "list":
        typer.echo("\n".join(sorted(known)))
    elif name not in known:
        raise UsageError(f"no schema {name!r}{nearest(name, known)}")
    else:
        typer.echo(known[name], nl=False)


app.command()(policy_impact.diff)
app.command(epilog="Exit codes: 0 no verdict flips · 1 some do, or could not be judged · 2 error.")(
    policy_impact.impact
)
app.command()(policy_force.key)
app.command()(policy_force.approve)
app.command()(policy_force.activate)
