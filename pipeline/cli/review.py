"""`sharelight review export`, `record verify` and `submit`: what comes out of the review, and what goes in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..store.store import Store

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
record = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Take out what people decided."""


@record.callback()
def record_group() -> None:
    """Check signed records."""


@app.command()
def export(
    ctx: typer.Context,
    labels: Annotated[bool, typer.Option("--labels", help="As labelled passages, to measure or train with.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output otherwise.")] = None,
    config: opt.Config = None,
) -> None:
    """Write every decision that stands as a line of JSON; with --labels the passages that they label."""
    from .output import write_lines
    from .session import opened_store, settings_of

    with opened_store(settings_of(ctx)) as store:
        rows = _labels(store) if labels else _decisions(store)
        write_lines((json.dumps(row, ensure_ascii=False) for row in rows), output)


@record.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The record, as JSON.")],
    key: Annotated[str | None, typer.Option(help="The public key; that of this installation otherwise.")] = None,
) -> None:
    """Say whether a record was signed with that key, and what it says. Exit 1 where it does not count."""
    from .. import records
    from ..errors import UsageError
    from ..settings import signing_key

    try:
        found = records.read(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from None
    fault = records.fault(found, key or records.public_key(signing_key()))
    typer.echo(f"{file}: {fault or 'signed, unaltered'}")
    if fault is None and isinstance(found, records.ReleaseRecord):
        typer.echo(f"{found.document_name} ({found.document_sha256[:16]}) to {found.audience} until {found.expires_at}")
        typer.echo(f"asked for by {found.requested.name}, approved by {found.approved.name}")
    raise typer.Exit(1 if fault else 0)


@record.command()
def key() -> None:
    """Print the public key of this installation."""
    from .. import records
    from ..settings import signing_key

    typer.echo(records.public_key(signing_key()))


def submit(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A document that was checked by `scan` or on the web.")],
    reason: Annotated[str, typer.Option(help="Why it should go.")],
    by: Annotated[str, typer.Option(help="Who asks: somebody who may sign in.")],
    audience: opt.Audience = None,
    policy: opt.Policy = None,
    config: opt.Config = None,
) -> None:
    """Ask for the release of a document in spite of its verdict. A second person decides, in the review."""
    import hashlib

    from .. import policy as rules
    from .. import versions
    from ..errors import UsageError
    from .session import opened_store, settings_of

    settings = settings_of(ctx)
    loaded = rules.load(settings.policy)
    loaded.audience(settings.audience)
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    with opened_store(settings) as store:
        found, cases = store.people.named(by), store.queue.of_document(digest)
        if found is None or not found[0].active:
            raise UsageError(f"there is no {by!r}")
        if not cases:
            raise UsageError(f"{file}: not known as held back or to be reviewed: scan it first")
        number = store.releases.request(
            cases[-1].id,
            found[0],
            audience=settings.audience,
            policy_sha256=loaded.sha256,
            reason=reason,
            decider=versions.decider(policy=loaded.sha256, audience=settings.audience, context=settings.context),
        )
    typer.echo(f"request {number}: a second person decides")


def _decisions(store: Store) -> Iterator[dict[str, Any]]:
    for kept in store.decisions.standing():
        yield {
            "finding": kept.item_id, "by": kept.person, "decision": kept.decision, "category": kept.category,
            "reason": kept.reason, "comment": kept.comment, "at": kept.at,
        }  # fmt: skip


def _labels(store: Store) -> Iterator[dict[str, Any]]:
    """A passage for each finding that is settled: its category where confirmed, "none" where not sensitive."""
    from ..review import final

    seen: set[str] = set()
    for kept in store.decisions.standing():
        item = store.queue.item(kept.item_id)
        if item is None or item.id in seen or item.state != "decided" or item.kind != "finding":
            continue
        seen.add(item.id)
        row = store.queue.result(store.queue.case(item.case_id).result_id)
        end = final(store.decisions.given(item.id))
        if end is not None:
            primary = end.category if end.decision == "confirm" else "none"
            yield {"id": item.id, "text": row.findings[item.number].quote, "primary": primary, "secondary": []}
