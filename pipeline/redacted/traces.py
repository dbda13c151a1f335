"""Finds what is left of passages in other text: all of a short one, any five words in a row of a longer one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..normalise import matching_copy

RUN = 5  # words in a row that give a passage away
_WORD = re.compile(r"[^\W_]+")
_SURE = 12  # letters; fewer without the blanks between them turn up by chance

Span = tuple[int, int]


class Traces:
    """The words of passages, as a reader would spell them: no case, no disguise, no punctuation."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs: set[tuple[str, ...]] = set()
        for text in texts:
            words = [word for word, _ in _words(text)]
            self._runs.update(_runs(words, min(RUN, len(words))))
        self._runs.discard(())
        self._lengths = {len(run) for run in self._runs}
        self._solid = {run for run in map("".join, self._runs) if len(run) >= _SURE}

    def spans(self, text: str) -> list[Span]:
        """The stretches of `text`, in code points, that repeat the words of a passage; in order, none touching."""
        words = list(_words(text))
        plain = [word for word, _ in words]
        found = [
            (words[at][1][0], words[at + length - 1][1][1])
            for length in self._lengths
            for at, run in enumerate(_runs(plain, length))
            if run in self._runs
        ]
        return merged(found)

    def left_in(self, text: str) -> bool:
        """Whether `text` gives a passage away, also where the blanks between its words were lost."""
        if self.spans(text):
            return True
        solid = "".join(word for word, _ in _words(text))
        return any(run in solid for run in self._solid)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same stretches in order, those that overlap or touch made one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _words(text: str) -> Iterator[tuple[str, Span]]:
    """Each word of the matching copy, with its place in `text`."""
    copy = matching_copy(text)
    for match in _WORD.finditer(copy.text):
        yield match[0].casefold(), copy.original(*match.span())


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[at:] for at in range(length)), strict=False) if length else iter(())
