"""`sharelight rescore`: what would be decided otherwise now, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..report.result import DocumentRow


def rescore(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(help='A stored run: its id, the beginning of it, or "latest".')] = "latest",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Register entries on that day.")] = None,
    policy: opt.Policy = None,
    registers: opt.Registers = None,
    models: opt.Models = None,
    config: opt.Config = None,
    jobs: opt.Jobs = None,
    quiet: opt.Quiet = False,
) -> None:
    """Judge the files of a run again under the rules, registers and model of today, and list every verdict that flips.

    Nothing that is known is read again. Exit 1 where a verdict flips.
    """
    from .. import audit, intake
    from ..pool import Pool
    from .session import key_of, opened_store, settings_of, today

    settings, key = settings_of(ctx), key_of(quiet=quiet)
    with opened_store(settings) as store:
        before = store.runs.find(run)
        again = [intake.Source(uri=file.uri, path=file.path) for file in store.runs.files(before.id)]
        now = audit.begin(store, again, settings, roots=before.roots, today=as_of.date() if as_of else today())
        work = audit.work(store, now, settings, key=key)
        with Pool(settings, key=key, today=work.today) as pool:
            flips = list(_flips(audit.stored_rows(store, before), work.rows(pool)))
    for past, present in flips:
        typer.echo(f"{present.uri}: {_words(past)} -> {_words(present)}")
        for reason in _why(past, present):
            typer.echo(f"  {reason}")
    typer.echo(f"{len(flips)} of {now.total} verdicts flip; run {now.id[:8]}")
    raise typer.Exit(1 if flips else 0)


def _flips(
    before: Iterator[tuple[DocumentRow, str | None]], now: Iterator[DocumentRow]
) -> Iterator[tuple[DocumentRow, DocumentRow]]:
    """The rows whose verdicts differ. Both runs have the same files in the same order; the first may lack some."""
    past = next(before, None)
    for row in now:
        if past is not None and past[0].uri == row.uri:
            if past[0].verdicts != row.verdicts:
                yield past[0], row
            past = next(before, None)


def _words(row: DocumentRow) -> str:
    from ..report.cards import WORDS

    return WORDS[row.verdict].lower()


def _why(past: DocumentRow, present: DocumentRow) -> list[str]:
    """Reasons that are new, and reasons that are gone; where it flips for others alone, for whom."""
    then, now = (
        {reason.detail for reason in row.verdict_reasons if reason.outcome != "shareable"} for row in (past, present)
    )
    told = [f"now: {each}" for each in sorted(now - then)] + [f"no longer: {each}" for each in sorted(then - now)]
    others = [
        f"for {name}: {past.verdicts.get(name, '–')} -> {verdict}"
        for name, verdict in present.verdicts.items()
        if name != present.audience and past.verdicts.get(name) != verdict
    ]
    return told + others
