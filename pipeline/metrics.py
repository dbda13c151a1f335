"""Scores predictions against labels: how often the category is right, and what a wrong verdict costs.

`miss` is what should not go out and would; `hold_miss` the part of it that should be held; `burden` what may go out
and would be looked at. A primary that is one of the labelled secondaries counts as right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from .corpus import Row
from .types import Outcome

LIGHTS = {outcome.id: outcome for outcome in Outcome}
BOOTSTRAPS, SEED = 500, 20260101


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one set of passages. `f2` and `balanced_accuracy` are of flagged against shareable."""

    passages: int
    macro_f1: float
    accuracy: float
    miss: float
    hold_miss: float
    burden: float
    f2: float
    balanced_accuracy: float
    confusion: dict[str, dict[str, int]] = field(default_factory=dict)
    categories: dict[str, dict[str, float]] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        rounded: dict[str, Any] = _rounded(asdict(self))
        return rounded

    def line(self) -> str:
        """The headline figures in a line."""
        names = ("macro_f1", "accuracy", "miss", "hold_miss", "burden")
        return f"n {self.passages}  " + "  ".join(f"{name} {getattr(self, name):.3f}" for name in names)


HEADLINE = ("macro_f1", "accuracy", "miss", "hold_miss", "burden", "f2", "balanced_accuracy")


def figures(
    gold: Sequence[Row], primaries: Sequence[str], verdicts: Sequence[Outcome], *, intervals: bool = True
) -> Figures:
    """The figures of predictions that stand in the order of `gold`, with 95 % bootstrap intervals over passages."""
    counted = _figures(gold, primaries, verdicts)
    return Figures(**counted, intervals=_bootstrap(gold, primaries, verdicts) if intervals and gold else {})


def sliced(
    gold: Sequence[Row], primaries: Sequence[str], verdicts: Sequence[Outcome], by: Callable[[Row], str]
) -> dict[str, Figures]:
    """The figures of each group of rows that `by` gives one name; small groups say little."""
    groups: dict[str, list[int]] = {}
    for place, row in enumerate(gold):
        groups.setdefault(by(row), []).append(place)
    return {
        name: figures(_pick(gold, places), _pick(primaries, places), _pick(verdicts, places), intervals=False)
        for name, places in sorted(groups.items())
    }


def _figures(gold: Sequence[Row], primaries: Sequence[str], verdicts: Sequence[Outcome]) -> dict[str, Any]:
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    table = np.zeros((3, 3), int)
    for row, primary, verdict in zip(gold, primaries, verdicts, strict=True):
        found = row.primary if primary in row.secondary else primary
        if found == row.primary:
            right[row.primary] += 1
        else:
            missed[row.primary] += 1
            wrong[found] += 1
        table[LIGHTS[row.verdict], verdict] += 1
    names = sorted({row.primary for row in gold})
    per = {name: _precision_recall(right[name], wrong[name], missed[name]) for name in names}
    return {
        "passages": len(gold),
        "macro_f1": float(np.mean([scores["f1"] for scores in per.values()])) if per else 0.0,
        "confusion": {a.id: {b.id: int(table[a, b]) for b in Outcome} for a in Outcome},
        "categories": per,
        **_costs(table),
    }


def _costs(table: np.ndarray[Any, Any]) -> dict[str, float]:
    strict, shareable, flagged = table[1:], table[0], table[:, 1:]
    recall = _ratio(strict[:, 1:].sum(), strict.sum())
    precision = _ratio(strict[:, 1:].sum(), flagged.sum())
    burden = _ratio(shareable[1:].sum(), shareable.sum())
    return {
        "accuracy": _ratio(np.trace(table), table.sum()),
        "miss": _ratio(strict[:, 0].sum(), strict.sum()),
        "hold_miss": _ratio(table[2, 0], table[2].sum()),
        "burden": burden,
        "f2": _ratio(5 * precision * recall, 4 * precision + recall),
        "balanced_accuracy": (recall + 1 - burden) / 2,
    }


def _precision_recall(right: int, wrong: int, missed: int) -> dict[str, float]:
    return {
        "n": right + missed,
        "precision": _ratio(right, right + wrong),
        "recall": _ratio(right, right + missed),
        "f1": _ratio(2 * right, 2 * right + wrong + missed),
    }


def _bootstrap(
    gold: Sequence[Row], primaries: Sequence[str], verdicts: Sequence[Outcome]
) -> dict[str, tuple[float, float]]:
    draw = np.random.default_rng(SEED)
    samples: dict[str, list[float]] = {name: [] for name in HEADLINE}
    for _ in range(BOOTSTRAPS):
        places = draw.integers(0, len(gold), len(gold)).tolist()
        drawn = _figures(_pick(gold, places), _pick(primaries, places), _pick(verdicts, places))
        for name in HEADLINE:
            samples[name].append(drawn[name])
    return {name: (float(np.quantile(v, 0.025)), float(np.quantile(v, 0.975))) for name, v in samples.items()}


def _pick(column: Sequence[Any], places: Sequence[int]) -> list[Any]:
    return [column[place] for place in places]


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list | tuple) else value
