"""From a scan's nouns to the stored result."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from typing import Any

from ..policy import Policy
from ..types import Evidence, Outcome, Passage, Reason, ScanResult, Step, Tag, Verdict, Where
from .result import (
    BoxRow,
    Coverage,
    Digest,
    DocumentRow,
    EvidenceRow,
    ExplanationRow,
    Finding,
    Head,
    Language,
    Location,
    NoticeRow,
    Range,
    Risk,
    StepRow,
    TermRow,
    Tool,
    UnreadRow,
    VerdictReason,
)


def head(policy: Policy, *, model_version: str, model_sha256: str) -> Head:
    """A new run's own."""
    return Head(
        run_id=str(uuid.uuid4()),
        tool=Tool(version=metadata.version("sharelight")),
        policy=Digest(version=policy.version, sha256=policy.sha256),
        model=Digest(version=model_version, sha256=model_sha256),
    )


Mask = Callable[[str], str]


def document_row(result: ScanResult, *, policy: Policy, audience: str, context: int = 160) -> DocumentRow:
    """The result of one file for `audience`. `context` is how many code points of a passage to quote on each side."""
    verdict = result.verdict(audience)
    top = result.documents[0]
    document_id = _digest(result.uri, top.blob.sha256)
    because = reasons_by_tag(verdict)
    mask = _mask(result.tags)
    findings = {id(tag): _finding(tag, because.get(id(tag)), policy, document_id, context, mask) for tag in result.tags}
    return DocumentRow(
        document_id=document_id,
        uri=result.uri,
        name=top.blob.name,
        sha256=top.blob.sha256,
        media_type=top.blob.media_type,
        size_bytes=top.blob.size,
        page_count=top.page_count,
        language=Language(code=result.language[0], confidence=result.language[1]) if result.language else None,
        verdict=verdict.outcome.id,
        audience=audience,
        verdicts={each.audience: each.outcome.id for each in result.verdicts},
        verdict_reasons=tuple(told(reason, findings) for reason in verdict.reasons),
        decided_on=verdict.decided_on.isoformat(),
        coverage=_coverage(result, verdict),
        notices=tuple(
            NoticeRow(part=n.path, code=n.code, visibility=n.visibility, detail=n.detail) for n in result.notices
        ),
        passages_total=sum(not passage.joined for passage in result.passages),
        findings=tuple(sorted(findings.values(), key=_reading_order)),
    )


_SHORTEST = 4  # a "secret" of fewer characters would blot out half of the report


def _mask(tags: Iterable[Tag]) -> Mask:
    """Dots for every secret found in the file, wherever it is quoted: a report must not spread what it warns of."""
    spans = {tag.passage.text[tag.start : tag.end] for tag in tags if tag.detector == "secret"}
    secrets = sorted((span for span in spans if len(span) >= _SHORTEST), key=len, reverse=True)

    def mask(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "•" * len(secret))
        return text

    return mask


def _digest(*parts: object) -> str:
    """Eight hexadecimal digits in two groups: short enough to read out over the telephone."""
    name = hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[:4]}-{name[4:8]}"


def reasons_by_tag(verdict: Verdict) -> Mapping[int, Reason]:
    """The strictest reason that cites each tag."""
    strictest: dict[int, Reason] = {}
    for reason in sorted(verdict.reasons, key=lambda reason: reason.outcome):
        for tag in reason.tags:
            strictest[id(tag)] = reason
    return strictest


def _reading_order(finding: Finding) -> tuple[str, int, str, int, str]:
    place = finding.location
    return (place.document, place.page or place.slide or 0, place.part, place.codepoint_range.start, finding.rule_id)


def told(reason: Reason, findings: Mapping[int, Finding]) -> VerdictReason:
    """The reason as it is stored; `findings` are those of its tags, by the tags' identity."""
    return VerdictReason(
        code=reason.code,
        detail=reason.sentence,
        rule_id=reason.rule,
        outcome=reason.outcome.id,
        finding_ids=tuple(findings[id(tag)].finding_id for tag in reason.tags if id(tag) in findings),
    )


def _coverage(result: ScanResult, verdict: Verdict) -> Coverage:
    read = sum(len(document.parts) for document in result.documents)
    lost = {(gap.path, gap.stage) for gap in result.gaps}
    return Coverage(
        parts_total=read + len(lost),
        parts_read=read,
        ocr_pages=sum(document.ocr_pages for document in result.documents),
        sandbox=verdict.grade,
        unread=tuple(UnreadRow(part=g.path, code=g.code, stage=g.stage, detail=g.detail) for g in result.gaps),
    )


