"""Which language a document is in, and where it is in one that the rules do not cover.

Most passages are plainly English by their function words; only the others are shown to the language identifier, whose
model takes a second to load.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from .types import Gap, Passage

COVERED = frozenset({"en"})
# Function words of English alone; "in", "of", "was" and "will" are Dutch, German or Danish, too.
_ENGLISH = frozenset({
    "the", "and", "to", "that", "with", "this", "from", "which", "not", "been", "their", "it", "be", "or", "are", "has",
    "were", "than", "these", "its",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH_SHARE = 0.08
# Below this many letters a text is judged with its neighbours: the identifier guesses on less.
_LETTERS = 60
_SURE, _DOUBTFUL = 0.3, 0.05
_NO_LANGUAGE = "zxx"  # ISO 639-2: program code, formulas and the like


def look(passages: Iterable[Passage]) -> tuple[tuple[str, float] | None, tuple[Gap, ...]]:
    """The main language with its share of the text, and one gap for each part in a language that is not covered."""
    letters: Counter[str] = Counter()
    foreign: dict[tuple[str, str], str] = {}
    for place, text in _blocks(passages):
        code = language(text)
        if code is None:
            continue
        letters[code] += len(text)
        if code not in COVERED:
            foreign.setdefault(place, code)
    gaps = tuple(
        Gap(stage="detect", code="language_not_covered", path=f"{location}!{path}", detail=code)
        for (location, path), code in foreign.items()
    )
    if not letters:
        return None, gaps
    code, count = letters.most_common(1)[0]
    return (code, round(count / letters.total(), 2)), gaps


def language(text: str) -> str | None:
    """The ISO 639 code of `text`; None where it says too little in words (tables, code, names)."""
    words = _WORD.findall(text.casefold())
    if sum(map(len, words)) < _LETTERS // 3:
        return None
    if sum(word in _ENGLISH for word in words) >= _ENGLISH_SHARE * len(words):
        return "en"
    chances: dict[str, float] = {code: float(chance) for code, chance in _identifier().rank(text)}
    code, chance = max(chances.items(), key=lambda pair: pair[1])
    if code in COVERED:
        return code
    if code == _NO_LANGUAGE or chance < _SURE or sum(chances[known] for known in COVERED) >= _DOUBTFUL:
        return None
    return code


def _blocks(passages: Iterable[Passage]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each passage with enough letters by itself, the short ones of a part together."""
    short: dict[tuple[str, str], list[str]] = {}
    for passage in passages:
        if passage.joined or passage.kind in ("metadata", "name", "artefact"):
            continue
        place = (passage.location, passage.path)
        if sum(map(str.isalpha, passage.text)) >= _LETTERS:
            yield place, passage.text
        else:
            short.setdefault(place, []).append(passage.text)
    for place, texts in short.items():
        yield place, "\n".join(texts)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
