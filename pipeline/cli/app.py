"""All commands by name. Each module imports what it needs only when it runs: `--help` and `check` stay quick."""

from __future__ import annotations

from typing import Annotated

import typer

from . import (
    baseline,
    benchmark,
    check,
    config,
    db,
    doctor,
    explain,
    extract,
    flows,
    model,
    policy,
    register,
    report,
    rescore,
    review,
    rules,
    scan,
    serve,
    trail,
    user,
)

EXIT_CODES = """Exit codes:
0  every document is shareable and was fully read ·
1  at least one needs review (unread, encrypted and timed-out parts count) ·
2  error: usage, bad policy or model, nothing can be concluded ·
3  at least one is held back ·
130  interrupted.
Of several, 2 comes before 3 before 1."""

app = typer.Typer(
    name="sharelight",
    help="A traffic light for sharing information: shareable, needs review or held back, with the reasons.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from .session import version

        typer.echo(f"sharelight {version()}")
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A traffic light for sharing information: shareable, needs review or held back, with the reasons."""


app.command(epilog=EXIT_CODES)(check.check)
app.command(epilog=EXIT_CODES)(scan.scan)
app.command()(report.report)
app.command()(rescore.rescore)
app.command()(extract.extract)
app.command()(explain.explain)
app.command()(doctor.doctor)
app.command()(review.submit)
app.command()(serve.serve)
app.command()(serve.worker)
app.command()(serve.demo)
app.add_typer(rules.app, name="rules", help="Look the rules up.")
app.add_typer(model.app, name="model", help="Train, ask and measure the classifier.")
app.add_typer(policy.app, name="policy", help="Check, compare and activate rules.")
app.add_typer(flows.app, name="flows", help="Offer the flows to Prefect.")
app.add_typer(config.app, name="config", help="See what the settings are.")
app.add_typer(register.app, name="register", help="Fill the registers.")
app.add_typer(baseline.app, name="baseline", help="Keep what has been looked at.")
app.add_typer(db.app, name="db", help="Look after the database.")
app.add_typer(trail.app, name="audit", help="Look at the audit trail.")
app.add_typer(review.app, name="review", help="Take out what people decided.")
app.add_typer(review.record, name="record", help="Check signed records.")
app.add_typer(user.app, name="user", help="Look after who may sign in.")
app.add_typer(benchmark.app, name="benchmark", help="Measure.")
