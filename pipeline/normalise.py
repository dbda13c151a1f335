"""Makes the matching copy of a passage: the same words without the disguises, with the way back to the original.

Each step is named, takes a text and says which stretches to replace; `STEPS` is the order. The copy keeps line breaks
(markings need them) and letter case. Plain text takes a fast path on which nothing moves and `offsets` stays None.
Threats 64-69 of the catalogue; Unicode TR36, TR39 (confusables), TR15 (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.types import Matching, Passage

# (start, end, replacement, origin): replace [start, end); `origin[i]` is the index that replacement[i] came from.
Edit = tuple[int, int, str, Sequence[int]]
Step = Callable[[str], Iterable[Edit]]


def matching_copy(text: str) -> Matching:
    """The text as a reader means it, with `offsets` into `text` (code points) where anything moved."""
    text = text.replace("\t", " ")  # one for one: nothing moves
    if _is_plain(text):
        return Matching(text=text)
    offsets: list[int] | None = None
    for step in STEPS.values():
        edits = list(step(text))
        if edits:
            text, moved = _apply(text, edits)
            offsets = moved if offsets is None else [offsets[i] for i in moved]
    return Matching(text=text, offsets=None if offsets is None else tuple(offsets))


def normalise(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The same passages, each with the matching copy of its `reading`."""
    return tuple(replace(passage, matching=matching_copy(passage.reading)) for passage in passages)


def _apply(text: str, edits: Iterable[Edit]) -> tuple[str, list[int]]:
    pieces: list[str] = []
    offsets: list[int] = []
    reached = 0
    for start, end, replacement, origin in edits:
        pieces += (text[reached:start], replacement)
        offsets.extend(range(reached, start))
        offsets.extend(origin)
        reached = end
    pieces.append(text[reached:])
    offsets.extend(range(reached, len(text) + 1))
    return "".join(pieces), offsets


# What a plain text may hide. Plain `in` and anchored classes: this test runs over every passage of an archive.
# Typographic and accented characters that no step would change.
_UNUSUAL = re.compile("[^\x00-\x7f‘’“”–—×±°•→≥≤€£§éèêëàâäáåæçíîïñóôöøúûüßÉÖÄÜ]")
_ASCII_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_LONE_LETTERS = re.compile(r"[ \t\n|._*·/,;~-][^\W\d_][ \t\n|._*·/,;~-]{1,3}[^\W\d_][ \t\n|._*·/,;~-]")
_SPACED = re.compile(
    r"(?<![^\W_])[^\W\d_](?P<gap>[ \t]?[\n|._*·/,;~-]?[ \t]?(?<=[ \t\n|"
    r"._*·/,;~-]))[^\W\d_](?:(?P=gap)[^\W\d_]){2,}(?![^\W_])"
)


def _is_plain(text: str) -> bool:
    return (
        (text.isascii() or _UNUSUAL.search(text) is None)
        and not ("  " in text or "\n " in text or " \n" in text or "\n\n\n" in text or "-\n" in text)
        and _ASCII_CONTROL.search(text) is None
        and _LONE_LETTERS.search(text) is None
    )


def _overprints(text: str) -> Iterator[Edit]:
    """A letter struck over by backspace ("s\\bS") counts once."""
    for match in re.finditer(r".\x08", text):
        yield match.start(), match.end(), "", ()


def _right_to_left_overrides(text: str) -> Iterator[Edit]:
    """What stands after U+202E is shown backwards: read it as it is shown."""
    for match in re.finditer("\u202e([^\u202a-\u202e\u2066-\u2069\n]+)[\u202c\u2069]?", text):
        start, end = match.span(1)
        yield match.start(), match.end(), text[start:end][::-1], range(end - 1, start - 1, -1)


def _tag_characters(text: str) -> Iterator[Edit]:
    """A run of invisible tag characters spells ASCII (U+E0041 is an invisible A): read it."""
    for match in re.finditer("[\U000e0020-\U000e007e]{4,}", text):
        spelt = "".join(chr(ord(char) - 0xE0000) for char in match[0])
        yield match.start(), match.end(), spelt, range(*match.span())


_SOFT_BREAK = re.compile("[\u00ad\ufffe]+(?:[ \t]*\r?\n[ \t]*)?")
_HYPHEN_BREAK = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011][ \t]*\r?\n[ \t]*(?=[a-zà-ÿ])")
_KEEPS_HYPHEN = re.compile(
    r"\b(?:pre|post|non|self|re|co|red|fine|high|low|open|closed|multi|long|short|real|well|cross|in|on|third|"
    r"two|three|end|state|best|worst)$", re.IGNORECASE
)  # fmt: skip


