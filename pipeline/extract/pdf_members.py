"""Reads the members of object streams that no table lists, and what stands between the members."""

from __future__ import annotations

import re
from collections import defaultdict

import pikepdf

from pipeline.extract.pdf_decode import Damaged, Decoder
from pipeline.extract.pdf_grammar import HEX, NAME, SPACE, STRING, TOKENS, comments

_WITHIN = re.compile(TOKENS, re.DOTALL)


_FLAT = rb"[^<>()\[\]]++|" + STRING + rb"|" + HEX
_FLATTER = _FLAT + rb"|<<(?:" + _FLAT + rb")*+>>|\[(?:" + _FLAT + rb")*+\]"
# One object, and nothing behind it; most are dictionaries of no great depth.
_SIMPLE = re.compile(rb"<<(?:" + _FLATTER + rb")*+>>" + SPACE + rb"*+", re.DOTALL)
_ATOM = re.compile(SPACE + rb"*+(?:" + NAME + rb"|[-+.\dR ]++|true|false|null)" + SPACE + rb"*+")
_LEAF = re.compile(STRING + rb"|" + HEX + rb"|%[^\r\n]*+", re.DOTALL)
_BRACKET = re.compile(rb"<<|>>|[\[\]]")
_OPENING = {b">>": b"<<", b"]": b"["}
_IN_STREAM = 2  # the type of a table's entry for an object that lies in an object stream


class Members:
    """Which members of which object streams the table of a file lists."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._listed: dict[int, dict[int, int]] = defaultdict(dict)  # stream -> index of the member -> its number
        for (number, _), entry in pdf.get_xref_table().items():
            if entry.type == _IN_STREAM:
                self._listed[entry.obj_stream_number or 0][entry.obj_stream_index or 0] = number

    def unlisted(self, stream: pikepdf.Stream, decoder: Decoder) -> tuple[list[bytes], list[str]]:
        """The members that no table lists, as they are written, and the comments among all members.

        Raises TooLarge, or Damaged where the stream is not what it says.
        """
        data = decoder.read(stream)
        count, first = int(stream.get("/N", 0)), int(stream.get("/First", 0))
        within = _WITHIN.match(data, first)
        head = [int(number) for number in data[:first].split() if number.isdigit()]
        numbers, starts = head[::2], [first + offset for offset in head[1::2]]
        if (
            within is None
            or within.end() != len(data)
            or not len(starts) == len(numbers) == count
            or starts != sorted(starts)
        ):
            raise Damaged("an object stream does not parse")
        listed = self._listed[stream.objgen[0]]
        ends = [*starts[1:], len(data)]
        if not all(
            _SIMPLE.fullmatch(data, start, end) or _whole(data[start:end])
            for start, end in zip(starts, ends, strict=True)
        ):
            raise Damaged("a member of an object stream does not parse")
        unlisted = [data[starts[n] : ends[n]] for n, number in enumerate(numbers) if listed.get(n) != number]
        return unlisted, comments(data[first:]) if within[1] is not None else []


def _whole(member: bytes) -> bool:
    """Whether a member is one object, with nothing behind it."""
    if _ATOM.fullmatch(member):
        return True
    bare = _LEAF.sub(lambda leaf: b" " if leaf[0].startswith(b"%") else b"[]", member).strip()
    opened: list[bytes] = []
    for bracket in _BRACKET.finditer(bare):
        if bracket[0] not in _OPENING:
            opened.append(bracket[0])
        elif not opened or opened.pop() != _OPENING[bracket[0]]:
            return False
        if not opened:
            return bracket.end() == len(bare) and bare.startswith((b"<<", b"["))
    return False
