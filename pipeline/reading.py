"""Reads a file and everything inside it, child by child, within one budget for the whole file."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.types import Blob, Document, Gap, Part


@dataclass(slots=True)
class Budget:
    """What is left of the limits of one top-level file."""

    members: int
    unpacked_bytes: int
    text_chars: int
    seconds: float
    ocr_seconds: float

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        return cls(
            members=limits.members,
            unpacked_bytes=limits.unpacked_bytes,
            text_chars=limits.text_chars,
            seconds=limits.wall_seconds,
            ocr_seconds=limits.ocr_wall_seconds,
        )

    def limits(self, limits: Limits) -> Limits:
        """`limits` cut down to what is left."""
        return replace(
            limits,
            members=self.members,
            unpacked_bytes=self.unpacked_bytes,
            text_chars=self.text_chars,
            wall_seconds=self.seconds,
            ocr_wall_seconds=self.ocr_seconds,
        )

    def spend(self, document: Document, seconds: float) -> None:
        self.members -= len(document.children)
        self.unpacked_bytes -= sum(len(child.data) for child in document.children)
        self.text_chars -= sum(len(part.text) for part in document.parts)
        if document.ocr_pages:
            self.ocr_seconds -= seconds
        else:
            self.seconds -= seconds


def read(blob: Blob, sandbox: Sandbox, limits: Limits) -> tuple[Document, ...]:
    """The documents of `blob`: itself first, then what was found inside, breadth first.

    Equal bytes are read once and listed as often as they occur. Raises SandboxError; never because of a document.
    """
    budget = Budget.of(limits)
    waiting = deque([(blob, 0)])
    documents: list[Document] = []
    known: dict[tuple[str, str], Document] = {}
    while waiting:
        current, depth = waiting.popleft()
        key = (current.sha256, PurePosixPath(current.name).suffix)
        document = _again(current, known[key]) if key in known else _read(current, depth, sandbox, limits, budget)
        known.setdefault(key, document)
        documents.append(document)
        waiting.extend((child, depth + 1) for child in document.children)
    return tuple(documents)


def _again(blob: Blob, before: Document) -> Document:
    """The document of equal bytes, under the name and in the place of `blob`; its children are already listed."""
    parts = tuple(
        replace(part, text=blob.name) if part.kind == "name" and part.path == "name" else part for part in before.parts
    )
    return replace(before, blob=replace(blob, media_type=before.blob.media_type), parts=parts, children=())


def _read(blob: Blob, depth: int, sandbox: Sandbox, limits: Limits, budget: Budget) -> Document:
    if not blob.data and depth:
        name = Part(kind="name", text=blob.name, path="name")
        return Document(blob=blob, extractor="empty", grade=sandbox.grade, parts=(name,))
    code = _exhausted(depth, limits, budget)
    if code:
        return Document(blob=blob, extractor="", grade=sandbox.grade, gaps=(Gap(stage="extract", code=code, path=""),))
    start = time.monotonic()
    document = sandbox.read(blob, budget.limits(limits))
    budget.spend(document, time.monotonic() - start)
    return document


def _exhausted(depth: int, limits: Limits, budget: Budget) -> str:
    if depth > limits.depth:
        return "limit_depth"
    if budget.text_chars <= 0:
        return "limit_text"
    return "timed_out" if budget.seconds <= 0 else ""
