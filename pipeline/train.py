"""Trains the linear stage from a labelled corpus and says how well it does on voices that it has not seen.

Calibration and cuts are chosen on out-of-voice scores: every passage is scored by a model that never read its author.
The figures go one step further and judge each voice with calibration and cuts chosen on the other voices alone.
"""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from . import corpus, metrics
from .card import card
from .corpus import Row
from .detect import linear
from .detect.classifier import judgement_of, tiers_of
from .detect.features import Concepts, Meanings
from .errors import UsageError
from .normalise import matching_copy
from .policy import Policy
from .types import Outcome

Scores = NDArray[np.float64]
SEED = 7
STRENGTH = 3.0
FOLDS = 7
# A category must be left to learn from when any one voice is left out.
MIN_VOICES = 2
# At most this share of shareable passages may be flagged, whatever it saves.
BURDEN = 0.18
# What a held-back passage that goes out costs beside a wrong verdict, and what any strict one that goes out costs.
HOLD_MISS_COST, MISS_COST = 4.0, 2.0
# Libraries whose own descriptions are real text that carries nothing: learnt from as "none", never measured on.
PACKAGES = (
    "fastapi", "jinja2", "lxml", "numpy", "pikepdf", "prefect", "pydantic", "py7zr", "pypdf", "python-docx",
    "python-pptx", "rich", "ruamel.yaml", "scipy", "selectolax", "spacy", "structlog", "typer",
)  # fmt: skip
PARAGRAPHS, PARAGRAPH_WORDS = 12, range(8, 150)
HELD_CUTS, REVIEW_CUTS = np.arange(0.10, 0.80, 0.025), np.arange(0.10, 0.70, 0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """How well the trained stage does: on writers, and on real text of repositories, that it has not seen."""

    unseen_voices: metrics.Figures
    unseen_repositories: metrics.Figures | None
    same_voices: metrics.Figures
    voices: dict[str, metrics.Figures]
    trained_on: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "trained_on": self.trained_on,
            "unseen_voices": self.unseen_voices.as_json(),
            "unseen_repositories": self.unseen_repositories.as_json() if self.unseen_repositories else None,
            "same_voices": self.same_voices.as_json(),
            "voices": {name: figures.as_json() for name, figures in self.voices.items()},
        }


def train(
    folder: Path,
    out: Path,
    policy: Policy,
    *,
    version: str,
    real: Sequence[Row] = (),
    packages: Sequence[str] = PACKAGES,
) -> Metrics:
    """Train on the voices of `folder` and on `real` text; write artefacts, manifest and metrics below `out`.

    Concepts and meanings are read from `out`. Takes a minute; equal input gives figures equal to the third decimal.
    Raises UsageError on a bad corpus or a label that the policy does not know, ModelError on bad concepts.
    """
    rows = (*corpus.load(folder), *real)
    classes = (*(name for name, category in policy.categories.items() if category.parent is None), linear.NONE)
    _check_labels(rows, classes)
    bench = _Bench(rows, classes, np.array(tiers_of(classes, policy)), linear.knowledge(out), descriptions(packages))
    # One thread: sums in one order give equal figures, and so small a fit only loses by sharing its cores.
    with threadpool_limits(1):
        return _train(bench, folder, out, version, list(packages))


def _train(bench: _Bench, folder: Path, out: Path, version: str, packages: list[str]) -> Metrics:
    rows = bench.rows
    by_voice = bench.held_out([row.voice for row in rows])
    draw = np.random.default_rng(SEED)
    shuffled = bench.held_out([str(n) for n in draw.permutation(len(rows)) % FOLDS])
    words, heads = bench.fit(range(len(rows)))
    linear.save(out, words, heads, bench.settings(by_voice, range(len(rows))))
    trained_on = _trained_on(rows, folder) | {"descriptions": len(bench.nothing), "packages": packages}
    measured = _measure(bench, by_voice, shuffled, trained_on)
    write(out, measured, version)
    return measured


