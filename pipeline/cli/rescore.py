"""`sharelight rescore`: what would be decided otherwise now, and why."""

from __future__ import annotations

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
    from .. import policy as rules
    from ..pool import Pool
    from ..versions import model
    from .session import head, key_of, opened_store, settings_of, today

    settings, day = settings_of(ctx), as_of.date() if as_of else today()
    loaded, (version, sha256), key = rules.load(settings.policy), model(settings.models), key_of(quiet=quiet)
    with opened_store(settings) as store:
        before = store.runs.find(run)
        old = {row.uri: row for row, _ in audit.stored_rows(store, before)}
        again = [intake.Source(uri=file.uri, path=file.path) for file in store.runs.files(before.id)]
        top = head(loaded, model_version=version, model_sha256=sha256)
        now = audit.begin(store, again, settings, top, roots=before.roots, today=day)
        work = audit.Audit(
            store=store, run_id=now.id, settings=settings, rules=loaded, model=sha256, key=key, today=day
        )
        with Pool(settings, key=key, today=day) as pool:
            flips = [(old[row.uri], row) for row in work.rows(pool) if _flipped(old.get(row.uri), row)]
    for past, present in flips:
        typer.echo(f"{present.uri}: {_words(past)} -> {_words(present)}")
        for reason in _why(past, present):
            typer.echo(f"  {reason}")
    typer.echo(f"{len(flips)} of {now.total} verdicts flip; run {now.id[:8]}")
    raise typer.Exit(1 if flips else 0)


def _flipped(past: DocumentRow | None, present: DocumentRow) -> bool:
    return past is not None and past.verdicts != present.verdicts


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
