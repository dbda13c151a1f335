"""Says whether the characters behind a page spell words, or are the soup that a font with a false table gives."""

from __future__ import annotations

import re

import numpy as np

from pipeline.extract.pdf_lines import PageText

# Shares of the letters a to z in running text: about the mean of five European languages, in percent.
_SHARES = [9.1, 1.4, 3.4, 4.2, 14.2, 1.4, 1.6, 2.6, 7.9, 0.4, 0.5, 4.7, 2.7]  # a to m
_SHARES += [7.5, 6.6, 2.5, 0.6, 6.6, 6.7, 7.0, 4.2, 1.2, 0.8, 0.2, 0.6, 0.5]  # n to z
_AWAY = np.array(_SHARES) - 100 / 26
_ENOUGH = 150  # letters, before their shares mean anything
# Correlation with those shares. Of 363 real pages all but pages of formulas lie over 0.67; shuffled letters lie
# around 0, one page in a hundred over 0.43.
_DOUBTFUL, _LIKE = 0.62, 0.5
_WORD = re.compile(r"[^\W\d_]{3,}")  # formulas are made of shorter ones
_UNMAPPED = 0.05


def unreliable(page: PageText) -> bool:
    """Whether the text of a page cannot be what a reader of it sees."""
    if page.unmapped > max(_UNMAPPED * page.glyphs, 3):
        return True
    return shuffled(page.text)


def shuffled(text: str) -> bool:
    """Whether long enough Latin text has the letters of no language."""
    return _likeness(text) < _DOUBTFUL and max(_likeness(text), _likeness(" ".join(_WORD.findall(text)))) < _LIKE


def _likeness(text: str) -> float:
    """How the shares of its letters correlate with those of running text; 1 where there are too few to tell."""
    codes = np.bincount(np.frombuffer(text.encode("utf-8", "replace"), np.uint8), minlength=256)
    counts = codes[ord("a") : ord("z") + 1] + codes[ord("A") : ord("Z") + 1]
    total = int(counts.sum())
    if total < _ENOUGH:
        return 1.0
    away = counts - total / 26
    return float(away @ _AWAY / (np.sqrt((away @ away) * (_AWAY @ _AWAY)) or 1.0))
