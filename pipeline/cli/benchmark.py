"""`sharelight benchmark`: figures with their yardstick beside them."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)

Runs = Annotated[int, typer.Option(min=1, help="Rounds; medians are shown.")]
ALLOWED = 1.3


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