def write(out: Path, measured: Metrics, version: str) -> None:
    """Write metrics.json, the card, and the manifest that binds the artefacts by digest."""
    (out / "metrics.json").write_text(json.dumps(measured.as_json(), indent=1) + "\n", encoding="utf-8")
    (out / "card.md").write_text(card(measured.as_json()), encoding="utf-8")
    files = {name: linear.digest((out / name).read_bytes()) for name in linear.FILES}
    manifest = {"version": version, "files": files, "trained_on": measured.trained_on}
    (out / linear.MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class _Bench:
    """The labelled passages, ready to be cut into parts to learn from and parts to judge."""

    def __init__(
        self,
        rows: Sequence[Row],
        classes: tuple[str, ...],
        tiers: NDArray[Any],
        known: tuple[Concepts, Meanings],
        nothing: Sequence[str],
    ) -> None:
        self.rows, self.classes, self.tiers = rows, classes, tiers
        self.known, self.nothing = known, list(nothing)
        self.texts = [matching_copy(row.text).text for row in rows]
        self.labels = np.array([[name in (row.primary, *row.secondary) for name in classes] for row in rows])

    def fit(self, places: Sequence[int]) -> tuple[linear.Words, list[LogisticRegression]]:
        texts = [self.texts[i] for i in places] + self.nothing
        words = linear.Words.learn(*self.known, texts)
        nothing = [[name == linear.NONE for name in self.classes]] * len(self.nothing)
        x, labels = words.rows(texts), np.array([*self.labels[places], *nothing])
        return words, [_head().fit(x, labels[:, k]) for k in range(len(self.classes))]

    def held_out(self, groups: Sequence[str]) -> Scores:
        """Raw scores of every passage, each from a model that has not seen its group."""
        scores = np.zeros(self.labels.shape)
        for inside, outside in _splits(groups):
            words, heads = self.fit(inside)
            x = words.rows([self.texts[i] for i in outside])
            scores[outside] = np.stack([head.decision_function(x) for head in heads], axis=1)
        return scores

    def settings(self, scores: Scores, places: Sequence[int]) -> linear.Settings:
        """Calibration and cuts chosen on the held-out scores of `places`."""
        raw, labels = scores[places], self.labels[places]
        platt = [LogisticRegression().fit(raw[:, [k]], labels[:, k]) for k in range(len(self.classes))]
        slopes, offsets = [float(p.coef_[0, 0]) for p in platt], [float(p.intercept_[0]) for p in platt]
        p = linear.calibrate(raw, np.array(slopes), np.array(offsets))
        truth = np.array([metrics.LIGHTS[self.rows[i].verdict] for i in places])
        held, review = _cuts(p, truth, self.tiers)
        return linear.Settings(
            classes=self.classes, slopes=tuple(slopes), offsets=tuple(offsets), held=held, review=review
        )


def _measure(bench: _Bench, by_voice: Scores, shuffled: Scores, trained_on: dict[str, Any]) -> Metrics:
    groups = [row.voice for row in bench.rows]
    primaries, verdicts = unseen = _judged(bench, by_voice, _splits(groups))
    real = [i for i, row in enumerate(bench.rows) if row.source]
    written = [i for i, row in enumerate(bench.rows) if not row.source]

    def of(places: list[int]) -> metrics.Figures:
        rows = [bench.rows[i] for i in places]
        return metrics.figures(rows, [primaries[i] for i in places], [verdicts[i] for i in places])

    same = _judged(bench, shuffled, iter([(list(range(len(groups))), list(range(len(groups))))]))
    return Metrics(
        unseen_voices=of(written),
        unseen_repositories=of(real) if real else None,
        same_voices=metrics.figures(bench.rows, *same),
        voices=metrics.sliced(bench.rows, *unseen, by=lambda row: row.voice),
        trained_on=trained_on,
    )


def _judged(
    bench: _Bench, scores: Scores, splits: Iterator[tuple[list[int], list[int]]]
) -> tuple[list[str], list[Outcome]]:
    """Primary and verdict of every passage by the classifier alone, with the default verdict of each category."""
    primaries, verdicts = [""] * len(bench.rows), [Outcome.SHAREABLE] * len(bench.rows)
    for inside, outside in splits:
        settings = bench.settings(scores, inside)
        p = linear.calibrate(scores[outside], np.array(settings.slopes), np.array(settings.offsets))
        for i, row in zip(outside, p, strict=True):
            primaries[i], verdicts[i] = judgement_of(row, bench.tiers, settings)
    return primaries, verdicts


def descriptions(packages: Sequence[str]) -> list[str]:
    """A fixed sample of paragraphs from the descriptions of those `packages` that are installed."""
    draw = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    found: list[str] = []
    for name in packages:
        with contextlib.suppress(PackageNotFoundError):
            paragraphs = (distribution(name).read_text("METADATA") or "").split("\n\n")[1:]
            fit = [text for text in paragraphs if len(text.split()) in PARAGRAPH_WORDS]
            found += draw.sample(fit, min(PARAGRAPHS, len(fit)))
    return [matching_copy(text).text for text in found]


def _check_labels(rows: Sequence[Row], classes: Sequence[str]) -> None:
    for row in rows:
        unknown = {row.primary, *row.secondary} - set(classes)
        if unknown:
            raise UsageError(f"{row.voice}: {row.id}: no such category: {', '.join(sorted(unknown))}")
    voices = {name: {row.voice for row in rows if name in (row.primary, *row.secondary)} for name in classes}
    rare = [name for name in classes if len(voices[name]) < MIN_VOICES]
    if rare:
        raise UsageError(f"fewer than {MIN_VOICES} voices have passages of: {', '.join(rare)}")


def _trained_on(rows: Sequence[Row], folder: Path) -> dict[str, Any]:
    voices = {path.stem: linear.digest(path.read_bytes()) for path in sorted(folder.glob("*.jsonl"))}
    repositories = {row.source for row in rows if row.source}
    real = {"passages": sum(bool(row.source) for row in rows), "repositories": len(repositories)}
    counted = {"passages": len(rows) - real["passages"], "voices": voices, "real": real}
    return counted | {"scikit_learn": sklearn.__version__, "seed": SEED}


def _cuts(p: Scores, truth: NDArray[Any], tiers: NDArray[Any]) -> tuple[float, float]:
    """The cuts on High Trust mass and on strict mass that cost least within the burden allowed."""
    high, strict = p[:, tiers == Outcome.HELD_BACK].sum(1), p[:, tiers > Outcome.SHAREABLE].sum(1)
    likeliest = np.minimum(tiers[p.argmax(1)], Outcome.NEEDS_REVIEW)

    def cost(held: float, review: float) -> tuple[bool, float]:
        verdict = np.where(high >= held, 2, np.maximum(strict >= review, likeliest))
        burden = (verdict[truth == 0] > 0).mean()
        out = verdict == 0
        missed = HOLD_MISS_COST * (out & (truth == 2)).mean() + MISS_COST * (out & (truth > 0)).mean()
        return bool(burden > BURDEN), float((verdict != truth).mean() + missed)

    held, review = min(((h, r) for h in HELD_CUTS for r in REVIEW_CUTS), key=lambda cuts: cost(*cuts))
    return round(float(held), 3), round(float(review), 3)


def _head() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear", tol=1e-3, random_state=SEED)


def _splits(groups: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
    """For each group: the places of all others, and its own."""
    for group in sorted(set(groups)):
        yield [i for i, g in enumerate(groups) if g != group], [i for i, g in enumerate(groups) if g == group]
