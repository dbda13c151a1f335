"""`sharelight model`: train, ask and measure the classifier."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as opt

if TYPE_CHECKING:
    from ..scan import Kit
    from ..settings import Settings
    from ..types import Outcome

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
corpus_app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(corpus_app, name="corpus", help="The labelled public texts that training uses where they are there.")


@app.callback()
def group() -> None:
    """Train, ask and measure the classifier."""


@app.command()
def predict(
    ctx: typer.Context,
    data: Annotated[str, typer.Argument(help="JSONL rows {id, text}, or '-'.")] = "-",
    output: opt.Output = None,
    audience: opt.Audience = None,
    policy: opt.Policy = None,
    registers: opt.Registers = None,
    models: opt.Models = None,
    config: opt.Config = None,
) -> None:
    """Judge passages: {id, primary, categories, verdict} for each row, by no registers but those of --registers."""
    from .output import write_lines
    from .session import settings_of

    kit = _kit(settings_of(ctx), registers)
    write_lines((json.dumps(row, ensure_ascii=False) for row in _judged(_read(data), kit)), output)


def _kit(settings: Settings, registers: Path | None) -> Kit:
    """A kit to judge passages by. Nothing is opened, so its sandbox is never started."""
    from .. import registers as register
    from ..sandbox import Sandbox
    from ..scan import load_kit
    from .session import key_of

    entries = register.load(registers) if registers else register.Registers()
    return load_kit(settings, Sandbox(settings.limits()), key=key_of(), entries=entries)


def _judged(rows: Iterator[dict[str, Any]], kit: Kit) -> Iterator[dict[str, Any]]:
    from ..scan import judge
    from .session import today

    for row in rows:
        judgement = judge(row["text"], kit, today=today())
        yield {
            "id": row["id"],
            "primary": judgement.primary,
            "categories": [{"category": name, "score": round(score, 4)} for name, score in judgement.categories],
            "verdict": judgement.verdict.outcome.id,
        }


def _read(data: str) -> Iterator[dict[str, Any]]:
    import sys

    from ..errors import UsageError

    try:
        file = sys.stdin if data == "-" else Path(data).open(encoding="utf-8")  # noqa: SIM115 - read to its end below
    except OSError as error:
        raise UsageError(f"{data}: {error.strerror}") from None
    with file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{data}:{number}: not JSON ({error})") from None
            if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
                raise UsageError(f'{data}:{number}: a row is {{"id": …, "text": "…"}}')
            yield row


@app.command()
def evaluate(
    ctx: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Labelled JSONL; without it, the figures of training.")] = None,
    ordinary: Annotated[int, typer.Option(help="Also judge so many paragraphs of docstrings and of descriptions.")] = 0,
    gate: Annotated[Path | None, typer.Option(help='JSON {"at_least": {figure: x}, "at_most": {…}}.')] = None,
    output: opt.Output = None,
    policy: opt.Policy = None,
    registers: opt.Registers = None,
    models: opt.Models = None,
    config: opt.Config = None,
) -> None:
    """Measure the whole way from passage to verdict on labelled rows. Exit 1 where a figure misses the gate."""
    from .session import settings_of

    settings = settings_of(ctx)
    report = _measured(data, settings, registers) if data else _stored(settings.models)
    figures = report["figures"]
    if output:
        output.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for name, value in figures.items():
        if isinstance(value, int | float):
            typer.echo(f"{name:<18} {value:>8}")
    for name, row in figures.get("confusion", {}).items():
        judged = ", ".join(f"{verdict} {count}" for verdict, count in row.items())
        typer.echo(f"{name:<14} judged as {judged}")
    for name, row in sorted(figures.get("categories", {}).items(), key=lambda pair: pair[1].get("f1", 0)):
        typer.echo(f"  {name:<30} " + "  ".join(f"{k} {v}" for k, v in row.items()))
    for kind, (flagged, count) in (_ordinary(ordinary, settings) if ordinary else {}).items():
        typer.echo(f"{kind}: {flagged} of {count} paragraphs flagged ({flagged / count:.1%})")
    missed = _missed(figures, gate) if gate else []
    for line in missed:
        typer.echo(f"gate: {line}", err=True)
    raise typer.Exit(1 if missed else 0)


def _measured(data: Path, settings: Settings, registers: Path | None) -> dict[str, Any]:
    from .. import evaluate as evaluation

    return evaluation.evaluate(data, _judge(_kit(settings, registers))).as_json()


def _ordinary(count: int, settings: Settings) -> dict[str, tuple[int, int]]:
    """Of each kind of ordinary prose how many paragraphs are flagged, and of how many."""
    from .. import ordinary
    from ..types import Outcome

    judge = _judge(_kit(settings, None))
    verdicts = {kind: [verdict for _, verdict in judge(texts)] for kind, texts in ordinary.unseen(count).items()}
    return {kind: (sum(v > Outcome.SHAREABLE for v in those), len(those)) for kind, those in verdicts.items()}


def _judge(kit: Kit) -> Callable[[Sequence[str]], list[tuple[str, Outcome]]]:
    """The whole way from a text to its category and verdict."""
    from ..scan import judge
    from .session import today

    def judged(texts: Sequence[str]) -> list[tuple[str, Outcome]]:
        return [(each.primary, each.verdict.outcome) for each in (judge(text, kit, today=today()) for text in texts)]

    return judged


def _stored(models: Path) -> dict[str, Any]:
    """The figures on unseen voices that training left beside the model."""
    return {"figures": _json(models / "metrics.json")["unseen_voices"]}


def _missed(figures: dict[str, Any], gate: Path) -> list[str]:
    from ..errors import UsageError

    bounds = _json(gate)
    bounds = bounds.get("unseen_voices", bounds)
    unknown = [name for side in ("at_least", "at_most") for name in bounds.get(side, {}) if name not in figures]
    if unknown:
        raise UsageError(f"{gate}: there is no figure {unknown[0]!r}")
    low = [f"{n} {figures[n]} < {x}" for n, x in bounds.get("at_least", {}).items() if figures[n] < x]
    high = [f"{n} {figures[n]} > {x}" for n, x in bounds.get("at_most", {}).items() if figures[n] > x]
    return low + high


@app.command()
def train(
    ctx: typer.Context,
    corpus: Annotated[Path | None, typer.Option(help="Labelled JSONL; models/corpus/voices otherwise.")] = None,
    name: Annotated[str | None, typer.Option("--model-version", help="That of the rules otherwise.")] = None,
    policy: opt.Policy = None,
    models: opt.Models = None,
    config: opt.Config = None,
) -> None:
    """Train the classifier from its corpus, write it with its figures and digests into the folder of the models."""
    from .. import policy as rules
    from .. import realtext
    from .. import train as training
    from .session import note, settings_of

    settings = settings_of(ctx)
    loaded = rules.load(settings.policy)
    folder = corpus or settings.models / "corpus" / "voices"
    real, missing = realtext.load(settings.models / "corpus" / "real", text_cache())
    if missing:
        note(f"{missing} labelled passages of public text are not here: `sharelight model corpus fetch` brings them")
    measured = training.train(folder, settings.models, loaded, version=name or loaded.version, real=real)
    typer.echo(f"unseen voices:       {measured.unseen_voices.line()}")
    if measured.unseen_repositories:
        typer.echo(f"unseen repositories: {measured.unseen_repositories.line()}")
    typer.echo(f"same voices:         {measured.same_voices.line()}")


@corpus_app.command()
def fetch(
    ctx: typer.Context,
    mirror: Annotated[Path | None, typer.Option("--from", help="A folder of git directories owner+name.")] = None,
    models: opt.Models = None,
    config: opt.Config = None,
) -> None:
    """Rebuild the labelled public texts into a cache outside the project; without --from, from their repositories."""
    from .. import realtext
    from .session import settings_of

    fetched = realtext.fetch(settings_of(ctx).models / "corpus" / "real", text_cache(), mirror=mirror)
    for repo, why in sorted(fetched.missing.items()):
        typer.echo(f"{repo}: {why}", err=True)
    typer.echo(f"{fetched.found} texts in {text_cache()}, {len(fetched.missing)} repositories with something missing")
    raise typer.Exit(1 if fetched.missing else 0)


def text_cache() -> Path:
    from ..settings import cache_folder

    return cache_folder() / "real-passages.jsonl"


@app.command()
def card(ctx: typer.Context, models: opt.Models = None, config: opt.Config = None) -> None:
    """Print the model's card: what it is for, how well it does, where it ends."""
    from ..errors import ModelError
    from .session import settings_of

    path = settings_of(ctx).models / "card.md"
    try:
        typer.echo(path.read_text("utf-8"), nl=False)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from None


@app.command()
def show(ctx: typer.Context, models: opt.Models = None, config: opt.Config = None) -> None:
    """Print the model's version, digests and what it was trained on."""
    from .session import settings_of

    typer.echo(json.dumps(_json(settings_of(ctx).models / "manifest.json"), ensure_ascii=False, indent=1))


def _json(path: Path) -> dict[str, Any]:
    from ..errors import ModelError

    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise ModelError(f"{path}: not JSON ({error})") from None
    return found
