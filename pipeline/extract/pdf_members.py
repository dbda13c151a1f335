"""Reads the members of object streams that no table lists, and what stands between the members."""

from __future__ import annotations

import re
from collections import defaultdict

import pikepdf

from pipeline.extract.pdf_decode import Damaged, Decoder
from pipeline.extract.pdf_grammar import TOKENS, comments

_WITHIN = re.compile(TOKENS, re.DOTALL)
_IN_STREAM = 2  # the type of a table's entry for an object that lies in an object stream


class Members:
    """Which members of which object streams the table of a file lists."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._listed: dict[int, set[int]] = defaultdict(set)
        for entry in pdf.get_xref_table().values():
            if entry.type == _IN_STREAM:
                self._listed[entry.obj_stream_number or 0].add(entry.obj_stream_index or 0)

    def unlisted(self, stream: pikepdf.Stream, decoder: Decoder) -> tuple[list[bytes], list[str]]:
        """The members that no table lists, as they are written, and the comments among all members.

        Raises TooLarge, or Damaged where the stream is not what it says.
        """
        data = decoder.read(stream)
        count, first = int(stream.get("/N", 0)), int(stream.get("/First", 0))
        within = _WITHIN.match(data, first)
        starts = [first + int(offset) for offset in data[:first].split()[1::2] if offset.isdigit()]
        if within is None or within.end() != len(data) or len(starts) != count or starts != sorted(starts):
            raise Damaged("an object stream does not parse")
        listed = self._listed[stream.objgen[0]]
        ends = [*starts[1:], len(data)]
        left = () if len(listed) == count else range(count)
        unlisted = [data[starts[n] : ends[n]] for n in left if n not in listed]
        return unlisted, comments(data[first:]) if within[1] is not None else []
