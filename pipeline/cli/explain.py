"""`sharelight explain`: the whole way from the words of a passage to its outcome."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..report.result import DocumentRow, Finding


def explain(
    ctx: typer.Context,
    finding: Annotated[str, typer.Argument(help="Reference of a finding, or the beginning of it.")],
    result: Annotated[Path, typer.Option("--from", help="Result of `check` or `scan` with -f json or jsonl.")],
    policy: opt.Policy = None,
    config: opt.Config = None,
    color: opt.Color = None,
) -> None:
    """Show the decision path of one finding: words, category, risk answers, adjustments, Fig. 2, source, benefits."""
    import sys

    from .. import policy as rules
    from ..report import explanation
    from .output import coloured
    from .session import note, settings_of

    settings = settings_of(ctx)
    run_sha256, rows = _read(result)
    row, found = _find(finding, rows)
    loaded = rules.load(settings.policy)
    if run_sha256 and run_sha256 != loaded.sha256:
        note("the result was decided by other rules than these; titles and definitions may have changed since")
    explanation.write(found, row, loaded, sys.stdout, colour=coloured(settings, sys.stdout))


def _read(path: Path) -> tuple[str, list[DocumentRow]]:
    """The digest of the rules (empty where the file has none) and the rows of a result, JSON or JSONL."""
    from pydantic import ValidationError

    from ..errors import UsageError
    from ..report.result import DocumentRow, RunResult
    from ..settings import nearest

    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        near = nearest(path.name, [item.name for item in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise UsageError(f"{path}: no such file{near}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    try:
        if path.suffix == ".jsonl":
            return "", [DocumentRow.model_validate_json(line) for line in text.splitlines() if line.strip()]
        run = RunResult.model_validate_json(text)
    except ValidationError as error:
        raise UsageError(f"{path}: not a result of `check` or `scan` ({error.errors()[0]['msg']})") from None
    return run.policy.sha256, list(run.documents)


def _find(wanted: str, rows: list[DocumentRow]) -> tuple[DocumentRow, Finding]:
    from ..errors import UsageError
    from ..settings import nearest

    every = [(row, finding) for row in rows for finding in row.findings]
    hits = [(row, finding) for row, finding in every if finding.finding_id.startswith(wanted)]
    if len(hits) == 1:
        return hits[0]
    names = [finding.finding_id for _, finding in hits or every]
    if hits:
        raise UsageError(f"{wanted!r} fits {len(hits)} findings: {', '.join(names[:5])}")
    known = f"; there are {', '.join(names[:5])}" if names else "; the result holds none"
    raise UsageError(f"no finding {wanted!r}{nearest(wanted, names) or known}")
