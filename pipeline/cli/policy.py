"""`sharelight policy`: check rules before they are used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as opt

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Check rules before they are used."""


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
    """Run every pattern on its examples: each `match` must be found, no `no_match` may be. Exit 2 where one fails."""
    from .. import policy
    from ..detect.matchers import Patterns
    from ..normalise import matching_copy
    from .session import settings_of

    rules = policy.load(folder or settings_of(ctx).policy)
    ready = Patterns(rules.patterns)
    failures = 0
    for rule in rules.patterns:
        for examples, wanted in ((rule.match, True), (rule.no_match, False)):
            for example in examples:
                hits = {hit.rule.id for hit in ready.hits(matching_copy(example).text)}
                if (rule.id in hits) is not wanted:
                    failures += 1
                    typer.echo(f"{rule.id}: {'misses' if wanted else 'should leave alone'}: {example}")
    total = sum(len(rule.match) + len(rule.no_match) for rule in rules.patterns)
    typer.echo(f"{total - failures} of {total} examples of {len(rules.patterns)} patterns hold")
    raise typer.Exit(2 if failures else 0)
