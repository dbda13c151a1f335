"""The nouns of sharelight: what travels from bytes to a verdict.

Everything here is frozen, keyword-only and free of behaviour beyond small derived properties.
This module imports nothing of ours, so that every other one may import it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Literal

PartKind = Literal[
    "body", "table", "note", "comment", "revision", "header", "metadata", "image", "name", "code", "artefact"
]  # fmt: skip
Visibility = Literal["visible", "hidden", "deleted"]
Role = Literal["paragraph", "heading", "list_item", "header_row", "row", "line"]
Stage = Literal["intake", "extract", "segment", "detect"]
Grade = Literal["A", "B", "C"]
Answer = Literal["no", "unclear", "yes"]


class Outcome(IntEnum):
    """The traffic light. The order is the meaning: `max()` of two outcomes is the stricter one."""

    SHAREABLE = 0
    NEEDS_REVIEW = 1
    HELD_BACK = 2

    @property
    def id(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a page, in PDF points with the origin at the top left; `page` counts from 1."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place inside one document. Numbers count from 1; what does not apply stays None or empty."""

    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    section: str | None = None
    boxes: tuple[Box, ...] = ()


NOWHERE = Where()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Bytes with a name, as they came in or as they were found inside a container.

    `container` is the chain of names around it ("outer.zip!mail.eml"), empty for a top-level file;
    `location` adds its own name. `kept_size` is how many bytes there were where they are no longer here.
    """

    name: str
    data: bytes = field(repr=False)
    sha256: str
    media_type: str = "application/octet-stream"
    container: str = ""
    kept_size: int = 0

    @classmethod
    def of(cls, data: bytes, *, name: str, container: str = "", media_type: str = "application/octet-stream") -> Blob:
        digest = hashlib.sha256(data).hexdigest()
        return cls(name=name, data=data, sha256=digest, media_type=media_type, container=container)

    @property
    def size(self) -> int:
        return len(self.data) or self.kept_size

    @property
    def location(self) -> str:
        return f"{self.container}!{self.name}" if self.container else self.name

    def inside(self, path: str) -> str:
        """The full path of one of its parts; `path` is empty for the blob itself."""
        return f"{self.location}!{path}" if path else self.location


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch [start, end) of a part's text, in Unicode code points, with its role and own place."""

    start: int
    end: int
    role: Role = "paragraph"
    where: Where = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that was read: a page, a sheet, a comment stream, the metadata.

    `path` names it inside its document ("word/comments.xml", "page/4"). `blocks` divide the text into
    paragraphs and rows; a part without blocks is divided at its blank lines.
    """

    kind: PartKind
    text: str
    path: str
    where: Where = NOWHERE
    visibility: Visibility = "visible"
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something unread or undecided, with a code of `gaps.CODES`. A gap is never clean."""

    stage: Stage
    code: str
    path: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An observation about a document as such (older revisions, macros, covered text), not about its content."""

    code: str
    path: str
    visibility: Visibility = "visible"
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one blob gave: parts read, gaps, notices, and the blobs found inside it."""

    blob: Blob
    extractor: str
    parts: tuple[Part, ...] = ()
    children: tuple[Blob, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notices: tuple[Notice, ...] = ()
    grade: Grade = "C"
    page_count: int | None = None
    ocr_pages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """A copy of a text made for matching; `offsets[i]` is where its i-th code point came from.

    `offsets` has one entry more than the text (the end); None means that nothing moved.
    """

    text: str
    offsets: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind [start, end) of the copy."""
        if self.offsets is None or start >= end:
            return start, end
        behind = self.offsets[start:end]  # not sorted where the original runs right to left
        return min(behind), max(behind) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The smallest piece that a reviewer would judge on its own.

    `text` is as written: `part_text[start:end]`. `lead` is what a reader takes along from around it (table header,
    a short line before); it may tighten a judgement, never loosen it. `matching` is the normalised copy of `reading`.
    `location` is the document's location, `path` the part's.
    """

    text: str
    kind: PartKind
    location: str
    path: str
    start: int
    end: int
    where: Where = NOWHERE
    visibility: Visibility = "visible"
    lead: str = ""
    joined: bool = False
    matching: Matching = Matching(text="")

    @property
    def reading(self) -> str:
        return f"{self.lead}\n{self.text}" if self.lead else self.text

    @property
    def text_offset(self) -> int:
        """Where `text` begins inside `reading`."""
        return len(self.lead) + 1 if self.lead else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words (or a register entry) that make an adjustment fire. [start, end) counts in the passage's `text`.

    A register entry may bind itself to one audience and has a first day, often a last one; `decide` holds it
    against them.
    """

    facet: str
    rule: str
    start: int = 0
    end: int = 0
    quote: str = ""
    entry: str = ""
    audience: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def in_force(self, today: date) -> bool:
        """Whether it counts on that day; words count always."""
        begun = self.valid_from is None or self.valid_from <= today
        return begun and (self.valid_until is None or today <= self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term and what it added to a score."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a detector tagged what it tagged, in words a reviewer can check."""

    summary: str = ""
    original_score: float | None = None
    context_adjustment: float = 0.0
    matched: tuple[str, ...] = ()
    top_terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A detector's claim about a passage: it carries `category` (None for markings and signals).

    `certain` is False where the detector only suspects it: enough for review, not enough to hold.
    """

    passage: Passage
    category: str | None
    detector: str
    rule: str
    score: float
    start: int = 0
    end: int = 0
    certain: bool = True
    evidence: tuple[Evidence, ...] = ()
    explanation: Explanation = Explanation()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the way to an outcome: the risk answers after `rule`."""

    rule: str
    proprietary: Answer
    capability: Answer
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an outcome: one sentence, the rule behind it, and the tags, gaps or notices that it rests on."""

    code: Literal["category", "unread_part", "language_not_covered", "type_mismatch", "marking", "signal"]
    rule: str
    outcome: Outcome
    sentence: str
    tags: tuple[Tag, ...] = ()
    steps: tuple[Step, ...] = ()
    adjustments: tuple[str, ...] = ()
    cell: str = ""
    source: str = ""
    benefits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision for one audience, with everything needed to replay it."""

    outcome: Outcome
    audience: str
    reasons: tuple[Reason, ...]
    policy_version: str
    policy_sha256: str
    model_sha256: str
    grade: Grade
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Everything known about one file: `documents[0]` is the file itself, the others were found inside it."""

    uri: str
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    tags: tuple[Tag, ...]
    gaps: tuple[Gap, ...]
    notices: tuple[Notice, ...]
    verdicts: tuple[Verdict, ...]
    language: tuple[str, float] | None = None

    def verdict(self, audience: str) -> Verdict:
        return next(v for v in self.verdicts if v.audience == audience)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person decided about a finding. Appended; it never overwrites a verdict."""

    finding: str
    reviewer: str
    decision: Literal["confirm", "not_sensitive", "unsure"]
    reason: str
    comment: str
    at: str
