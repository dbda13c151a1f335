"""`sharelight policy key`, `approve`, `activate`: rules are put in force by two people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..settings import Settings

_Key = Annotated[Path, typer.Option("--key", help="File with your secret key; its public half is in approvers.yaml.")]
_Impact = Annotated[
    Path | None, typer.Option(help="Impact report (`policy impact -f json`); needed where High Trust is loosened.")
]


def key(
    file: Annotated[Path, typer.Argument(help="Where to write the secret key; it must not exist.")],
    name: Annotated[str, typer.Option(help="Whose key it is.")],
    config: opt.Config = None,
) -> None:
    """Make a key to approve or activate rules with, and print its line for approvers.yaml."""
    import json

    from .. import approvals, settings

    public = approvals.make_key(file)
    typer.echo(f"{settings.config_folder() / approvals.APPROVERS}: under `approvers:` add the line")
    typer.echo(f"  - {json.dumps({'name': name, 'public_key': public}, ensure_ascii=False)}")


def approve(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder of the rules that are to be put in force.")],
    key: _Key,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the approval.")],
    impact: _Impact = None,
    config: opt.Config = None,
) -> None:
    """Approve rules for somebody else to put in force: a signed file that counts for these rules, for seven days."""
    from .. import activation
    from .output import write_lines

    settings = _in_force(ctx)
    given = activation.approve(folder, settings.policy, key=key, known=_known(), impact=impact)
    _say(folder, settings.policy)
    write_lines([given.model_dump_json(indent=1)], output)
    typer.echo(f"{given.approver} approves {given.then.version} in place of {given.now.version}: {output}")


def activate(
    ctx: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder of the rules to put in force.")] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    key: Annotated[Path | None, typer.Option("--key", help="File with your secret key.")] = None,
    approval: Annotated[Path | None, typer.Option(help="The file that a second person made by `approve`.")] = None,
    impact: _Impact = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Put back what was in force before.")] = False,
    config: opt.Config = None,
) -> None:
    """Put approved rules in force, or the previous ones back. Who has approved them cannot also activate them."""
    from .. import activation
    from ..errors import UsageError
    from .session import opened_store

    settings = _in_force(ctx)
    if key is None:
        raise UsageError("say who you are: --key FILE")
    if rollback != (folder is None) or (rollback and (approval or impact)):
        raise UsageError("give a folder of rules, or --rollback without one")
    with opened_store(settings) as store:
        if folder is None:
            done = activation.roll_back(settings.policy, store, reason=reason, key=key, known=_known())
        else:
            if approval is None:
                raise UsageError("it takes a second person: --approval FILE, made by `sharelight policy approve`")
            done = activation.activate(
                folder, settings.policy, store, reason=reason, key=key, known=_known(), approval=approval, impact=impact
            )
    loosened = sum(change.effect == "loosened" for change in done.changes)
    typer.echo(f"policy {done.rules.version} is in force: {len(done.changes)} changes, {loosened} of them loosened")


def _in_force(ctx: typer.Context) -> Settings:
    """The settings. Raises UsageError where they name a folder of rules: activation would then change nothing."""
    from .. import settings as config
    from ..errors import UsageError

    loaded = config.load({}, config=ctx.params.get("config"))
    if loaded.sources["policy"] != "default":
        raise UsageError(
            f"{loaded.sources['policy']} names a folder of rules: take that out, or nothing activated counts"
        )
    return loaded.settings


def _known() -> Path:
    from .. import approvals, settings

    return settings.config_folder() / approvals.APPROVERS


def _say(folder: Path, in_force: Path) -> None:
    """What is being approved, in words."""
    from .. import activation, policy
    from ..policy.diff import compare

    with activation.assembled(folder, in_force) as rules:
        for change in compare(policy.load(in_force), policy.load(rules)):
            typer.echo(f"{change.effect:<10} {change.sentence}")
