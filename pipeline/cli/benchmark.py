"""`sharelight benchmark`: figures with their yardstick beside them."""

from __future__ import annotations

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
    from .. import benchmark

    done = benchmark.check(runs=runs, pages=pages)
    typer.echo(f"{'':<44} {'wall':>8} {'cpu':>8}")
    for name, timing in ((f"sharelight check, {pages} pages", done.check), (benchmark.YARDSTICK, done.yardstick)):
        typer.echo(f"{name:<44} {timing.wall:7.2f}s {timing.cpu:7.2f}s")
    typer.echo(f"{'ratio':<44} {done.ratio:7.2f}× {done.cpu_ratio:7.2f}×   (at most {ALLOWED}× of the wall)")
    typer.echo(f"not to be imported, but imported: {', '.join(done.loaded) or 'none'}")
    raise typer.Exit(0 if done.ratio <= ALLOWED and not done.loaded else 1)


@app.command()
def extract(runs: Runs = 5, pages: Annotated[int, typer.Option(min=1)] = 200) -> None:
    """Time reading a document through the sandbox beside pdfium's own text extraction, in processor time."""
    from .. import benchmark

    done = benchmark.extract(runs=runs, pages=pages)
    typer.echo(f"{'':<44} {'wall':>8} {'cpu':>8}")
    for name, timing in ((f"read in the sandbox, {pages} pages", done.reading), ("pdfium, text alone", done.pdfium)):
        typer.echo(f"{name:<44} {timing.wall:7.2f}s {timing.cpu:7.2f}s")
    typer.echo(f"{'ratio':<44} {done.reading.wall / done.pdfium.wall:7.2f}× {done.reading.cpu / done.pdfium.cpu:7.2f}×")


@app.command()
def model(
    ctx: typer.Context,
    passages: Annotated[int, typer.Option(min=100)] = 2000,
    models: opt.Models = None,
    config: opt.Config = None,
) -> None:
    """Count passages a second through the two stages of the classifier, on one core."""
    from .. import benchmark
    from .session import settings_of

    done = benchmark.recognise(settings_of(ctx).models, passages=passages)
    typer.echo(f"first stage, ordinary prose       {done.words:8.0f} passages/s")
    typer.echo(f"encoder, all 128 word pieces      {done.encoder:8.0f} passages/s")
    typer.echo(f"ordinary prose left to the encoder {done.reach:7.1%}")
