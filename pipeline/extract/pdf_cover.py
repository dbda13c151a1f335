"""Accounts for every byte of a PDF: its objects and tables, and what stands between or inside them and is neither.

Readers find objects by a table and pass over all the rest. Here the file is read from front to back: whatever does
not parse may be an object that no reader sees any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.extract.pdf_grammar import SPACE, TOKENS, comments

_BETWEEN = re.compile(
    rb"(?:" + SPACE + rb"++|%([^\r\n]*+)|xref(?=[\0\s])[\d\0\t\n\f\r nf]*+|trailer(?=[\0\s<])" + TOKENS
    + rb"|startxref" + SPACE + rb"*+\d*+)*+",
    re.DOTALL,
)  # fmt: skip
_OBJECT = re.compile(
    rb"\d{1,10}" + SPACE + rb"++\d{1,5}" + SPACE + rb"++obj(?![A-Za-z])" + TOKENS + rb"(endobj|stream(?:\r\n|\n|\r)|)",
    re.DOTALL,
)
_LENGTH = re.compile(rb"/Length" + SPACE + rb"++(\d++)(?!" + SPACE + rb"++\d++" + SPACE + rb"++R)")
_CLOSED = re.compile(SPACE + rb"*+endstream" + SPACE + rb"*+endobj")
_NEXT = re.compile(rb"\d+\s+\d+\s+obj\b|\bxref\b|\btrailer\b|\bstartxref\b|%%EOF")
_STRUCTURE = re.compile(rb"endobj|endstream|\bstream\b|\bobj\b|[\x01-\x08\x0b\x0e-\x1f\x7f]")
_WORDS = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")
_NO_COMMENT = re.compile(r"PDF-\d|EOF")
_SAID = re.compile(r"[A-Za-z]{3}|[^\x00-\x7f\ufffd]{9}")


@dataclass(slots=True)
class Cover:
    """What is no part of any object or table: `stray` words, `comments`, and `faults`, which nobody can read."""

    stray: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def cover(data: bytes, start: int, end: int) -> Cover:
    """Read the PDF that lies in `data` from `start` to `end`, token by token, the data of streams excepted."""
    found = Cover()
    at = start
    while True:
        between = _BETWEEN.match(data, at, end)
        assert between is not None  # it matches nothing at all, too
        if between.lastindex:
            _say(data[at : between.end()], found)
        at = between.end()
        if at >= end:
            return found
        item = _OBJECT.match(data, at, end)
        if item is None:
            at = _stray(data, at, end, found)
            continue
        if item[1] is not None:
            _say(data[at : item.end()], found)
        closing = item[2]
        if not closing:
            found.faults.append(f"an object does not parse at byte {item.end()}")
            at = _behind(data, b"endobj", item.end(), end)
        elif closing == b"endobj":
            at = item.end()
        else:
            at = _behind_stream(data, data[at : item.end()], item.end(), end, found)


def _behind_stream(data: bytes, head: bytes, start: int, end: int, found: Cover) -> int:
    """Where an object ends whose stream begins at `start`."""
    length = _LENGTH.search(head)
    closed = _CLOSED.match(data, min(start + int(length[1]), end), end) if length else None
    if closed is None:
        mark = data.find(b"endstream", start, end)
        closed = _CLOSED.match(data, mark, end) if mark >= 0 else None
    if closed is None:
        found.faults.append(f"a stream has no end at byte {start}")
        return _behind(data, b"endstream", start, end)
    return closed.end()


def _stray(data: bytes, at: int, end: int, found: Cover) -> int:
    """Something that is no object: words are read, anything else is a fault."""
    following = _NEXT.search(data, at + 1, end)
    behind = following.start() if following else end
    between = data[at:behind]
    if _STRUCTURE.search(between):
        found.faults.append(f"something that is no object at byte {at}")
    found.stray.extend(words.decode("latin-1") for words in _WORDS.findall(between))
    return behind


def _say(tokens: bytes, found: Cover) -> None:
    found.comments.extend(said for said in comments(tokens) if _SAID.search(said) and not _NO_COMMENT.match(said))


def _behind(data: bytes, mark: bytes, start: int, end: int) -> int:
    at = data.find(mark, start, end)
    return at + len(mark) if at >= 0 else end
