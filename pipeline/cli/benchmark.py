"""`sharelight benchmark`: figures with their yardstick beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as opt

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

Runs = Annotated[int, typer.Option(min=1, help="Rounds; medians are shown.")]
ALLOWED = 1.5


@app.callback()
def group() -> None:
    """Measure."""


@app.command()
def check(runs: Runs = 5, pages: Annotated[int, typer.Option(min=1)] = 20) -> None:
    """Time `check` on a fresh document beside the bare import of its libraries. Exit 1 where it takes too long."""
    from ..benchmark import check as measured

    done = measured.check(runs=runs, pages=pages)
    typer.echo(f"{'':<44} {'wall':>8} {'cpu':>8}")
    for name, timing in ((f"sharelight check, {pages} pages", done.check), (measured.YARDSTICK, done.yardstick)):
        typer.echo(f"{name:<44} {timing.wall:7.2f}s {timing.cpu:7.2f}s")
    typer.echo(f"{'ratio':<44} {done.ratio:7.2f}× {done.cpu_ratio:7.2f}×   (at most {ALLOWED}× of the wall)")
    typer.echo(f"not to be imported, but imported: {', '.join(done.loaded) or 'none'}")
    raise typer.Exit(0 if done.ratio <= ALLOWED and not done.loaded else 1)


@app.command()
def extract(
    folder: Annotated[Path | None, typer.Argument(exists=True, file_okay=False, help="Your own PDF and DOCX.")] = None,
    runs: Runs = 5,
) -> None:
    """Time reading through the sandbox beside bare text extraction of the same files, in processor time."""
    from ..benchmark.extract import extract as measure

    done = measure(folder, runs=runs)
    for kind, yardstick, times in (
        ("PDF", "pdfium, text alone", done.pdfs),
        ("DOCX", "sharelight, sandbox included", done.words),
    ):
        typer.echo(f"{kind}: {done.counted[kind]} files")
        for name, milliseconds in times.items():
            typer.echo(f"  {name:<42} {milliseconds:9.1f} ms {milliseconds / times[yardstick]:7.2f}×")
    typer.echo(f"a text file of one line                      {done.fixed:9.1f} ms")


@app.command()
def archive(
    documents: Annotated[int, typer.Option(min=10, help="How many files.")] = 2000,
    jobs: Annotated[int, typer.Option(min=1)] = 2,
    single: Annotated[bool, typer.Option(help="Also with one process on one core.")] = True,
) -> None:
    """Audit an archive of our own making: one process against several, cold against warm, memory of the parent."""
    from ..benchmark.archive import archive as measure

    done = measure(documents, jobs=jobs, pinned=single)
    typer.echo(f"{'':<36} {'wall':>9} {'cpu':>9} {'rows':>7} {'memory of the parent':>22}")
    named = (("one process on one core", done.one), (f"{jobs} processes", done.two), ("again, unchanged", done.again),
             ("again, for another audience", done.decided))  # fmt: skip
    for name, audit in named:
        if audit:
            memory = f"{audit.warm_mb:.0f} MB, at most {audit.most_mb:.0f} MB"
            typer.echo(f"{name:<36} {audit.seconds:8.1f}s {audit.cpu:8.1f}s {audit.rows:7} {memory:>22}")
    if done.one:
        typer.echo(f"{jobs} processes against one             {done.one.seconds / done.two.seconds:8.2f}×")
    typer.echo(f"unchanged, of the first              {done.again.seconds / done.two.seconds:8.1%}")
    typer.echo(f"decided anew against read anew       {done.two.seconds / done.decided.seconds:8.1f}×")
    typer.echo(f"a document                           {1000 * done.two.cpu / documents:8.1f} ms of the processor")


@app.command()
def model(
    ctx: typer.Context,
    passages: Annotated[int, typer.Option(min=100)] = 2000,
    models: opt.Models = None,
    config: opt.Config = None,
) -> None:
    """Count passages a second through the two stages of the classifier, on one core."""
    from ..benchmark.model import recognise
    from .session import settings_of

    done = recognise(settings_of(ctx).models, passages=passages)
    typer.echo(f"first stage, ordinary prose       {done.words:8.0f} passages/s")
    typer.echo(f"encoder, all 128 word pieces      {done.encoder:8.0f} passages/s")
    typer.echo(f"ordinary prose left to the encoder {done.reach:7.1%}")
