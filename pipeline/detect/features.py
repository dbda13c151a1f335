"""What the linear stage sees of a passage: its words, and the concepts of the field that they belong to.

The words of a category do not carry over from one source to the next; what they stand for does. `models/concepts.json`
therefore groups stems of the field ("exfiltrat*", "grad-norm") under some fifty concepts, and a passage is described
by how many words of each it holds, beside the words themselves. Figures, dates, links and code become placeholders.

`models/meanings.npz` does the same without a hand: it places a word near others that mean much the same.

A token is decided by its white-space delimited chunk alone, so that both steps can be remembered by chunk and by word.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_CHUNK = re.compile(
    r"""
    (?P<fence>```|~~~)|(?P<url>https?://\S+|www\.\S+)|(?P<mail>[\w.+-]+@[\w-]+\.\w+)|(?P<heading>^\#{1,6}$)
    |(?P<bullet>^[-*•+–]$)|(?P<row>\|)|(?P<path>[~.]?/?(?:[\w.-]+/){2,}[\w.-]*)|(?P<flag>--[a-z][\w-]*)
    |(?P<date>\b\d{4}-\d\d(?:-\d\d)?\b)|(?P<time>\b\d\d?:\d\d(?::\d\d)?\b)
    |(?P<hex>\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}\b)|(?P<frac>\b\d+/\d+\b)
    |(?P<pct>\d[\d.,]*%)|(?P<size>\b\d[\d.,]*(?:k|m|b|t|bn|e\d+)\b)|(?P<year>\b20\d\d\b)|(?P<num>\b\d[\d.,]*\b)
    |(?P<name>[a-z]+_\w+|[^\W\d_]+\d\w*)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)|(?P<question>\?)
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=1 << 17)
def _tokens_of(chunk: str) -> tuple[str, ...]:
    found = ((m.lastgroup, m.group()) for m in _CHUNK.finditer(chunk))
    return tuple(text.replace("’", "'") if kind == "word" else f"<{kind}>" for kind, text in found)


def tokens(text: str) -> list[str]:
    """Lower-case words and placeholders of `text`, in order."""
    return [token for chunk in text.lower().split() for token in _tokens_of(chunk)]


class Concepts:
    """Counts, for a list of tokens, the words of each concept.

    A term is a word, a stem ("exfiltrat*") or words joined by hyphens ("learning-rate", met hyphenated or not).
    """

    def __init__(self, terms: dict[str, str]) -> None:
        self.names = tuple(terms)
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._stems: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._openers: set[str] = set()
        for index, line in enumerate(terms.values()):
            for term in line.split():
                self._add(term.replace("-", " "), index)
        self._of = lru_cache(maxsize=1 << 17)(self._find)

    @property
    def width(self) -> int:
        """Length of a row of `rows`."""
        return 2 * len(self.names) + 1

    def rows(self, passages: Sequence[Sequence[str]]) -> Floats:
        """One row a passage: per concept its count (up to three) and its density, then the length; all in [0, 1]."""
        counts = np.array([self._count(words) for words in passages], np.float32).reshape(-1, len(self.names))
        lengths = np.array([[len(words)] for words in passages], np.float32).reshape(-1, 1)
        density = np.minimum(1, 1.5 * np.sqrt(counts / np.maximum(lengths, 10)))
        return np.hstack([np.minimum(counts, 3) / 3, density, np.minimum(1, lengths / 150)]).astype(np.float32)

    def _add(self, term: str, index: int) -> None:
        if " " in term:
            self._openers.add(term.split()[0])
        if term.endswith("*"):
            self._stems[term[:2]].append((term[:-1], index))
        else:
            self._exact[term].append(index)

    def _find(self, term: str) -> tuple[int, ...]:
        stems = {index for stem, index in self._stems.get(term[:2], ()) if term.startswith(stem)}
        return tuple(sorted(stems.union(self._exact.get(term, ()))))

    def _count(self, words: Sequence[str]) -> list[int]:
        counts = [0] * len(self.names)
        for place, word in enumerate(words):
            for index in self._of(word):
                counts[index] += 1
            if word in self._openers and place + 1 < len(words):
                for index in self._of(f"{word} {words[place + 1]}"):
                    counts[index] += 1
        return counts


class Meanings:
    """Word vectors: `words[i]` lies in direction `vectors[i]`; their length says nothing."""

    def __init__(self, words: Sequence[str], vectors: Floats) -> None:
        self.words, self._places = words, {word: place for place, word in enumerate(words)}
        self._vectors = vectors

    @classmethod
    def read(cls, data: bytes) -> Meanings:
        """Of an NPZ with `words` (UTF-8, one a line) and `vectors` (int8). ValueError or KeyError where it is none."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            words = arrays["words"].tobytes().decode("utf-8").split("\n")
            return cls(words, arrays["vectors"].astype(np.float32))

    def of(self, vocabulary: Sequence[str]) -> Floats:
        """One row a word of `vocabulary`; zeros for a word without a known meaning."""
        rows = np.zeros((len(vocabulary), self._vectors.shape[1]), np.float32)
        known = [(row, self._places[word]) for row, word in enumerate(vocabulary) if word in self._places]
        rows[[row for row, _ in known]] = self._vectors[[place for _, place in known]]
        return rows
