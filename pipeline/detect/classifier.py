"""Suspects, from all of a passage together, the category that it carries.

The verdict hangs on the tier, so doubt is measured there: the probability of all strict categories together decides
between silence, review and hold, and the likeliest category gives the finding its name. A passage that could be any
of three strict categories is flagged although none of them is likely by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.detect import model as stored
from pipeline.detect.features import tokens
from pipeline.errors import ModelError
from pipeline.types import Document, Explanation, Outcome, Passage, Tag

if TYPE_CHECKING:
    from pipeline.policy import Policy
    from pipeline.registers import Registers

# Below this many words there is nothing to read a category off.
MIN_WORDS = 5
# A heading, a bullet or a row of figures this short is judged with its neighbours where segmenting joined it to some,
# and not by itself; of metadata (a title, a subject line) nothing this short says more than what a document is about.
SHORT = 12
# Fields of a file or a message ("charset=utf-8") are no sentences, however many there are.
_RUNNING_WORDS = re.compile(r"(?:[^\W_]+[ ,;]+){5}[^\W_]")
# Short of a strict category, one is named where it is at least this likely beside "none": the verdict is the same, and
# the name helps. The smallest share that costs no macro-F1 on voices left out.
NAMED_BESIDE_NONE = 0.5
_TIERS = {"no_brainer": Outcome.SHAREABLE, "gray_area": Outcome.NEEDS_REVIEW, "high_trust": Outcome.HELD_BACK}


@dataclass(frozen=True, slots=True)
class Claim:
    """A class by its place among the model's, its probability, and whether it is more than a suspicion."""

    place: int
    score: float
    certain: bool


