"""Finds words in what readers do not take for text: font programs, colour profiles, tables of characters.

A font carries its maker's notice, and could carry anything else. The notices would be a burden: every document has the
same, and their talk of licences and rights looks like something.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# Both begin with a literal space, which is looked for at the speed of memory.
_WORDS = re.compile(rb" [A-Za-z]{2,} [A-Za-z]{2,}")
_WIDE_WORDS = re.compile(rb"\0 (?:\0[A-Za-z]){2,}\0 (?:\0[A-Za-z]){2}")
_WIDE_RUN = re.compile(rb"(?:\0[ -~])*+")
_THREE = re.compile(r"[A-Za-z]{2,}[^A-Za-z]{1,3}[a-z]{2,}[^A-Za-z]{1,3}[a-z]{2,}")
_PRINTED = bytes(range(32, 127))
_LONGEST = 4_000  # bytes of a stretch
# In PostScript (the head of a Type 1 font, a table of characters, a function) words stand in comments and strings.
_POSTSCRIPT = re.compile(rb"\s*(?:%|\{|/CIDInit|/\w+ findresource)")
_SAID = re.compile(rb"%([^\r\n]*)|\(((?:[^()\\]|\\.)*)\)")
# What fonts, profiles and their makers say of themselves; a document's own words do not speak of these.
_NOTICE = re.compile(
    r"copyright|\(c\)|licen[cs]|trademark|rights reserved|font|typeface|glyph|gnu |metafont|postscript|permission"
    r"|warrant|software|opentype|truetype|certificat|signing|corporation|foundry|\binc\b|\bltd\b|adobe|microsoft"
    r"|apple|monotype|unicode|conditions|gamut|profile|colou?r ?space|ps-adobe|resource|procset|cmap|creat|sans|serif"
    r"|http|hint|title:|verisign|metatype|lppl|tex users",
    re.IGNORECASE,
)


def words(data: bytes) -> list[str]:
    """The stretches of `data` that read like three words or more, the notices of the makers of fonts left out."""
    found: list[bytes] = []
    if _POSTSCRIPT.match(data):
        clear = data.partition(b"eexec")[0]
        found.extend(comment or string for comment, string in _SAID.findall(clear))
        data = data[len(clear) :]
    found.extend(_stretches(data, _WORDS, _around))
    found.extend(_stretches(data, _WIDE_WORDS, _around_wide))
    texts = dict.fromkeys(run.decode("ascii", "replace").strip() for run in found)
    return [text for text in texts if _THREE.search(text) and not _NOTICE.search(text)]


def _stretches(data: bytes, mark: re.Pattern[bytes], around: Callable[[bytes, int], tuple[int, bytes]]) -> list[bytes]:
    """What stands around each `mark`, each stretch once."""
    found, met = [], mark.search(data)
    while met:
        end, stretch = around(data, met.start())
        found.append(stretch)
        met = mark.search(data, max(end, met.end()))
    return found


def _around(data: bytes, at: int) -> tuple[int, bytes]:
    before, after = data[max(at - _LONGEST, 0) : at], data[at : at + _LONGEST]
    length = len(after) - len(after.lstrip(_PRINTED))
    return at + length, before[len(before.rstrip(_PRINTED)) :] + after[:length]


def _around_wide(data: bytes, at: int) -> tuple[int, bytes]:
    start = at
    while start >= 2 and data[start - 2] == 0 and 32 <= data[start - 1] < 127 and at - start < _LONGEST:
        start -= 2
    met = _WIDE_RUN.match(data, start, at + 2 * _LONGEST)
    assert met is not None  # it matches nothing at all, too
    return met.end(), met[0].replace(b"\0", b"")
