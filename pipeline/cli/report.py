"""`sharelight report`: what a stored run found, for a director, a spreadsheet or a program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from . import options as opt

if TYPE_CHECKING:
    from ..elusion import Drawn
    from ..policy import Policy
    from ..report.report import Report
    from ..report.result import DocumentRow, Head
    from ..settings import Settings
    from ..store.runs import Run
    from ..store.store import Store


def report(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(help='A stored run: its id, the beginning of it, or "latest".')] = "latest",
    format: opt.Formats = None,
    output: opt.Output = None,
    policy: opt.Policy = None,
    config: opt.Config = None,
    select: opt.Select = None,
    ignore: opt.Ignore = None,
    redact: opt.Redact = None,
    color: opt.Color = None,
    baseline: Annotated[Path | None, typer.Option(help="Show only what is not in this baseline.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Draw unflagged passages for a person to label.")] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 1,
    elusion: Annotated[Path | None, typer.Option(help="Labels of such a draw: how much the audit misses.")] = None,
    verbose: opt.Verbose = False,
) -> None:
    """Write a report of a stored run. HTML is the overview of the archive; the other formats are those of `scan`."""
    from .output import destinations
    from .session import opened_store, settings_of

    settings = settings_of(ctx)
    if sum(map(bool, (sample, elusion, format))) > 1:
        raise UsageError("--sample and --elusion go without -f and without each other")
    with opened_store(settings) as store:
        found = store.runs.find(run)
        if sample:
            _draw(store, found, sample, seed, output)
        elif elusion:
            _reckon(elusion, settings)
        else:
            places = destinations([name.value for name in format or []], output)
            _write(store, found, settings, places, baseline, verbose=verbose)


def _write(
    store: Store, run: Run, settings: Settings, places: list[tuple[str, Path | None]], baseline: Path | None,
    *, verbose: bool,
) -> None:  # fmt: skip
    from ..audit import stored_rows
    from ..policy import load
    from ..report.result import Head
    from .output import write

    rules, head = load(settings.policy), Head.model_validate_json(run.head)
    only_new = _only_new(baseline)
    for name, place in places:
        rows = ((only_new(row), day) for row, day in stored_rows(store, run))
        if name == "html":
            _page(rows, run, head, rules, settings, place, unfinished=store.runs.counts(run.id)["planned"])
        else:
            write(_report(head, rules, settings, (row for row, _ in rows), verbose=verbose), [(name, place)], settings)


def _only_new(path: Path | None) -> Callable[[DocumentRow], DocumentRow]:
    """What leaves out of a row what the baseline knows; without one, nothing."""
    from .. import baseline
    from .session import key_of, today

    if path is None:
        return lambda row: row
    known, day = baseline.load(path, key_of()), today()
    return lambda row: known.new_in(row, day)


def _page(
    rows: Iterable[tuple[DocumentRow, str | None]], run: Run, head: Head, rules: Policy, settings: Settings,
    place: Path | None, *, unfinished: int,
) -> None:  # fmt: skip
    from ..report import overview, overview_page
    from .output import opened_output

    about = f"run {run.id[:8]} of {run.started_at[:10]}, {run.state.replace('_', ' ')}"
    if unfinished:
        about += f", {unfinished} of {run.total} files still to be done"
    with opened_output(place) as out:
        found = overview.overview(rows, rules)
        overview_page.write(found, head, rules, out, about=about, hidden=bool(settings.redact))


def _report(head: Head, rules: Policy, settings: Settings, rows: Iterable[DocumentRow], *, verbose: bool) -> Report:
    from ..report.report import Look, Report

    return Report(
        head=head, source=rows, policy=rules, look=Look(verbose=verbose, brief=True), select=settings.select,
        ignore=settings.ignore,
    )  # fmt: skip


def _draw(store: Store, run: Run, count: int, seed: int, output: Path | None) -> None:
    """One line for each passage, to be filled in; the last keys say what was drawn from."""
    from .. import elusion
    from ..audit import stored_readings
    from .output import write_lines

    passages = (drawn for row, read in stored_readings(store, run) for drawn in elusion.unflagged(row, read))
    kept, total = elusion.sample(passages, count, seed)
    if not kept:
        raise UsageError("no texts of this run are kept, or nothing in it is unflagged")
    write_lines(_lines(kept, total), output)


def _lines(kept: Iterable[Drawn], total: int) -> Iterator[str]:
    for drawn in kept:
        yield json.dumps(
            {"id": drawn.id, "uri": drawn.uri, "text": drawn.text, "primary": "", "drawn_from": total},
            ensure_ascii=False,
        )


def _reckon(path: Path, settings: Settings) -> None:
    """Print, per tier, how many passages like these are missed in the whole archive."""
    from .. import elusion
    from ..policy import load

    rules = load(settings.policy)
    labels = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        label = json.loads(line)
        if not label.get("primary"):
            raise UsageError(f'{path}:{number}: no label yet: "primary" is a category or "none"')
        if label["primary"] != "none":
            rules.category(label["primary"])
        labels.append(label)
    if not labels:
        raise UsageError(f"{path}: no labels")
    total = int(labels[0].get("drawn_from", 0))
    tiers = {name: category.tier for name, category in rules.categories.items()}
    for miss in elusion.misses(labels, tiers):
        whole = f", {miss.low * total:.0f} to {miss.high * total:.0f} of {total} in the archive" if total else ""
        typer.echo(
            f"{miss.tier:<11} {miss.missed} of {miss.labelled} missed: {miss.missed / miss.labelled:.1%} "
            f"(95 %: {miss.low:.1%} to {miss.high:.1%}){whole}"
        )
