"""Words to rows, and rows to one score a category: what both stages of the classifier are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from pipeline.detect.features import Concepts, Meanings, tokens
from pipeline.types import Term

Probabilities = NDArray[np.float64]
Heads = Sequence[LogisticRegression]

# How much words and their meaning weigh beside concepts; chosen on voices left out.
WORD_WEIGHT, MEANING_WEIGHT = 4.0, 2.0


class Words:
    """Texts to rows: TF-IDF of the words, the concepts that they belong to, the direction that they mean together."""

    def __init__(self, concepts: Concepts, meanings: Meanings, vocabulary: list[str], tfidf: TfidfTransformer) -> None:
        self.concepts, self.vocabulary, self.tfidf = concepts, vocabulary, tfidf
        self._counter = CountVectorizer(analyzer=tokens, vocabulary=vocabulary)
        self.meanings = meanings.of(vocabulary)

    @classmethod
    def learn(cls, concepts: Concepts, meanings: Meanings, texts: Sequence[str]) -> Words:
        """Every word with a known meaning is a column, met in `texts` or not, and every other word met twice."""
        met = CountVectorizer(analyzer=tokens, min_df=2).fit(texts).get_feature_names_out()
        words = cls(concepts, meanings, sorted({*map(str, met), *meanings.words}), TfidfTransformer(sublinear_tf=True))
        words.tfidf.fit(words._counter.transform(texts))
        return words

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        words = self.tfidf.transform(self._counter.transform(texts))
        concepts = self.concepts.rows([tokens(text) for text in texts])
        meant = words @ self.meanings
        meant /= np.maximum(np.linalg.norm(meant, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        parts = [words * WORD_WEIGHT, csr_matrix(concepts), csr_matrix(meant * MEANING_WEIGHT)]
        return hstack(parts, format="csr", dtype=np.float32)

    def terms(self, row: csr_matrix, weights: NDArray[Any], count: int) -> list[Term]:
        """The words and concepts of a single-row matrix that speak loudest by `weights`, loudest first.

        What a word adds by its meaning is its share in the direction of the whole, so that the shares add up to it.
        """
        size, groups = len(self.vocabulary), self.concepts.names
        are_words = row.indices < size
        columns, values = row.indices[are_words], row.data[are_words]
        meanings = self.meanings[columns] * values[:, None]
        length = float(np.linalg.norm(meanings.sum(axis=0))) or 1.0
        by_meaning = MEANING_WEIGHT / length * (meanings @ weights[-meanings.shape[1] :])
        beyond = np.zeros(len(weights) - size)
        beyond[row.indices[~are_words] - size] = row.data[~are_words] * weights[row.indices[~are_words]]
        shares = np.concatenate(
            [values * weights[columns] + by_meaning, beyond[: 2 * len(groups)].reshape(2, -1).sum(0)]
        )
        names = [*(self.vocabulary[c] for c in columns), *(f"words of {g.replace('_', ' ')}" for g in groups)]
        loudest = [place for place in np.argsort(-shares)[:count] if shares[place] > 0]
        return [Term(term=names[place], weight=round(float(shares[place]), 3)) for place in loudest]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's slope and offset for each class (Platt 1999), chosen on voices not seen."""

    slopes: Sequence[float]
    offsets: Sequence[float]

    @classmethod
    def fit(cls, raw: NDArray[Any], labels: NDArray[Any]) -> Calibration:
        fits = [LogisticRegression().fit(raw[:, [k]], labels[:, k]) for k in range(labels.shape[1])]
        return cls([float(f.coef_[0, 0]) for f in fits], [float(f.intercept_[0]) for f in fits])

    def __call__(self, raw: NDArray[Any]) -> Probabilities:
        """One row a text, scaled so that its classes sum to one."""
        each = 1 / (1 + np.exp(-(raw * np.array(self.slopes) + np.array(self.offsets))))
        scaled: Probabilities = each / each.sum(axis=1, keepdims=True)
        return scaled


class Stage:
    """One logistic regression a class, "none" among them."""

    def __init__(self, heads: Sequence[LogisticRegression], calibration: Calibration) -> None:
        self.weights = np.vstack([head.coef_ for head in heads]).T.astype(np.float32)
        self._biases = np.hstack([head.intercept_ for head in heads])
        self._calibration = calibration

    def probabilities(self, rows: csr_matrix) -> Probabilities:
        return self._calibration(rows @ self.weights + self._biases)
