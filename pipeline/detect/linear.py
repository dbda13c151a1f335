"""The linear stage as a thing that is loaded and asked: texts in, calibrated probabilities and their terms out.

The estimators come from skops with no type allowed beyond scikit-learn's own; the vocabulary, which skops reads two
hundred times slower, lies beside them as JSON. Nothing is loaded whose digest differs from `models/manifest.json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from pipeline.detect.features import Concepts, Meanings, tokens
from pipeline.errors import ModelError
from pipeline.types import Term

Probabilities = NDArray[np.float64]

NONE = "none"
MANIFEST, CONCEPTS, MEANINGS = "manifest.json", "concepts.json", "meanings.npz"
VOCABULARY, ESTIMATORS, SETTINGS = "linear/vocabulary.json", "linear/estimators.skops", "linear/settings.json"
FILES = (CONCEPTS, MEANINGS, VOCABULARY, ESTIMATORS, SETTINGS)
# How much words and their meaning weigh beside concepts; chosen on voices left out.
WORD_WEIGHT, MEANING_WEIGHT = 4.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What training chose on voices not seen: Platt's slope and offset per class, and the two cuts on tier mass."""

    classes: Sequence[str]
    slopes: Sequence[float]
    offsets: Sequence[float]
    held: float
    review: float


class Words:
    """Texts to rows: TF-IDF of the words, the concepts that they belong to, the direction that they mean together."""

    def __init__(
        self, concepts: Concepts, meanings: Meanings, counter: CountVectorizer, tfidf: TfidfTransformer
    ) -> None:
        self.concepts, self.counter, self.tfidf = concepts, counter, tfidf
        self.vocabulary = [str(word) for word in counter.vocabulary]
        self.meanings = meanings.of(self.vocabulary)

    @classmethod
    def learn(cls, concepts: Concepts, meanings: Meanings, texts: Sequence[str]) -> Words:
        """Every word with a known meaning is a column, met in `texts` or not, and every other word met twice."""
        met = CountVectorizer(analyzer=tokens, min_df=2).fit(texts).get_feature_names_out()
        counter = CountVectorizer(analyzer=tokens, vocabulary=sorted({*map(str, met), *meanings.words}))
        return cls(concepts, meanings, counter, TfidfTransformer(sublinear_tf=True).fit(counter.transform(texts)))

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        words = self.tfidf.transform(self.counter.transform(texts))
        concepts = self.concepts.rows([tokens(text) for text in texts])
        meant = words @ self.meanings
        meant /= np.maximum(np.linalg.norm(meant, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        parts = [words * WORD_WEIGHT, csr_matrix(concepts), csr_matrix(meant * MEANING_WEIGHT)]
        return hstack(parts, format="csr", dtype=np.float32)


class Linear:
    """One logistic regression a class, "none" among them."""

    def __init__(self, words: Words, heads: Sequence[LogisticRegression], settings: Settings) -> None:
        self.words, self.settings = words, settings
        self._weights = np.vstack([head.coef_ for head in heads]).T.astype(np.float32)
        self._biases = np.hstack([head.intercept_ for head in heads])

    @property
    def classes(self) -> Sequence[str]:
        return self.settings.classes

    def probabilities(self, texts: Sequence[str]) -> Probabilities:
        """One row a text, one column a class; a row sums to one."""
        return self.calibrated(self.words.rows(texts))

    def calibrated(self, rows: csr_matrix) -> Probabilities:
        raw = rows @ self._weights + self._biases
        return calibrate(raw, np.array(self.settings.slopes), np.array(self.settings.offsets))

    def terms(self, row: csr_matrix, category: str, count: int = 5) -> tuple[Term, ...]:
        """The words and concepts of a single-row matrix that spoke loudest for `category`, loudest first.

        What a word adds by its meaning is its share in the direction of the whole, so that the shares add up to it.
        """
        weights = self._weights[:, self.classes.index(category)]
        size, groups = len(self.words.vocabulary), self.words.concepts.names
        are_words = row.indices < size
        columns, values = row.indices[are_words], row.data[are_words]
        meanings = self.words.meanings[columns] * values[:, None]
        length = float(np.linalg.norm(meanings.sum(axis=0))) or 1.0
        by_meaning = MEANING_WEIGHT / length * (meanings @ weights[-meanings.shape[1] :])
        beyond = np.zeros(len(weights) - size)
        beyond[row.indices[~are_words] - size] = row.data[~are_words] * weights[row.indices[~are_words]]
        shares = np.concatenate(
            [values * weights[columns] + by_meaning, beyond[: 2 * len(groups)].reshape(2, -1).sum(0)]
        )
        names = [*(self.words.vocabulary[c] for c in columns), *(f"words of {g.replace('_', ' ')}" for g in groups)]
        loudest = [place for place in np.argsort(-shares)[:count] if shares[place] > 0]
        return tuple(Term(term=names[place], weight=round(float(shares[place]), 3)) for place in loudest)


def calibrate(raw: NDArray[Any], slopes: NDArray[Any], offsets: NDArray[Any]) -> Probabilities:
    """Platt's sigmoid per class (Platt 1999), scaled so that the classes of a text sum to one."""
    each = 1 / (1 + np.exp(-(raw * slopes + offsets)))
    scaled: Probabilities = each / each.sum(axis=1, keepdims=True)
    return scaled


def save(models: Path, words: Words, heads: Sequence[LogisticRegression], settings: Settings) -> None:
    """Write the artefacts below `models`; the manifest is written by whoever knows what they were trained on."""
    (models / VOCABULARY).parent.mkdir(parents=True, exist_ok=True)
    for head in heads:
        head.coef_ = head.coef_.astype(np.float32)
    (models / VOCABULARY).write_text(json.dumps(words.vocabulary, ensure_ascii=False), encoding="utf-8")
    skops.io.dump({"tfidf": words.tfidf, "heads": list(heads)}, models / ESTIMATORS)
    fields = {name: getattr(settings, name) for name in Settings.__slots__}
    (models / SETTINGS).write_text(json.dumps(fields, indent=1) + "\n", encoding="utf-8")


def load(models: Path) -> tuple[Linear, dict[str, Any], str]:
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


def knowledge(models: Path) -> tuple[Concepts, Meanings]:
    """What is known before training. ModelError where it cannot be read."""
    try:
        concepts = Concepts(json.loads((models / CONCEPTS).read_bytes()))
        return concepts, Meanings.read((models / MEANINGS).read_bytes())
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{models}: {CONCEPTS} or {MEANINGS} does not load: {error}") from error


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _assemble(content: dict[str, bytes]) -> Linear:
    estimators = skops.io.loads(content[ESTIMATORS], trusted=[])
    counter = CountVectorizer(analyzer=tokens, vocabulary=json.loads(content[VOCABULARY]))
    concepts, meanings = Concepts(json.loads(content[CONCEPTS])), Meanings.read(content[MEANINGS])
    words = Words(concepts, meanings, counter, estimators["tfidf"])
    fields: dict[str, Any] = json.loads(content[SETTINGS])
    return Linear(words, estimators["heads"], Settings(**fields))