class Classifier:
    """A loaded model under a policy: call it on passages, or ask it to rank texts."""

    def __init__(self, model: stored.Model, tiers: Sequence[Outcome], version: str, sha256: str) -> None:
        self._model, self.version, self.sha256 = model, version, sha256
        self._tiers = np.array(tiers)

    def __call__(self, passages: Sequence[Passage], documents: Sequence[Document]) -> Iterator[Tag]:
        passages = list(_worth_judging(passages))
        texts = [passage.matching.text or passage.reading for passage in passages]
        places = {text: i for i, text in enumerate(t for t in dict.fromkeys(texts) if len(tokens(t)) >= MIN_WORDS)}
        if not places:
            return
        reading = self._model.read(list(places))
        claims = [claims_of(row, self._tiers, self._model.settings) for row in reading.probabilities]
        for passage, text in zip(passages, texts, strict=True):
            for claim in claims[places[text]] if text in places else ():
                if not passage.joined or self._tiers[claim.place] > Outcome.SHAREABLE:
                    yield self._tag(passage, claim, reading.rows[places[text]])

    def rank(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each text the probability of every category and of "none", likeliest first."""
        probabilities = self._model.read(texts).probabilities
        return [{self._model.classes[i]: float(row[i]) for i in np.argsort(-row)} for row in probabilities]

    def judge(self, texts: Sequence[str]) -> list[tuple[str, Outcome]]:
        """Best guess and default verdict of each text, by the classifier alone."""
        return [judgement_of(row, self._tiers, self._model.settings) for row in self._model.read(texts).probabilities]

    def _tag(self, passage: Passage, claim: Claim, row: csr_matrix) -> Tag:
        category = self._model.classes[claim.place]
        terms = self._model.terms(row, category)
        likely = "reads like" if claim.certain else "may be"
        summary = f"{likely} {category.replace('_', ' ')} ({claim.score:.0%}) by its words taken together"
        return Tag(
            passage=passage,
            category=category,
            detector="classifier",
            rule=f"classifier.{category}",
            score=round(claim.score, 4),
            end=len(passage.text),
            certain=claim.certain,
            explanation=Explanation(summary=summary, original_score=round(claim.score, 4), top_terms=terms),
        )


def _worth_judging(passages: Sequence[Passage]) -> Iterator[Passage]:
    """The passages without those that are too short to be judged by themselves."""
    joined: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for passage in passages:
        if passage.joined:
            joined.setdefault((passage.location, passage.path), []).append((passage.start, passage.end))
    for passage in passages:
        if passage.kind == "artefact" or (passage.kind == "metadata" and not _RUNNING_WORDS.search(passage.text)):
            continue
        around = joined.get((passage.location, passage.path), ())
        covered = any(start <= passage.start and passage.end <= end for start, end in around)
        if passage.joined or not (covered or passage.kind == "metadata") or _words(passage) >= SHORT:
            yield passage


def _words(passage: Passage) -> int:
    return sum(not token.startswith("<") for token in tokens(passage.reading))


def tiers_of(classes: Sequence[str], policy: Policy) -> list[Outcome]:
    """The verdict that each class asks for by default."""
    return [_TIERS[policy.categories[n].tier] if n != stored.NONE else Outcome.SHAREABLE for n in classes]


def claims_of(row: NDArray[np.float64], tiers: NDArray[np.int_], settings: stored.Settings) -> list[Claim]:
    """What to say of a passage with these probabilities.

    The likeliest class is claimed; "none" only by silence, where no shareable category comes near. Where all strict
    categories together are too likely for its tier, the likeliest of them is claimed too. Only enough High Trust mass
    makes a claim that may hold a passage.
    """
    best = int(row.argmax())
    wanted = _wanted(row, tiers, settings)
    named = [best]
    if settings.classes[best] == stored.NONE:
        beside = np.where((tiers == Outcome.SHAREABLE) & (np.arange(len(row)) != best), row, 0.0)
        likely = beside.max() >= NAMED_BESIDE_NONE * row[best] and wanted == Outcome.SHAREABLE
        named = [int(beside.argmax())] if likely else []
    if wanted > tiers[best]:
        named.append(int(np.where(tiers >= wanted, row, 0.0).argmax()))
    return [Claim(i, float(row[i]), _is_certain(i == best, tiers[i], wanted)) for i in named]


def judgement_of(row: NDArray[np.float64], tiers: NDArray[np.int_], settings: stored.Settings) -> tuple[str, Outcome]:
    """The strictest claim's category and outcome, with each category's default verdict; a doubt asks for review."""
    claims = claims_of(row, tiers, settings)
    if not claims:
        return stored.NONE, Outcome.SHAREABLE
    asked = [(min(tiers[c.place], Outcome.HELD_BACK if c.certain else Outcome.NEEDS_REVIEW), c) for c in claims]
    outcome, claim = max(asked, key=lambda pair: (pair[0], pair[1].certain, pair[1].score))
    return settings.classes[claim.place], Outcome(outcome)


def _wanted(row: NDArray[np.float64], tiers: NDArray[np.int_], settings: stored.Settings) -> Outcome:
    high, strict = row[tiers == Outcome.HELD_BACK].sum(), row[tiers > Outcome.SHAREABLE].sum()
    if high >= settings.held:
        return Outcome.HELD_BACK
    return Outcome.NEEDS_REVIEW if high >= settings.suspected or strict >= settings.review else Outcome.SHAREABLE


def _is_certain(is_best: bool, tier: int, wanted: Outcome) -> bool:
    return wanted == Outcome.HELD_BACK if tier == Outcome.HELD_BACK else is_best


def load(policy: Policy, registers: Registers, models: Path) -> Classifier:
    """The classifier of `models`. Raises ModelError where it is missing, altered, or made for other categories."""
    model, manifest, sha256 = stored.load(models)
    unknown = [name for name in model.classes if name != stored.NONE and name not in policy.categories]
    if unknown:
        raise ModelError(f"{models}: made for categories that the rules do not know: {', '.join(unknown)}")
    cuts = policy.about.thresholds
    model.settings = replace(
        model.settings,
        held=min(model.settings.held, cuts.held),
        suspected=min(model.settings.suspected, cuts.suspected),
        review=min(model.settings.review, cuts.review),
    )
    return Classifier(model, tiers_of(model.classes, policy), str(manifest.get("version", "")), sha256)
