"""A stored result back into tags, gaps and notices, so that its verdict can be decided again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .. import decide
from ..policy import Policy
from ..types import Evidence, Explanation, Gap, Notice, Passage, Tag, Verdict, Where
from . import build
from .result import DocumentRow, EvidenceRow, Finding


def replay(row: DocumentRow, *, policy: Policy, model_sha256: str, audience: str | None = None) -> Verdict:
    """Decide `row` again, as of the day it was decided, under `policy`. No file is opened, nothing recognised anew."""
    return decide.decide(
        tuple(_tag(finding) for finding in row.findings),
        _gaps(row),
        _notices(row),
        policy=policy,
        audience=audience or row.audience,
        today=date.fromisoformat(row.decided_on),
        grade=row.coverage.sandbox,
        model_sha256=model_sha256,
    )


def decided_again(row: DocumentRow, *, policy: Policy, audience: str, today: date, model_sha256: str) -> DocumentRow:
    """The row as `policy` has it on `today`, from its findings, gaps and notices alone: as if scanned from scratch."""
    names = tuple(dict.fromkeys((*policy.audience_ids, audience)))
    tags, verdicts = verdicts_of(row, policy=policy, audiences=names, today=today, model_sha256=model_sha256)
    verdict = verdicts[audience]
    because = build.reasons_by_tag(verdict)
    findings = tuple(
        finding.model_copy(update=build.judged(tag.category, because.get(id(tag)), policy))
        for tag, finding in zip(tags, row.findings, strict=True)
    )
    by_tag = {id(tag): finding for tag, finding in zip(tags, findings, strict=True)}
    return row.model_copy(
        update={
            "verdict": verdict.outcome.id,
            "audience": audience,
            "verdicts": {name: each.outcome.id for name, each in verdicts.items()},
            "verdict_reasons": tuple(build.told(reason, by_tag) for reason in verdict.reasons),
            "decided_on": today.isoformat(),
            "findings": findings,
        }
    )


def verdicts_of(
    row: DocumentRow, *, policy: Policy, audiences: Sequence[str], today: date, model_sha256: str
) -> tuple[tuple[Tag, ...], dict[str, Verdict]]:
    """The findings of `row` as tags, and the verdict on them for each of `audiences`."""
    tags = tuple(_tag(finding) for finding in row.findings)
    verdicts = {
        name: decide.decide(
            tags, _gaps(row), _notices(row), policy=policy, audience=name, today=today, grade=row.coverage.sandbox,
            model_sha256=model_sha256,
        )
        for name in audiences
    }  # fmt: skip
    return tags, verdicts


def _gaps(row: DocumentRow) -> tuple[Gap, ...]:
    return tuple(Gap(stage=u.stage, code=u.code, path=u.part, detail=u.detail) for u in row.coverage.unread)


def _notices(row: DocumentRow) -> tuple[Notice, ...]:
    return tuple(Notice(code=n.code, path=n.part, visibility=n.visibility, detail=n.detail) for n in row.notices)


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
        valid_from=date.fromisoformat(row.valid_from) if row.valid_from else None,
        valid_until=date.fromisoformat(row.valid_until) if row.valid_until else None,
    )
