"""The classifier's model as a thing that is loaded and asked: texts in, calibrated probabilities and their terms out.

Two stages. The first sees words alone and closes the passages that it is sure carry nothing; the second sees the words
and the direction that the sentences mean, and judges the rest. The estimators come from skops with no type allowed
beyond scikit-learn's own; the vocabulary, which skops reads two hundred times slower, lies beside them as JSON. Nothing
is loaded whose digest differs from `models/manifest.json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from scipy.sparse import csr_matrix, hstack

from pipeline.detect import encoder
from pipeline.detect.encoder import Directions, Encoder
from pipeline.detect.features import Concepts, Meanings
from pipeline.detect.linear import Calibration, Heads, Probabilities, Stage, Words
from pipeline.errors import ModelError
from pipeline.types import Term

NONE = "none"
MANIFEST, CONCEPTS, MEANINGS = "manifest.json", "concepts.json", "meanings.npz"
VOCABULARY, ESTIMATORS, SETTINGS = "linear/vocabulary.json", "linear/estimators.skops", "linear/settings.json"
FILES = (CONCEPTS, MEANINGS, encoder.MODEL, encoder.TOKENIZER, VOCABULARY, ESTIMATORS, SETTINGS)
# How much the direction of the sentences weighs beside the words; chosen on voices left out.
SENTENCE_WEIGHT = 3.0
TERMS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What training chose on voices not seen: calibrations, where the first stage closes, and cuts.

    High Trust probability of `held` holds, of `suspected` asks for review; so does `review` of all strict together.
    """

    classes: Sequence[str]
    first: Calibration
    second: Calibration
    closed: float
    held: float
    suspected: float
    review: float

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Settings:
        stages = {name: Calibration(**fields[name]) for name in ("first", "second")}
        return cls(**(fields | stages))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model makes of some texts: their features, and one row of probabilities each, which sums to one."""

    rows: csr_matrix
    probabilities: Probabilities


class Model:
    """A loaded model."""

    def __init__(self, words: Words, encoder: Encoder, heads: Sequence[Heads], settings: Settings) -> None:
        self._words, self.encoder, self.settings = words, encoder, settings
        self._first, self._second = Stage(heads[0], settings.first), Stage(heads[1], settings.second)

    @property
    def classes(self) -> Sequence[str]:
        return self.settings.classes

    def read(self, texts: Sequence[str]) -> Reading:
        rows, probabilities, is_open = self.first_look(texts)
        directions = np.zeros((len(texts), encoder.DIMENSIONS), np.float32)
        directions[is_open] = self.encoder.directions([texts[place] for place in is_open])
        both = beside(rows, directions)
        probabilities[is_open] = self._second.probabilities(both[is_open])
        return Reading(both, probabilities)

    def first_look(self, texts: Sequence[str]) -> tuple[csr_matrix, Probabilities, list[int]]:
        """What the first stage makes of `texts`, and the places of those that it does not close."""
        rows = self._words.rows(texts)
        probabilities = self._first.probabilities(rows)
        sure = probabilities[:, self.classes.index(NONE)] >= self.settings.closed
        return rows, probabilities, np.flatnonzero(~sure).tolist()

    def terms(self, row: csr_matrix, category: str) -> tuple[Term, ...]:
        """What of a row that the second stage judged speaks loudest for `category`, loudest first."""
        weights = self._second.weights[:, self.classes.index(category)]
        words = len(weights) - encoder.DIMENSIONS
        whole = float((row[:, words:] @ weights[words:])[0])
        terms = self._words.terms(row[:, :words], weights[:words], TERMS)
        terms += [Term(term="the sense of the whole", weight=round(whole, 3))] if whole > 0 else []
        return tuple(sorted(terms, key=lambda term: -term.weight)[:TERMS])


def beside(rows: csr_matrix, directions: Directions) -> csr_matrix:
    """The features of the second stage: those of the first, and the direction of the sentences."""
    return hstack([rows, csr_matrix(directions * SENTENCE_WEIGHT)], format="csr", dtype=np.float32)


def cascade(first: Probabilities, second: Probabilities, none: int, closed: float) -> Probabilities:
    """The first stage's word where it says none with at least probability `closed`, the second's elsewhere."""
    return np.where(first[:, [none]] >= closed, first, second)


def save(models: Path, words: Words, heads: Sequence[Heads], settings: Settings) -> None:
    """Write the artefacts below `models`; the manifest is written by whoever knows what they were trained on."""
    (models / VOCABULARY).parent.mkdir(parents=True, exist_ok=True)
    for head in (head for stage in heads for head in stage):
        head.coef_ = head.coef_.astype(np.float32)
    (models / VOCABULARY).write_text(json.dumps(words.vocabulary, ensure_ascii=False), encoding="utf-8")
    skops.io.dump({"tfidf": words.tfidf, "heads": [list(stage) for stage in heads]}, models / ESTIMATORS)
    (models / SETTINGS).write_text(json.dumps(asdict(settings), indent=1) + "\n", encoding="utf-8")


def load(models: Path) -> tuple[Model, dict[str, Any], str]:
    """The model, its manifest and the manifest's sha256. ModelError where a file is missing, altered or unfit."""
    try:
        listed = (models / MANIFEST).read_bytes()
        manifest = json.loads(listed)
        content = {name: (models / name).read_bytes() for name in FILES}
        altered = [name for name in FILES if digest(content[name]) != manifest["files"][name]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{models}: no usable model ({error}); `sharelight model train` makes one") from error
    if altered:
        raise ModelError(f"{models}: {', '.join(altered)}: not the file that the manifest describes")
    try:
        return _assemble(content), manifest, digest(listed)
    except Exception as error:
        raise ModelError(f"{models}: the model does not load: {error}") from error


def knowledge(models: Path) -> tuple[Concepts, Meanings, Encoder]:
    """What is known before training. ModelError where it cannot be read."""
    try:
        concepts = Concepts(json.loads((models / CONCEPTS).read_bytes()))
        meanings = Meanings.read((models / MEANINGS).read_bytes())
        return (
            concepts,
            meanings,
            Encoder(*((models / name).read_bytes() for name in (encoder.MODEL, encoder.TOKENIZER))),
        )
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{models}: {CONCEPTS}, {MEANINGS} or the encoder does not load: {error}") from error


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _assemble(content: dict[str, bytes]) -> Model:
    estimators = skops.io.loads(content[ESTIMATORS], trusted=[])
    concepts, meanings = Concepts(json.loads(content[CONCEPTS])), Meanings.read(content[MEANINGS])
    words = Words(concepts, meanings, json.loads(content[VOCABULARY]), estimators["tfidf"])
    sentences = Encoder(content[encoder.MODEL], content[encoder.TOKENIZER])
    return Model(words, sentences, estimators["heads"], Settings.of(json.loads(content[SETTINGS])))
