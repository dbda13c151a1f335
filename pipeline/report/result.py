"""The stored result: the JSON that every report is rendered from and that a verdict can be replayed from.

Names and units are those of the published format: snake_case, Unicode code points, half-open ranges, boxes in PDF
points from the top left. `schemas/result.schema.json` is generated from these models.
"""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from ..types import Answer, Grade, Outcome, PartKind, Stage, Visibility

SCHEMA_VERSION = "1.0"
VerdictId = Literal["shareable", "needs_review", "held_back"]
ReasonCode = Literal["category", "unread_part", "language_not_covered", "type_mismatch", "marking", "signal"]


class Row(BaseModel):
    """Base of every row. Names and texts may hold halves of characters, which no JSON can: those are spelt out."""

    # Deferred, since `check` starts often and needs few of these validators.
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        if isinstance(value, tuple):
            return tuple(map(cls._whole, value))
        return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value


class Digest(Row):
    version: str
    sha256: str


class Tool(Row):
    name: str = "sharelight"
    version: str


class Language(Row):
    code: str
    confidence: float


class VerdictReason(Row):
    code: ReasonCode
    detail: str
    rule_id: str
    outcome: VerdictId
    finding_ids: tuple[str, ...] = ()


class UnreadRow(Row):
    part: str
    code: str
    stage: Stage
    detail: str = ""


class NoticeRow(Row):
    part: str
    code: str
    visibility: Visibility
    detail: str = ""


class Coverage(Row):
    parts_total: int
    parts_read: int
    ocr_pages: int
    sandbox: Grade
    unread: tuple[UnreadRow, ...]


class Range(Row):
    start: int
    end: int


class BoxRow(Row):
    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class Location(Row):
    """`document` is the container path ("outer.zip!inner.docx"), `part` the part's path inside it."""

    document: str
    part: str
    kind: PartKind
    visibility: Visibility
    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    section: str | None = None
    codepoint_range: Range
    boxes: tuple[BoxRow, ...] = ()


class Risk(Row):
    proprietary: Answer
    capability: Answer


class StepRow(Row):
    rule_id: str
    proprietary: Answer
    capability: Answer
    sentence: str


class EvidenceRow(Row):
    facet: str
    rule_id: str
    start: int
    end: int
    quote: str
    entry: str = ""
    audience: str = ""
    valid_from: str | None = None
    valid_until: str | None = None


class TermRow(Row):
    term: str
    weight: float


class ExplanationRow(Row):
    summary: str
    original_score: float | None
    context_adjustment: float
    matched: tuple[str, ...]
    top_terms: tuple[TermRow, ...]


class Finding(Row):
    """One tag with the reason that it gave. `highlight` is the stretch of `quote` that was recognised."""

    finding_id: str
    fingerprint: str
    category: str | None
    title: str
    tier: Literal["no_brainer", "gray_area", "high_trust"] | None
    rule_id: str
    detector: str
    score: float
    certain: bool
    outcome: VerdictId
    risk: Risk | None
    adjustments: tuple[str, ...]
    steps: tuple[StepRow, ...]
    cell: str
    sentence: str
    source: str
    benefits: tuple[str, ...]
    quote: str
    highlight: Range
    span: Range
    location: Location
    evidence: tuple[EvidenceRow, ...]
    explanation: ExplanationRow


class DocumentRow(Row):
    """One file as it was found; what lay inside it is counted and cited here, never a row of its own."""

    document_id: str
    uri: str
    name: str
    sha256: str
    media_type: str
    size_bytes: int
    page_count: int | None
    language: Language | None
    verdict: VerdictId
    audience: str
    verdicts: dict[str, VerdictId]
    verdict_reasons: tuple[VerdictReason, ...]
    decided_on: str
    coverage: Coverage
    notices: tuple[NoticeRow, ...]
    passages_total: int
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        return Outcome[self.verdict.upper()]


class Summary(Row):
    documents: int = 0
    shareable: int = 0
    needs_review: int = 0
    held_back: int = 0
    errors: int = 0

    def plus(self, row: DocumentRow) -> Summary:
        return self.model_copy(update={"documents": self.documents + 1, row.verdict: getattr(self, row.verdict) + 1})


class ErrorRow(Row):
    """Something named on the command line that is no document: it makes the run end in exit code 2."""

    uri: str
    message: str


class Head(Row):
    """What is known before the first document: who decided, by which rules, with which model."""

    schema_version: str = SCHEMA_VERSION
    run_id: str
    tool: Tool
    policy: Digest
    model: Digest


class RunResult(Head):
    """A whole run, as `-f json` writes it."""

    documents: tuple[DocumentRow, ...]
    summary: Summary
    errors: tuple[ErrorRow, ...]


def schema() -> str:
    """The JSON Schema of a run: what `schemas/result.schema.json` must hold."""
    return json.dumps(RunResult.model_json_schema(mode="serialization"), indent=1, ensure_ascii=False) + "\n"
