"""Where a run keeps what its tasks work on, so that Prefect sees hashes, rule ids and gap codes, and never a text.

Tasks are threads of one process: they get the bench's name and the number of a shard, and find the rest here.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from pipeline.intake import Source
from pipeline.report.result import DocumentRow
from pipeline.scan import Kit
from pipeline.types import Blob, Document, Gap, Passage, Tag

Found = tuple[tuple[Passage, ...], tuple[Tag, ...], tuple[Gap, ...]]


@dataclass(slots=True, kw_only=True)
class Shard:
    """Some files on their way; each stage fills one list, in the order of `sources`."""

    sources: Sequence[Source]
    opened: list[Blob | Gap] = field(default_factory=list)
    documents: list[tuple[Document, ...]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    rows: list[DocumentRow] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Bench:
    """The kit and the shards of one run. One shard is read, and one tagged, at a time: an assembly line."""

    kit: Kit
    today: date
    shards: dict[int, Shard] = field(default_factory=dict)
    reading: threading.Lock = field(default_factory=threading.Lock)
    tagging: threading.Lock = field(default_factory=threading.Lock)


_BENCHES: dict[str, Bench] = {}


@contextmanager
def laid_out(kit: Kit, today: date) -> Iterator[tuple[str, Bench]]:
    """A bench and the name by which tasks find it, until the run ends."""
    name, bench = uuid.uuid4().hex, Bench(kit=kit, today=today)
    _BENCHES[name] = bench
    try:
        yield name, bench
    finally:
        del _BENCHES[name]


def find(name: str) -> Bench:
    return _BENCHES[name]
