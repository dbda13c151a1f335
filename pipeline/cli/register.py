"""`sharelight register`: what is public, which models are released, what developers consented to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from datetime import date

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
public = typer.Typer(no_args_is_help=True, help="Documents that are public, sentence by sentence.")
models = typer.Typer(no_args_is_help=True, help="Models and their releases.")
consent = typer.Typer(no_args_is_help=True, help="Written consent of developers.")
for name, group_ in (("public", public), ("models", models), ("consent", consent)):
    app.add_typer(group_, name=name)

DAY = "%Y-%m-%d"
Day = Annotated[datetime, typer.Option(formats=[DAY])]


@app.callback()
def group() -> None:
    """Fill the registers. They may loosen a verdict, so each entry is exact."""


@public.command("add")
def public_add(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(help="Public documents, or folders of them.", metavar="PATH…")],
    url: Annotated[str, typer.Option(help="Where the public can read it.")],
    published_on: Annotated[datetime, typer.Option(formats=[DAY], help="The day of its publication.")],
    valid_until: Annotated[datetime | None, typer.Option(formats=[DAY], help="Not counted after that day.")] = None,
    title: Annotated[str, typer.Option(help="Its title; the name of the file otherwise.")] = "",
    registers: opt.Registers = None,
    policy: opt.Policy = None,
    config: opt.Config = None,
    weak_sandbox: opt.WeakSandbox = None,
) -> None:
    """Fingerprint public documents by their sentences. A passage counts as public only if one document has them all."""
    from ..opening import documents
    from ..registering import add_public, public_document
    from ..sandbox import Sandbox
    from .session import inputs, settings_of

    settings = settings_of(ctx)
    until = valid_until.date() if valid_until else None
    entries = []
    with Sandbox(settings.limits(), allow_weak=settings.weak_sandbox) as sandbox:
        for uri, file in inputs(paths, sandbox.limits, None):
            read = documents(uri, file, sandbox, sandbox.limits)
            entries.append(
                public_document(
                    Path(uri).name, read, title=title, url=url, published_on=published_on.date(), valid_until=until
                )
            )
    add_public(_folder(ctx), entries)
    for entry in entries:
        typer.echo(f"{entry.id}: {len(entry.sentences)} sentences")


@models.command("import")
def models_import(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="YAML with a list of `models:`.")],
    registers: opt.Registers = None,
    policy: opt.Policy = None,
    config: opt.Config = None,
) -> None:
    """Add models. Only `released_on`, a confirmed day with a source, releases one; `announced_for` is a reminder."""
    from ..registering import import_models

    typer.echo(f"{import_models(_folder(ctx), file)} models added")


@consent.command("add")
def consent_add(
    ctx: typer.Context,
    id: Annotated[str, typer.Option(help="A name for the entry.")],
    developer: Annotated[str, typer.Option(help="Who consents.")],
    audience: Annotated[str, typer.Option(help="To whom it may go.")],
    given_on: Day,
    valid_until: Day,
    reference: Annotated[str, typer.Option(help="Where the written consent is filed.")],
    document: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The document.")] = None,
    fingerprint: Annotated[str | None, typer.Option(help="Of the passage, instead of a document.")] = None,
    registers: opt.Registers = None,
    policy: opt.Policy = None,
    config: opt.Config = None,
) -> None:
    """Enter the consent of a developer: one document or passage, one audience, one last day."""
    import hashlib

    from pydantic import ValidationError

    from .. import policy as rules
    from ..errors import UsageError
    from ..registering import add_consent
    from ..registers import Consent
    from .session import settings_of

    rules.load(settings_of(ctx).policy).audience(audience)
    try:
        entry = Consent(
            id=id, developer=developer, audience=audience, given_on=given_on.date(), valid_until=valid_until.date(),
            reference=reference, passage_fingerprint=fingerprint,
            document_sha256=hashlib.sha256(document.read_bytes()).hexdigest() if document else None,
        )  # fmt: skip
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"]) from None
    add_consent(_folder(ctx), entry)
    typer.echo(f"{id}: until {_told(valid_until)}")


def _told(day: date) -> str:
    return day.strftime(DAY)


def _folder(ctx: typer.Context) -> Path:
    from .session import settings_of

    settings = settings_of(ctx)
    return settings.registers or settings.policy / "registers"
