"""Walks the objects of an HDF5 file: groups, data sets and attributes, as far as the usual writers lay them out.

Layout: HDF5 File Format Specification, version 3.0. Groups by symbol table or by links in their header; dense storage
(fractal heaps) and the newer chunk indexes are told as Malformed("unsupported_method"). `spans` is the ledger of what
was used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.extract.hdf5_types import Dataset, Kind, datatype
from pipeline.extract.weights import MOST_TENSORS, Malformed
from pipeline.extract.weights_cursor import Cursor

UNDEFINED = (1 << 64) - 1
_MOST_BLOCKS = 500_000
_DEPTH = 40


@dataclass(slots=True)
class Walk:
    """What was found so far; it stays where something is broken."""

    data: bytes
    datasets: list[Dataset] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    problems: dict[tuple[str, str], None] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def run(self) -> None:
        """From the superblock on. Raises Malformed where that is none."""
        version = self.data[8] if len(self.data) > 8 else 99
        cursor = Cursor(self.data, 9)
        if version in (0, 1):
            cursor.skip(4)
            if cursor.take(2) != b"\x08\x08":
                raise Malformed("unsupported_method", "addresses that are not of eight bytes")
            cursor.skip(9 + (4 if version else 0) + 16)
            end = cursor.number("Q")
            cursor.skip(16)
            root = cursor.number("Q")
            cursor.skip(24)
        elif version in (2, 3):
            if cursor.take(2) != b"\x08\x08":
                raise Malformed("unsupported_method", "addresses that are not of eight bytes")
            cursor.skip(1 + 16)
            end = cursor.number("Q")
            root = cursor.number("Q")
            cursor.skip(4)
        else:
            raise Malformed("unsupported_method", f"superblock version {version}")
        self.spans.append((0, cursor.at))
        if end != len(self.data):
            code = "truncated" if end > len(self.data) else "trailing_data"
            self.problems[code, f"{len(self.data)} bytes, the file says {end}"] = None
        self.visit(root, "", 0)

    def visit(self, address: int, path: str, depth: int) -> None:
        """One object: a group with its members, or a data set. What is wrong in it is noted, and the rest goes on."""
        if address in self._seen:
            return
        self._seen.add(address)
        if depth > _DEPTH or len(self._seen) > _MOST_BLOCKS or len(self.datasets) > MOST_TENSORS:
            raise Malformed("limit_members", f"{len(self._seen)} objects, {depth} levels")
        try:
            self._object(address, path, depth)
        except Malformed as error:
            if error.code == "limit_members":
                raise
            self.problems[error.code, f"{path or '/'}: {error.detail}"] = None

    def _object(self, address: int, path: str, depth: int) -> None:
        found = Dataset(path=path)
        members: list[tuple[str, int]] = []
        for kind, body in self._messages(address):
            cursor = Cursor(self.data, body[0], end=body[1])
            if kind in (0x01, 0x03, 0x08, 0x0B):
                found.describe(kind, cursor)
            elif kind == 0x0C:
                self._attribute(cursor, path)
            elif kind == 0x11:
                members += self._symbols(cursor.number("Q"), cursor.number("Q"))
            elif kind == 0x06:
                members += self._link(cursor)
            elif kind in (0x02, 0x15) and self._is_dense(cursor, kind):
                self.problems["unsupported_method", f"{path or '/'}: dense storage"] = None
            elif kind == 0x07:
                self.problems["missing_volume", f"{path}: its numbers are in another file"] = None
        if found.layout is not None:
            self.datasets.append(found)
        for name, target in members:
            self.texts.append(name)
            self.visit(target, f"{path}/{name}" if path else name, depth + 1)

    def _messages(self, address: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """(type, place of the body) of each message of an object header, continuations included."""
        second = self.data[address : address + 4] == b"OHDR"
        cursor = Cursor(self.data, address)
        order = 0
        if second:
            cursor.skip(5)
            flags = cursor.number("B")
            cursor.skip((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
            size = cursor.number("BHIQ"[flags & 3])
            order = 2 if flags & 4 else 0
        else:
            if cursor.take(2) != b"\1\0":
                raise Malformed("damaged", f"no object at {address}")
            cursor.skip(6)
            size = cursor.number("I")
            cursor.skip(4)
        blocks = [(cursor.at, size)]
        self.spans.append((address, cursor.at + size + (4 if second else 0)))
        for start, length in blocks:  # grows while it is walked
            if start + length > len(self.data):
                raise Malformed("truncated", f"{length} bytes of a header at {start}")
            inner = Cursor(self.data, start, end=start + length)
            while inner.left() >= (4 + order if second else 8):
                kind, size = (
                    (inner.number("B"), inner.number("H")) if second else (inner.number("H"), inner.number("H"))
                )
                inner.skip(1 + order if second else 4)
                body = (inner.at, inner.at + size)
                inner.skip(size)
                if kind == 0x10:
                    blocks.append(self._continued(Cursor(self.data, body[0]), second))
                else:
                    yield kind, body
                if len(blocks) > 1000:
                    raise Malformed("limit_members", "a header in more than 1000 pieces")

    def _continued(self, cursor: Cursor, second: bool) -> tuple[int, int]:
        start, length = cursor.number("Q"), cursor.number("Q")
        if start in self._seen:
            raise Malformed("damaged", "a header that continues in itself")
        self._seen.add(start)
        self.spans.append((start, start + length))
        return (start + 4, length - 8) if second else (start, length)

    def _symbols(self, tree: int, heap: int) -> Iterator[tuple[str, int]]:
        """The members of a group of the old kind: names in a local heap, entries in the leaves of a B-tree."""
        cursor = Cursor(self.data, heap)
        if cursor.take(4) != b"HEAP":
            raise Malformed("damaged", f"no heap at {heap}")
        cursor.skip(4)
        size = cursor.number("Q")
        cursor.skip(8)
        start = cursor.number("Q")
        self.spans += [(heap, cursor.at), (start, start + size)]
        for node in self.leaves(tree, 0):
            leaf = Cursor(self.data, node)
            if leaf.take(4) != b"SNOD":
                raise Malformed("damaged", f"no leaf at {node}")
            leaf.skip(2)
            for _ in range(leaf.number("H")):
                name, target = leaf.number("Q"), leaf.number("Q")
                leaf.skip(24)
                end = self.data.find(b"\0", start + name, start + size)
                yield self.data[start + name : max(end, start + name)].decode("utf-8", "replace"), target
            self.spans.append((node, leaf.at))

    def leaves(self, tree: int, key: int) -> Iterator[int]:
        """What the lowest nodes of a version 1 B-tree point to, with the place of each key for chunks (key > 0)."""
        waiting = [tree]
        while waiting:
            node = waiting.pop(0)
            if node in self._seen or len(self._seen) > _MOST_BLOCKS:
                raise Malformed("damaged", "a tree that is none")
            self._seen.add(node)
            cursor = Cursor(self.data, node)
            if cursor.take(4) != b"TREE":
                raise Malformed("damaged", f"no tree at {node}")
            cursor.skip(1)
            level, used = cursor.number("B"), cursor.number("H")
            cursor.skip(16)
            for _ in range(used):
                place = cursor.at
                cursor.skip(key or 8)
                child = cursor.number("Q")
                if level:
                    waiting.append(child)
                else:
                    yield place if key else child
            self.spans.append((node, cursor.at + (key or 8)))

    def _link(self, cursor: Cursor) -> list[tuple[str, int]]:
        """A member named in the group's own header."""
        cursor.skip(1)
        flags = cursor.number("B")
        kind = cursor.number("B") if flags & 8 else 0
        cursor.skip((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
        name = cursor.take(cursor.number("BHIQ"[flags & 3])).decode("utf-8", "replace")
        if kind == 0:
            return [(name, cursor.number("Q"))]
        self.texts.append(f"{name}: {cursor.take(cursor.left()).decode('utf-8', 'replace')}")
        return []

    def _is_dense(self, cursor: Cursor, kind: int) -> bool:
        cursor.skip(1)
        flags = cursor.number("B")
        cursor.skip((8 if kind == 0x02 else 2) if flags & 1 else 0)
        return cursor.number("Q") != UNDEFINED

    def _attribute(self, cursor: Cursor, path: str) -> None:
        """An attribute as "path@name: value"."""
        version = cursor.number("B")
        cursor.skip(1)
        sizes = [cursor.number("H") for _ in range(3)]
        cursor.skip(1 if version == 3 else 0)
        pieces = []
        for size in sizes:
            pieces.append((cursor.at, cursor.at + size))
            cursor.skip(-(-size // 8) * 8 if version == 1 else size)
        name = self.data[pieces[0][0] : pieces[0][1]].rstrip(b"\0").decode("utf-8", "replace")
        kind = datatype(Cursor(self.data, pieces[1][0], end=pieces[1][1]))
        raw = cursor.take(cursor.left())
        self.texts.append(f"{path}@{name}: {self.value(kind, raw)}")

    def value(self, kind: Kind, raw: bytes) -> str:
        """The raw bytes of a few values in words."""
        if kind.variable:
            return " ".join(self.variable(raw))
        return kind.words(raw)

    def variable(self, raw: bytes) -> Iterator[str]:
        """Strings of any length, which lie in global heaps."""
        cursor = Cursor(raw)
        while cursor.left() >= 16:
            length, heap, index = cursor.number("I"), cursor.number("Q"), cursor.number("I")
            if length and heap not in (0, UNDEFINED):
                yield self._in_heap(heap, index)[:length].decode("utf-8", "replace")

    def _in_heap(self, heap: int, index: int) -> bytes:
        cursor = Cursor(self.data, heap)
        if cursor.take(4) != b"GCOL":
            raise Malformed("damaged", f"no heap at {heap}")
        cursor.skip(4)
        end = heap + cursor.number("Q")
        self.spans.append((heap, cursor.at))
        while cursor.at + 16 <= min(end, len(self.data)):
            number = cursor.number("H")
            cursor.skip(6)
            size = cursor.number("Q")
            if number == index:
                self.spans.append((cursor.at - 16, cursor.at + size))
                return cursor.take(size)
            if number == 0:
                break
            cursor.skip(-(-size // 8) * 8)
        raise Malformed("damaged", f"nothing of number {index} in the heap at {heap}")
