"""Says whether the characters behind a page spell words, or are the soup that a font with a false table gives."""

from __future__ import annotations

import numpy as np

from pipeline.extract.pdf_lines import PageText

# Shares of the letters a to z in running text: about the mean of five European languages, in percent.
_SHARES = [9.1, 1.4, 3.4, 4.2, 14.2, 1.4, 1.6, 2.6, 7.9, 0.4, 0.5, 4.7, 2.7]  # a to m
_SHARES += [7.5, 6.6, 2.5, 0.6, 6.6, 6.7, 7.0, 4.2, 1.2, 0.8, 0.2, 0.6, 0.5]  # n to z
_AWAY = np.array(_SHARES) - 100 / 26
_ENOUGH = 150  # letters, before their shares mean anything
_LIKE = 0.45  # correlation under which the letters are not those of a language: shuffled ones lie around 0
_UNMAPPED = 0.05


def unreliable(page: PageText) -> bool:
    """Whether the text of a page cannot be what a reader of it sees."""
    if page.unmapped > max(_UNMAPPED * page.glyphs, 3):
        return True
    return shuffled("".join(line.text for line in page.lines))


def shuffled(text: str) -> bool:
    """Whether long enough Latin text has the letters of no language."""
    codes = np.frombuffer(text.lower().encode("latin-1", "ignore"), np.uint8)
    counts = np.bincount(codes, minlength=256)[ord("a") : ord("z") + 1]
    total = int(counts.sum())
    if total < _ENOUGH:
        return False
    away = counts - total / 26
    return bool(away @ _AWAY < _LIKE * np.sqrt((away @ away) * (_AWAY @ _AWAY)))
