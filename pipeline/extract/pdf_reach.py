"""Finds the objects that lie in the bytes of a PDF while no table of its revisions points at them.

A table decides what readers see: an entry that was turned off, or a table that was passed over, hides an object that
another reader, or a person with an editor, still finds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from pipeline.extract.pdf_decode import ObjGen

_HEAD = re.compile(rb"(\d{1,10})[\s\0]+(\d{1,5})[\s\0]+obj\Z")
_BLANK = re.compile(rb"[\s\0]*")
# A table itself need not be listed. One whose dictionary holds a string is looked at.
_TABLE = re.compile(rb"[\s\0]*<<[^()]*?/Type\s*/XRef\b[^()]*?\bstream")
_LONGEST_HEAD = 40  # bytes before the word "obj"
_LISTED = 1  # the type of an entry for an object that stands in the open


@dataclass(slots=True)
class Reach:
    """Where objects begin in `data`, and which of those places some table points at."""

    data: bytes
    start: int  # of the PDF in the data; offsets in tables count from here
    heads: dict[int, ObjGen]
    reached: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, data: bytes, start: int) -> Reach:
        return cls(data, start, _heads(data, start))

    def add(self, pdf: pikepdf.Pdf) -> None:
        """Count all that the table of one view of the file points at as reached."""
        for entry in pdf.get_xref_table().values():
            if entry.type == _LISTED:
                at = self.start + (entry.offset or 0)
                self.reached.add(at if at in self.heads else _BLANK.match(self.data, at).end())  # type: ignore[union-attr]

    def missed(self, pdf: pikepdf.Pdf, after: int = 0) -> dict[int, ObjGen]:
        """The objects from `after` on that were not reached and lie in no stream of `pdf`."""
        left = {at: number for at, number in self.heads.items() if at >= after and at not in self.reached}
        left = {at: number for at, number in left.items() if not _TABLE.match(self.data, self._behind(at), at + 2048)}
        inside = _extents(pdf, self.data, self.start) if left else []
        return {at: n for at, n in left.items() if not any(begin < at < end for begin, end in inside)}

    def views(self, pdf: pikepdf.Pdf) -> Iterator[bytes]:
        """Files without a table, which a reader must rebuild: the n-th shows the n-th missed copy of each object."""
        copies: dict[ObjGen, list[int]] = defaultdict(list)
        for at, number in self.missed(pdf).items():
            copies[number].append(at)
        for turn in range(max(map(len, copies.values()), default=0)):
            chosen = {number: places[min(turn, len(places) - 1)] for number, places in copies.items()}
            bare = bytearray(self.data[self.start :].replace(b"startxref", b"startxxxx"))
            for at, number in self.heads.items():
                if number in chosen and at != chosen[number]:
                    end = self._behind(at) - self.start
                    bare[end - 3 : end] = b"---"
            yield bytes(bare) + b"\ntrailer\n" + pdf.trailer.unparse() + b"\n"

    def _behind(self, head: int) -> int:
        return self.data.index(b"obj", head) + 3


def _heads(data: bytes, start: int) -> dict[int, ObjGen]:
    found: dict[int, ObjGen] = {}
    at = data.find(b"obj", start)
    while at >= 0:
        if data[at - 1 : at].isspace() or data[at - 1 : at] == b"\0":
            head = _HEAD.search(data, max(at - _LONGEST_HEAD, start), at + 3)
            if head:
                found[head.start()] = int(head[1]), int(head[2])
        at = data.find(b"obj", at + 3)
    return found


def _extents(pdf: pikepdf.Pdf, data: bytes, start: int) -> list[tuple[int, int]]:
    """Where the data of each listed stream begins and ends: what stands inside is read with the stream."""
    found = []
    for (number, generation), entry in pdf.get_xref_table().items():
        item = pdf.get_object(number, generation) if entry.type == _LISTED else None
        if isinstance(item, pikepdf.Stream):
            begin = data.find(b"stream", start + (entry.offset or 0))
            length = item.stream_dict.get("/Length", 0)
            end = begin + (length if isinstance(length, int) else 0)
            if data.find(b"endstream", end, end + 32) < 0:  # it lies about its length
                end = data.find(b"endstream", begin)
            found.append((begin, end))
    return found
