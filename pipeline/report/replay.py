"""A stored result back into tags, gaps and notices, so that its verdict can be decided again."""

from __future__ import annotations

from datetime import date

from .. import decide
from ..policy import Policy
from ..types import Evidence, Explanation, Gap, Notice, Passage, Tag, Verdict, Where
from .result import DocumentRow, EvidenceRow, Finding


def replay(row: DocumentRow, *, policy: Policy, model_sha256: str, audience: str | None = None) -> Verdict:
    """Decide `row` again, as of the day it was decided, under `policy`. No file is opened, nothing recognised anew."""
    return decide.decide(
        tuple(_tag(finding) for finding in row.findings),
        tuple(Gap(stage=u.stage, code=u.code, path=u.part, detail=u.detail) for u in row.coverage.unread),
        tuple(Notice(code=n.code, path=n.part, visibility=n.visibility, detail=n.detail) for n in row.notices),
        policy=policy,
        audience=audience or row.audience,
        today=date.fromisoformat(row.decided_on),
        grade=row.coverage.sandbox,
        model_sha256=model_sha256,
    )


def _tag(finding: Finding) -> Tag:
    return Tag(
        passage=_passage(finding),
        category=finding.category,
        detector=finding.detector,
        rule=finding.rule_id,
        score=finding.score,
        start=finding.span.start,
        end=finding.span.end,
        certain=finding.certain,
        evidence=tuple(_evidence(each) for each in finding.evidence),
        explanation=Explanation(summary=finding.explanation.summary),
        fingerprint=finding.fingerprint,
    )


def _passage(finding: Finding) -> Passage:
    place = finding.location
    return Passage(
        text=finding.quote,
        kind=place.kind,
        location=place.document,
        path=place.part,
        start=place.codepoint_range.start,
        end=place.codepoint_range.end,
        where=Where(
            page=place.page,
            slide=place.slide,
            sheet=place.sheet,
            cell=place.cell,
            line=place.line,
            section=place.section,
        ),
        visibility=place.visibility,
    )


def _evidence(row: EvidenceRow) -> Evidence:
    return Evidence(
        facet=row.facet,
        rule=row.rule_id,
        start=row.start,
        end=row.end,
        quote=row.quote,
        entry=row.entry,
        audience=row.audience,
        valid_until=date.fromisoformat(row.valid_until) if row.valid_until else None,
    )
