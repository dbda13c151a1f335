"""`sharelight flows`: offer the flows to Prefect."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Offer the flows to Prefect."""


@app.command()
def serve(
    limit: Annotated[int, typer.Option(min=1, help="Flow runs side by side.")] = 1,
) -> None:
    """Serve the flows until interrupted. Needs no server of its own; PREFECT_API_URL names one where there is one."""
    from flows.serve import serve as serve_flows

    serve_flows(limit=limit)
