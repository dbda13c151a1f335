"""Measures a judge on labelled passages: the same figures whether it is the classifier alone or the whole pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import corpus, metrics
from .corpus import Row
from .types import Outcome

# Texts in; out, for each, its primary category (or "none") and verdict. `Classifier.judge` is one, without adjustments.
Judge = Callable[[Sequence[str]], Sequence[tuple[str, Outcome]]]
WORST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """A wrong verdict, by the row's id: no passage text leaves the data file."""

    id: str
    source: str
    expected: tuple[str, str]
    judged: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures over all rows, over each source, over hard and plain rows, and the costliest errors first."""

    figures: metrics.Figures
    sources: dict[str, metrics.Figures]
    difficulty: dict[str, metrics.Figures]
    errors: tuple[Error, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "figures": self.figures.as_json(),
            "sources": {name: figures.as_json() for name, figures in self.sources.items()},
            "difficulty": {name: figures.as_json() for name, figures in self.difficulty.items()},
            "errors": [{name: getattr(error, name) for name in Error.__slots__} for error in self.errors],
        }


def evaluate(data: Path, judge: Judge) -> Report:
    """Judge every row of the JSONL file `data`, each by its text alone. UsageError where a row cannot be read."""
    rows = corpus.read(data)
    judged = judge([row.text for row in rows])
    primaries, verdicts = [primary for primary, _ in judged], [verdict for _, verdict in judged]
    return Report(
        figures=metrics.figures(rows, primaries, verdicts),
        sources=metrics.sliced(rows, primaries, verdicts, by=_publication),
        difficulty=metrics.sliced(rows, primaries, verdicts, by=lambda row: "hard" if row.hard else "plain"),
        errors=tuple(_errors(rows, primaries, verdicts)[:WORST]),
    )


def _publication(row: Row) -> str:
    """Repository or voice: `source` up to the commit, or the file."""
    return row.source.split("@")[0] or row.form or row.voice


def _errors(rows: Sequence[Row], primaries: Sequence[str], verdicts: Sequence[Outcome]) -> list[Error]:
    """Wrong verdicts; what goes out and should not before what is looked at in vain, by how far they are off."""
    wrong = [
        (
            metrics.LIGHTS[row.verdict] - verdict,
            Error(
                id=row.id, source=_publication(row), expected=(row.primary, row.verdict), judged=(primary, verdict.id)
            ),
        )
        for row, primary, verdict in zip(rows, primaries, verdicts, strict=True)
        if metrics.LIGHTS[row.verdict] != verdict
    ]
    return [error for _, error in sorted(wrong, key=lambda pair: -pair[0])]
