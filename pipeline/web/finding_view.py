"""What the finding's page shows: the passage in its text, the way to its verdict, who decided what."""

from __future__ import annotations

from dataclasses import dataclass

from .. import packing
from ..policy import Policy
from ..report.cards import place
from ..report.result import DocumentRow, Finding, VerdictReason
from ..store.decisions import Kept
from ..store.people import Person
from ..store.queue import Case, Item
from ..store.store import Store

_RULINGS = {"share": "share", "case_by_case": "case by case", "dont_share": "don't share"}
CONTEXT, MORE_CONTEXT = 600, 6000  # code points on each side


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A stretch of the document: what stands before the passage, in it, and behind it; `hit` is what was recognised."""

    before: str = ""
    lead: str = ""
    hit: str = ""
    tail: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One finding, or one reason that rests on none, as a reviewer sees it."""

    item: Item
    case: Case
    row: DocumentRow
    finding: Finding | None
    reason: VerdictReason | None
    text: Text
    where: str
    decisions: list[Kept]
    blind: bool
    alike: int
    position: int
    total: int
    before: str
    after: str

    @property
    def title(self) -> str:
        if self.finding is not None:
            words = self.finding.title or self.finding.sentence or self.finding.rule_id
        else:
            words = self.reason.detail if self.reason else self.item.rule_id
        return words[:1].upper() + words[1:]


def view(store: Store, item: Item, person: Person, *, more: bool = False) -> View:
    """Gather it. A second look is blind: whoever has not decided yet does not see what others said."""
    case = store.queue.case(item.case_id)
    row = store.queue.result(case.result_id)
    finding = row.findings[item.number] if item.kind == "finding" and item.number < len(row.findings) else None
    reasons = row.verdict_reasons
    reason = reasons[item.number] if item.kind == "reason" and item.number < len(reasons) else None
    every = [one.id for one in store.queue.items(case.id) if one.state != "gone"]
    here = every.index(item.id) if item.id in every else -1
    made = store.decisions.of(item.id)
    own = any(kept.person_id == person.id and kept.undone_at is None for kept in made)
    blind = item.state == "second" and not own
    return View(
        item=item,
        case=case,
        row=row,
        finding=finding,
        reason=reason,
        text=_text(store, case, row, finding, MORE_CONTEXT if more else CONTEXT) if finding else Text(),
        where=place(finding.location, top=row.name) if finding else "",
        decisions=[] if blind else made,
        blind=blind,
        alike=store.queue.count_alike(item.fingerprint) - 1,
        position=here + 1,
        total=len(every),
        before=every[here - 1] if here > 0 else "",
        after=every[here + 1] if 0 <= here < len(every) - 1 else "",
    )


def _text(store: Store, case: Case, row: DocumentRow, finding: Finding, context: int) -> Text:
    """The passage where it stands; its quote alone where the text is not kept, or a secret is in it."""
    quoted = Text(
        lead=finding.quote[: finding.highlight.start],
        hit=finding.quote[finding.highlight.start : finding.highlight.end],
        tail=finding.quote[finding.highlight.end :],
    )
    packed = store.results.reading(case.sha256, case.name, store.queue.reader_of(case.result_id))
    if packed is None or any(one.detector == "secret" for one in row.findings):  # quotes mask it, the text does not
        return quoted
    where, span = finding.location, finding.location.codepoint_range
    for document in packing.unpack(packed):
        if document.blob.location != where.document:
            continue
        for part in document.parts:
            if part.path == where.part and len(part.text) >= span.end:
                start, end = span.start + finding.span.start, span.start + finding.span.end
                return Text(
                    before=part.text[max(0, span.start - context) : span.start],
                    lead=part.text[span.start : start],
                    hit=part.text[start:end],
                    tail=part.text[end : span.end],
                    after=part.text[span.end : span.end + context],
                )
    return quoted


def matrix(policy: Policy) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Fig. 2 as rows: the answer on capability, and for each answer on proprietary the cell, its ruling and tier."""
    answers = ("no", "unclear", "yes")
    return [
        (
            capability,
            [
                (cell.id, _RULINGS[cell.ruling], cell.tier)
                for proprietary in answers
                for cell in [policy.matrix[proprietary, capability]]  # type: ignore[index]
            ],
        )
        for capability in reversed(answers)
    ]
