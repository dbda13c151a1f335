"""Trains both stages of the classifier from a labelled corpus and says how well it does on voices that it has not seen.

Calibration and cuts are chosen on out-of-voice scores: every passage is scored by a model that never read its author.
The figures go one step further and judge each voice with calibration and cuts chosen on the other voices alone.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from . import corpus, metrics, ordinary
from .card import card
from .corpus import Row
from .detect import model
from .detect.classifier import judgement_of, tiers_of
from .detect.encoder import Encoder
from .detect.features import Concepts, Meanings
from .detect.linear import Calibration, Heads, Words
from .errors import UsageError
from .normalise import matching_copy
from .policy import Policy
from .types import Outcome

Scores = NDArray[np.float64]
SEED = 7
STRENGTH = 3.0
# A labelled passage of public text counts for so many written ones: there are few, and they are what is to be read.
REAL_WEIGHT = 3.0
# The first stage may close at most this share of the strict passages of voices that it has not seen.
LOST = 0.005
FOLDS = 4
# A category must be left to learn from when any one voice is left out.
MIN_VOICES = 2
# At most this share of shareable passages may be flagged, whatever it saves.
BURDEN = 0.15
# What a held-back passage that goes out costs beside a wrong verdict, and what any strict one that goes out costs.
HOLD_MISS_COST, MISS_COST = 4.0, 2.0
HELD_CUTS, SUSPECTED_CUTS = np.arange(0.2, 0.8, 0.05), np.arange(0.06, 0.4, 0.04)
REVIEW_CUTS = np.arange(0.1, 0.7, 0.03)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """How well the trained stage does: on writers, and on real text of repositories, that it has not seen."""

    unseen_voices: metrics.Figures
    unseen_repositories: metrics.Figures | None
    same_voices: metrics.Figures
    voices: dict[str, metrics.Figures]
    first_stage: dict[str, float]
    trained_on: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "trained_on": self.trained_on,
            "first_stage": self.first_stage,
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
    packages: Sequence[str] = ordinary.PACKAGES,
) -> Metrics:
    """Train on the voices of `folder` and on `real` text; write artefacts, manifest and metrics below `out`.

    Concepts and meanings are read from `out`. Takes a minute; equal input gives figures equal to the third decimal.
    Raises UsageError on a bad corpus or a label that the policy does not know, ModelError on bad concepts.
    """
    rows = (*corpus.load(folder), *real)
    classes = (*(name for name, category in policy.categories.items() if category.parent is None), model.NONE)
    _check_labels(rows, classes)
    nothing = [matching_copy(text).text for text in ordinary.learnt(packages)]
    bench = _Bench(rows, classes, np.array(tiers_of(classes, policy)), model.knowledge(out), nothing)
    # One thread: sums in one order give equal figures, and so small a fit only loses by sharing its cores.
    with threadpool_limits(1):
        return _train(bench, folder, out, version, list(packages))


def _train(bench: _Bench, folder: Path, out: Path, version: str, packages: list[str]) -> Metrics:
    rows = bench.rows
    by_voice = bench.held_out([row.voice for row in rows])
    draw = np.random.default_rng(SEED)
    shuffled = bench.held_out([str(n) for n in draw.permutation(len(rows)) % FOLDS])
    words, first, second = bench.fit(range(len(rows)))
    model.save(out, words, (first, second), bench.settings(by_voice, range(len(rows))))
    trained_on = _trained_on(rows, folder) | {"ordinary": len(bench.nothing), "packages": packages}
    measured = _measure(bench, by_voice, shuffled, trained_on)
    write(out, measured, version)
    return measured


def write(out: Path, measured: Metrics, version: str) -> None:
    """Write metrics.json, the card, and the manifest that binds the artefacts by digest."""
    (out / "metrics.json").write_text(json.dumps(measured.as_json(), indent=1) + "\n", encoding="utf-8")
    (out / "card.md").write_text(card(measured.as_json()), encoding="utf-8")
    files = {name: model.digest((out / name).read_bytes()) for name in model.FILES}
    manifest = {"version": version, "files": files, "trained_on": measured.trained_on}
    (out / model.MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


class _Bench:
    """The labelled passages, ready to be cut into parts to learn from and parts to judge."""

    def __init__(
        self,
        rows: Sequence[Row],
        classes: tuple[str, ...],
        tiers: NDArray[Any],
        known: tuple[Concepts, Meanings, Encoder],
        nothing: Sequence[str],
    ) -> None:
        self.rows, self.classes, self.tiers, self.known = rows, classes, tiers, known[:2]
        self.nothing = range(len(rows), len(rows) + len(nothing))
        self.texts = [*(matching_copy(row.text).text for row in rows), *nothing]
        carried = [(row.primary, *row.secondary) for row in rows] + [(model.NONE,)] * len(nothing)
        self.labels = np.array([[name in those for name in classes] for those in carried])
        self.weights = np.array([REAL_WEIGHT if row.source else 1.0 for row in rows] + [1.0] * len(nothing))
        self.directions = known[2].directions(self.texts)
        self.truth = np.array([metrics.LIGHTS[row.verdict] for row in rows])
        self.none = classes.index(model.NONE)

    def fit(self, places: Sequence[int]) -> tuple[Words, Heads, Heads]:
        """Words, and the heads of both stages, learnt from the passages at `places` and from what carries nothing."""
        places = [*places, *self.nothing]
        words = Words.learn(*self.known, [self.texts[i] for i in places])
        first, second = (self._heads(x, places) for x in self._features(words, places))
        return words, first, second

    def held_out(self, groups: Sequence[str]) -> tuple[Scores, Scores]:
        """Raw scores of every passage by both stages, each from a model that has not seen its group."""
        scores = np.zeros((2, len(self.rows), len(self.classes)))
        for inside, outside in _splits(groups):
            words, *stages = self.fit(inside)
            for stage, (x, heads) in enumerate(zip(self._features(words, outside), stages, strict=True)):
                scores[stage, outside] = np.stack([head.decision_function(x) for head in heads], axis=1)
        return scores[0], scores[1]

    def settings(self, scores: tuple[Scores, Scores], places: Sequence[int]) -> model.Settings:
        """Calibrations and cuts chosen on the held-out scores of `places`."""
        first, second = (Calibration.fit(raw[places], self.labels[places]) for raw in scores)
        sure, truth = first(scores[0][places]), self.truth[places]
        closed = float(np.quantile(sure[truth > 0, self.none], 1 - LOST))
        cuts = _cuts(model.cascade(sure, second(scores[1][places]), self.none, closed), truth, self.tiers)
        return model.Settings(classes=self.classes, first=first, second=second, closed=round(closed, 4), **cuts)

    def judge(
        self, scores: tuple[Scores, Scores], splits: Iterator[tuple[list[int], list[int]]]
    ) -> tuple[list[str], list[Outcome], NDArray[np.bool_]]:
        """Primary, default verdict and whether the first stage closed it, of every passage, by the classifier alone."""
        primaries, verdicts = [""] * len(self.rows), [Outcome.SHAREABLE] * len(self.rows)
        closed = np.zeros(len(self.rows), bool)
        for inside, outside in splits:
            settings = self.settings(scores, inside)
            first, second = settings.first(scores[0][outside]), settings.second(scores[1][outside])
            closed[outside] = first[:, self.none] >= settings.closed
            p = model.cascade(first, second, self.none, settings.closed)
            for i, row in zip(outside, p, strict=True):
                primaries[i], verdicts[i] = judgement_of(row, self.tiers, settings)
        return primaries, verdicts, closed

    def _features(self, words: Words, places: Sequence[int]) -> tuple[csr_matrix, csr_matrix]:
        rows = words.rows([self.texts[i] for i in places])
        return rows, model.beside(rows, self.directions[places])

    def _heads(self, x: csr_matrix, places: Sequence[int]) -> Heads:
        weights = self.weights[places]
        return [_head().fit(x, self.labels[places, k], sample_weight=weights) for k in range(len(self.classes))]


def _measure(
    bench: _Bench, by_voice: tuple[Scores, Scores], shuffled: tuple[Scores, Scores], trained_on: dict[str, Any]
) -> Metrics:
    groups = [row.voice for row in bench.rows]
    primaries, verdicts, closed = bench.judge(by_voice, _splits(groups))
    everything = list(range(len(groups)))
    same_primaries, same_verdicts, _ = bench.judge(shuffled, iter([(everything, everything)]))
    real = [i for i, row in enumerate(bench.rows) if row.source]
    written = [i for i, row in enumerate(bench.rows) if not row.source]

    def of(places: list[int]) -> metrics.Figures:
        rows = [bench.rows[i] for i in places]
        return metrics.figures(rows, [primaries[i] for i in places], [verdicts[i] for i in places])

    return Metrics(
        unseen_voices=of(written),
        unseen_repositories=of(real) if real else None,
        same_voices=metrics.figures(bench.rows, same_primaries, same_verdicts),
        voices=metrics.sliced(bench.rows, primaries, verdicts, by=lambda row: row.voice),
        first_stage={
            "closes": round(float(closed[bench.labels[: len(closed), bench.none]].mean()), 4),
            "loses": round(float(closed[bench.truth > 0].mean()), 4),
        },
        trained_on=trained_on,
    )


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
    voices = {path.stem: model.digest(path.read_bytes()) for path in sorted(folder.glob("*.jsonl"))}
    repositories = {row.source for row in rows if row.source}
    real = {"passages": sum(bool(row.source) for row in rows), "repositories": len(repositories)}
    counted = {"passages": len(rows) - real["passages"], "voices": voices, "real": real}
    return counted | {"scikit_learn": sklearn.__version__, "seed": SEED}


def _cuts(p: Scores, truth: NDArray[Any], tiers: NDArray[Any]) -> dict[str, float]:
    """The cuts on High Trust mass and on all strict mass that cost least within the burden allowed."""
    high, strict = p[:, tiers == Outcome.HELD_BACK].sum(1), p[:, tiers > Outcome.SHAREABLE].sum(1)
    likeliest = np.minimum(tiers[p.argmax(1)], Outcome.NEEDS_REVIEW)

    def cost(cuts: tuple[float, float, float]) -> tuple[bool, float]:
        held, suspected, review = cuts
        verdict = np.where(high >= held, 2, np.maximum((high >= suspected) | (strict >= review), likeliest))
        burden = (verdict[truth == 0] > 0).mean()
        out = verdict == 0
        missed = HOLD_MISS_COST * (out & (truth == 2)).mean() + MISS_COST * (out & (truth > 0)).mean()
        return bool(burden > BURDEN), float((verdict != truth).mean() + missed)

    best = min(itertools.product(HELD_CUTS, SUSPECTED_CUTS, REVIEW_CUTS), key=cost)
    return dict(zip(("held", "suspected", "review"), (round(float(cut), 3) for cut in best), strict=True))


def _head() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear", tol=1e-3, random_state=SEED)


def _splits(groups: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
    """For each group: the places of all others, and its own."""
    for group in sorted(set(groups)):
        yield [i for i, g in enumerate(groups) if g != group], [i for i, g in enumerate(groups) if g == group]