def _line_end_hyphens(text: str) -> Iterator[Edit]:
    """A word broken at a line end is one word; a compound ("pre-/deployment") keeps its hyphen."""
    for match in sorted([*_SOFT_BREAK.finditer(text), *_HYPHEN_BREAK.finditer(text)], key=lambda m: m.start()):
        start, end = match.span()
        if _SOFT_BREAK.match(match[0]) is None and _KEEPS_HYPHEN.search(text, max(0, start - 8), start):
            yield start, end, "-", (start,)
        else:
            yield start, end, "", ()


# Looks like nothing, or like a blank: format characters, variation selectors, fillers, the blank Braille cell.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+")
_LONG_WORD = 24


def _ignorables(text: str) -> Iterator[Edit]:
    """Characters that show as nothing are dropped; as the only blanks between words, they stand for a blank."""
    stripped = _IGNORABLE.sub("", text).split()
    as_blank = bool(stripped) and sum(map(len, stripped)) / len(stripped) > _LONG_WORD
    for match in _IGNORABLE.finditer(text):
        yield match.start(), match.end(), " " if as_blank else "", (match.start(),) if as_blank else ()


def _controls(text: str) -> Iterator[Edit]:
    for match in _CONTROLS.finditer(text):
        yield match.start(), match.end(), "", ()


_CLUSTER = re.compile(r"[^\x00-\x7f]+")


def _compatibility(text: str) -> Iterator[Edit]:
    """NFKC, one base character with its marks at a time, so that every result knows where it came from."""
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return
    for run in _CLUSTER.finditer(text):
        start = run.start()
        if start and unicodedata.combining(text[start]):
            start -= 1
        while start < run.end():
            end = start + 1
            while end < run.end() and (unicodedata.combining(text[end]) or "\u1160" <= text[end] <= "\u11ff"):
                end += 1
            folded = unicodedata.normalize("NFKC", text[start:end])
            if folded != text[start:end]:
                yield (
                    start,
                    end,
                    folded,
                    [min(start + i, end - 1) for i in range(len(folded) - 1)] + [end - 1] * bool(folded),
                )
            start = end


_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True))
_FOREIGN_WORD = re.compile(r"\b\w*[^\W\d_a-zA-Z\u00c0-\u00ff]\w*\b")


@lru_cache(maxsize=1)
def _lookalikes() -> dict[str, str]:
    """Letters of other scripts and their ASCII twin, from the Unicode consortium's list. Loaded when first needed."""
    from confusable_homoglyphs.confusables import confusables_data

    twins = {
        char: twin["c"]
        for char, found in confusables_data.items()
        if len(char) == 1 and not char.isascii()
        for twin in found
        if len(twin["c"]) == 1 and twin["c"].isascii() and twin["c"].isalpha() == char.isalpha()
    }
    return twins | _SMALL_CAPITALS


def _confusables(text: str) -> Iterator[Edit]:
    """Letters that only look Latin, in words that mix scripts or that consist of nothing but look-alikes."""
    if text.isascii():
        return
    latin = sum(char.isascii() and char.isalpha() for char in text)
    for word in _FOREIGN_WORD.finditer(text):
        twins = [_lookalikes().get(char, char) for char in word[0]]
        mixed = any(char.isascii() and char.isalpha() for char in word[0])
        disguised = (
            len(twins) > 1 and all(twin.isascii() for twin in twins) and 2 * latin > len(text.replace(" ", "")) / 2
        )
        if not (mixed or disguised):
            continue
        for i, (char, twin) in enumerate(zip(word[0], twins, strict=True), word.start()):
            if char != twin:
                yield i, i + 1, twin, (i,)


def _spaced_letters(text: str) -> Iterator[Edit]:
    """Four or more single letters with the same separator between them are a word."""
    if _LONE_LETTERS.search(text) is None:
        return
    for match in _SPACED.finditer(text):
        kept = range(match.start(), match.end(), 1 + len(match["gap"]))
        yield match.start(), match.end(), "".join(text[i] for i in kept), kept


def _whitespace(text: str) -> Iterator[Edit]:
    """A run of blanks is one blank; with a line break in it, one line break (two where a line was empty)."""
    for match in re.finditer(r"[^\S\n]*\n\s*|[^\S\n]{2,}|[^\S\n ]", text):
        blank = "\n\n" if match[0].count("\n") > 1 else "\n" if "\n" in match[0] else " "
        if match[0] != blank:
            yield match.start(), match.end(), blank, [match.start()] * (len(blank) - 1) + [match.end() - 1]


STEPS: dict[str, Step] = {
    "overprints": _overprints,
    "right_to_left_overrides": _right_to_left_overrides,
    "tag_characters": _tag_characters,
    "line_end_hyphens": _line_end_hyphens,
    "ignorables": _ignorables,
    "controls": _controls,
    "compatibility": _compatibility,
    "confusables": _confusables,
    "spaced_letters": _spaced_letters,
    "whitespace": _whitespace,
}
