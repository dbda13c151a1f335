"""`sharelight policy diff` and `impact`: what a change of the rules says, and what it does to documents of late."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as opt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..flips import ImpactReport
    from ..impact import Side
    from ..policy import Policy
    from ..policy.diff import Change
    from ..settings import Settings

_NAME = 'A folder of rules, a version that was in force, "active" or "shipped".'
Since = Annotated[str, typer.Option(help="Documents decided since: 30d, or a day (2026-01-31).")]
Audiences = Annotated[list[str] | None, typer.Option("--audience", help="For this recipient only (repeatable).")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output otherwise.")]


def diff(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(help=_NAME)] = "active",
    new: Annotated[str | None, typer.Argument(help=_NAME)] = None,
    theirs: Annotated[
        str | None, typer.Option(help="Another institute's rules: where the two would decide differently.")
    ] = None,
    documents: Annotated[
        Path | None, typer.Option(help="With --theirs: documents to decide by both; fixtures/outbox otherwise.")
    ] = None,
    since: Since = "30d",
    audiences: Audiences = None,
    format: opt.TextOrJson = opt.Plain.text,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """Say in words what differs between two sets of rules: loosened, tightened or changed. Exit 1 where they differ."""
    from .. import activation, policy
    from ..errors import UsageError
    from ..policy.diff import compare
    from .session import settings_of

    if (new is None) == (theirs is None):
        raise UsageError("name the rules to compare with: sharelight policy diff OLD NEW, or --theirs FOLDER")
    settings = settings_of(ctx)
    first, second = (activation.place(name, settings.policy) for name in (old, new or theirs or ""))
    ours, others = policy.load(first), policy.load(second)
    changes = compare(ours, others)
    reports = {} if theirs is None else _side_by_side(settings, first, second, documents, since, audiences, quiet)
    flips = any(report.flips for report in reports.values())
    if format is opt.Plain.json:
        typer.echo(json.dumps(_told(ours, others, changes, reports), ensure_ascii=False, indent=1))
    else:
        for line in (*_changes(changes), *(line for name in reports for line in _lines(reports[name], name))):
            typer.echo(line)
    raise typer.Exit(1 if changes or flips else 0)


def impact(
    ctx: typer.Context,
    against: Annotated[str, typer.Option(help=_NAME)],
    since: Since = "30d",
    audiences: Audiences = None,
    format: opt.TextOrJson = opt.Plain.text,
    output: Output = None,
    registers: opt.Registers = None,
    models: opt.Models = None,
    config: opt.Config = None,
    jobs: opt.Jobs = None,
    quiet: opt.Quiet = False,
) -> None:
    """Replay stored documents under other rules: every verdict that flips, its cause, the loosened ones first.

    What is in force stays in force, and nothing of it is stored.
    """
    from .. import activation
    from .output import write_lines
    from .session import settings_of

    settings = settings_of(ctx)
    with _sides(settings, settings.policy, activation.place(against, settings.policy), quiet) as (now, then, key):
        report = _archive(now, then, key, since, audiences)
    lines = [report.model_dump_json(indent=1)] if format is opt.Plain.json else _lines(report, "archive")
    write_lines(lines, output)
    raise typer.Exit(1 if report.flips or report.not_judged else 0)


@contextmanager
def _sides(settings: Settings, ours: Path, theirs: Path, quiet: bool) -> Iterator[tuple[Side, Side, bytes]]:
    """Both sets of rules, the second with the registers of the first: as it would be in force."""
    from .. import activation
    from ..impact import Side
    from .session import key_of

    key = key_of(quiet=quiet)
    with activation.assembled(theirs, settings.policy) as folder, activation.assembled(ours, settings.policy) as own:
        now = Side.of(settings.model_copy(update={"policy": own}), key)
        yield now, Side.of(settings.model_copy(update={"policy": folder}), key), key


def _archive(now: Side, then: Side, key: bytes, since: str, audience: list[str] | None) -> ImpactReport:
    from .. import impact as replaying
    from .session import opened_store, today

    day, names = _first_day(since, today()), _audiences(now, then, audience)
    with opened_store(now.settings) as store:
        kept = store.recent.rows(day.isoformat())
        seen = replaying.replay(kept, store.results, now, then, audiences=names, key=key, today=today())
        return replaying.reported(seen, now, then, since=day.isoformat(), audiences=names, today=today())


def _audiences(now: Side, then: Side, asked: list[str] | None) -> tuple[str, ...]:
    from ..impact import common_audiences

    for name in asked or ():
        now.rules.audience(name), then.rules.audience(name)
    return tuple(asked or common_audiences(now.rules, then.rules))


def _side_by_side(
    settings: Settings, ours: Path, theirs: Path, documents: Path | None, since: str, audience: list[str] | None,
    quiet: bool,
) -> dict[str, ImpactReport]:  # fmt: skip
    """Where the two decide differently, on documents and on our archive."""
    from .. import impact as replaying
    from .. import intake
    from .session import today

    reports: dict[str, ImpactReport] = {}
    folder = documents or Path("fixtures/outbox")
    with _sides(settings, ours, theirs, quiet) as (now, then, key):
        then = replaying.by_our_findings(now, then)
        names, day = _audiences(now, then, audience), today()
        if documents or folder.is_dir():
            seen = replaying.read_and_replay(intake.find([str(folder)]), now, then, audiences=names, key=key, today=day)
            reports["documents"] = replaying.reported(seen, now, then, since="", audiences=names, today=day)
        reports["archive"] = _archive(now, then, key, since, audience)
    return reports


def _first_day(since: str, today: date) -> date:
    """Raises UsageError for what is neither a number of days nor a day."""
    from ..errors import UsageError

    if match := re.fullmatch(r"(\d{1,5})d", since):
        return today - timedelta(days=int(match[1]))
    try:
        return date.fromisoformat(since)
    except ValueError:
        raise UsageError(f"--since: {since!r} is neither a number of days (30d) nor a day (2026-01-31)") from None


def _changes(changes: tuple[Change, ...]) -> Iterator[str]:
    for change in changes:
        yield f"{change.effect:<10} {change.sentence}"
    count = {name: sum(change.effect == name for change in changes) for name in ("loosened", "tightened", "changed")}
    yield ", ".join(f"{number} {name}" for name, number in count.items()) if changes else "the rules are the same"


def _lines(report: ImpactReport, what: str) -> Iterator[str]:
    for flip in report.flips:
        yield f"{flip.way:<10} {flip.uri} for {flip.audience}: {_light(flip.old)} → {_light(flip.new)}"
        yield from (f"             no longer: {each}" for each in flip.no_longer)
        yield from (f"             now: {each}" for each in flip.now)
        yield from (f"             because: {each}" for each in flip.causes)
    for row in report.counts:
        yield f"{row.way:<10} {row.documents} for {row.audience}, {row.category}"
    for lost in report.not_judged:
        yield f"not judged {lost.uri}: its text is not kept"
    tail = f", {len(report.not_judged)} could not be judged" if report.not_judged else ""
    yield f"{what}: {len(report.flips)} verdicts on {report.documents} documents flip{tail}"


def _light(outcome: str) -> str:
    return outcome.replace("_", " ")


def _told(old: Policy, new: Policy, changes: tuple[Change, ...], reports: dict[str, ImpactReport]) -> dict[str, Any]:
    from dataclasses import asdict

    from ..flips import named

    told: dict[str, Any] = {
        "schema_version": "sharelight/diff/1",
        "old": named(old).model_dump(),
        "new": named(new).model_dump(),
        "changes": [asdict(change) | {"sentence": change.sentence} for change in changes],
    }
    return told | {name: report.model_dump(mode="json") for name, report in reports.items()}