def _finding(tag: Tag, reason: Reason | None, policy: Policy, document_id: str, context: int, mask: Mask) -> Finding:
    quote, highlight = _quote(tag, context, mask)
    place = tag.passage
    return Finding(
        finding_id=_finding_id(document_id, _location(place), tag.category, tag.rule),
        fingerprint=tag.fingerprint,
        category=tag.category,
        rule_id=tag.rule,
        detector=tag.detector,
        score=round(tag.score, 4),
        certain=tag.certain,
        quote=quote,
        highlight=highlight,
        span=Range(start=tag.start, end=tag.end),
        location=_location(place),
        evidence=_evidence(tag.evidence, mask),
        explanation=ExplanationRow(
            summary=tag.explanation.summary,
            original_score=tag.explanation.original_score,
            context_adjustment=tag.explanation.context_adjustment,
            matched=tuple(map(mask, tag.explanation.matched)),
            top_terms=tuple(TermRow(term=term.term, weight=term.weight) for term in tag.explanation.top_terms),
        ),
        **judged(tag.category, reason, policy),
    )


def judged(name: str | None, reason: Reason | None, policy: Policy) -> dict[str, Any]:
    """The fields of a finding that the policy gives: how its category is called, and what came of it by which steps."""
    category = policy.categories.get(name) if name else None
    last = reason.steps[-1] if reason and reason.steps else None
    return {
        "title": category.title if category else "",
        "tier": category.tier if category else None,
        "outcome": (reason.outcome if reason else Outcome.SHAREABLE).id,
        "risk": Risk(proprietary=last.proprietary, capability=last.capability) if last else None,
        "adjustments": reason.adjustments if reason else (),
        "steps": tuple(_step(step) for step in reason.steps) if reason else (),
        "cell": reason.cell if reason else "",
        "sentence": reason.sentence if reason else "",
        "source": reason.source if reason else "",
        "benefits": reason.benefits if reason else (),
    }


def moved(row: DocumentRow, uri: str) -> DocumentRow:
    """The row of the same bytes under the same name in another place: its references are other ones."""
    document_id = _digest(uri, row.sha256)
    if (uri, document_id) == (row.uri, row.document_id):
        return row
    ids = {f.finding_id: _finding_id(document_id, f.location, f.category, f.rule_id) for f in row.findings}
    reasons = tuple(
        reason.model_copy(update={"finding_ids": tuple(ids[each] for each in reason.finding_ids)})
        for reason in row.verdict_reasons
    )
    renamed = tuple(finding.model_copy(update={"finding_id": ids[finding.finding_id]}) for finding in row.findings)
    return row.model_copy(
        update={"uri": uri, "document_id": document_id, "verdict_reasons": reasons, "findings": renamed}
    )


def _finding_id(document_id: str, place: Location, category: str | None, rule: str) -> str:
    return _digest(document_id, place.document, place.part, place.codepoint_range.start, place.codepoint_range.end,
                   category, rule)  # fmt: skip


def _step(step: Step) -> StepRow:
    return StepRow(rule_id=step.rule, proprietary=step.proprietary, capability=step.capability, sentence=step.sentence)


def _evidence(evidence: Iterable[Evidence], mask: Mask) -> tuple[EvidenceRow, ...]:
    return tuple(
        EvidenceRow(
            facet=each.facet,
            rule_id=each.rule,
            start=each.start,
            end=each.end,
            quote=mask(each.quote),
            entry=each.entry,
            audience=each.audience,
            valid_from=each.valid_from.isoformat() if each.valid_from else None,
            valid_until=each.valid_until.isoformat() if each.valid_until else None,
        )
        for each in evidence
    )


def _location(passage: Passage) -> Location:
    where: Where = passage.where
    return Location(
        document=passage.location,
        part=passage.path,
        kind=passage.kind,
        visibility=passage.visibility,
        page=where.page,
        slide=where.slide,
        sheet=where.sheet,
        cell=where.cell,
        line=where.line,
        section=where.section,
        codepoint_range=Range(start=passage.start, end=passage.end),
        boxes=tuple(BoxRow(page=b.page, x0=b.x0, y0=b.y0, x1=b.x1, y1=b.y1) for b in where.boxes),
    )


def _quote(tag: Tag, context: int, mask: Mask) -> tuple[str, Range]:
    """The passage around what was recognised, cut at word ends, with an ellipsis wherever something was left out."""
    text = mask(tag.passage.text)
    start, end = (tag.start, tag.end) if 0 <= tag.start < tag.end <= len(text) else (0, len(text))
    left = max(0, start - context)
    right = min(len(text), end + context if (start, end) != (0, len(text)) else max(2 * context, 1))
    if left:
        left = text.find(" ", left, start) + 1 or left
    if right < len(text):
        right = max(text.rfind(" ", end, right), end) if end < right else right
    before, after = "…" if left else "", "…" if right < len(text) else ""
    shift = len(before) - left
    quote = f"{before}{text[left:right]}{after}"
    return quote, Range(start=max(0, start + shift), end=min(len(quote) - len(after), end + shift))
