"""`/v1`: findings and what is decided about them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ..review import TO_DO
from ..store.decisions import MOST_AT_ONCE, Choice
from ..store.queue import Case, Item
from .guards import Decider, Reader, StoreOf

router = APIRouter(prefix="/v1")


class DecisionIn(BaseModel):
    """A decision as a program sends it."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["confirm", "not_sensitive", "unsure"]
    category: str | None = None
    reason: str = Field("", max_length=32)
    comment: str = Field("", max_length=4000)

    def choice(self) -> Choice:
        return Choice(decision=self.decision, category=self.category, reason=self.reason, comment=self.comment)


class BulkIn(DecisionIn):
    """Many at once; first with `dry_run`, which says what would keep each of them from being decided."""

    findings: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE)
    dry_run: bool = True


@router.get("/findings")
def findings(
    store: StoreOf, _: Reader, status: Annotated[str, Query(max_length=16)] = "todo",
    category: Annotated[str | None, Query(max_length=64)] = None, cursor: Annotated[str, Query(max_length=24)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:  # fmt: skip
    """Findings in the order of their ids; `next_cursor` is where the next page begins, null at the end."""
    states = TO_DO if status == "todo" else () if status == "all" else (status,)
    found = store.queue.search(states=states, category=category, after=cursor, size=limit)
    return {
        "findings": [_told(item, case) for item, case in found],
        "next_cursor": found[-1][0].id if len(found) == limit else None,
    }


@router.get("/findings/{name}")
def finding(request: Request, response: Response, store: StoreOf, shown: Reader, name: str) -> dict[str, Any]:
    """One finding with its passage and its decisions; the ETag is what `If-Match` of a decision names."""
    from .finding_view import view

    item = store.queue.item(name)
    if item is None:
        raise HTTPException(404, "there is no such finding")
    seen = view(store, item, shown.person)
    response.headers["ETag"] = f'"{item.version}"'
    made = [
        {"id": kept.id, "by": kept.person, "decision": kept.decision, "category": kept.category, "reason": kept.reason,
         "comment": kept.comment, "at": kept.at, "undone_at": kept.undone_at}
        for kept in seen.decisions
    ]  # fmt: skip
    detail = seen.finding.model_dump(mode="json") if seen.finding else None
    return _told(item, seen.case) | {"finding": detail, "decisions": made, "blind": seen.blind}


@router.post("/findings/{name}/decisions", status_code=201)
def decide(
    request: Request, response: Response, store: StoreOf, shown: Decider, name: str, body: DecisionIn,
    if_match: Annotated[str | None, Header()] = None,
    idempotency_key: Annotated[str | None, Header(max_length=80)] = None,
) -> dict[str, Any]:  # fmt: skip
    """Decide. 412 where somebody was faster, 409 where the rules of review say no, 428 without `If-Match`."""
    if if_match is None:
        raise HTTPException(428, "say which version you saw: If-Match")
    version = if_match.strip().removeprefix("W/").strip('"')
    if not version.isdecimal() or len(version) > 9:
        raise HTTPException(412, "that is no version of it")
    if store.queue.item(name) is None:
        raise HTTPException(404, "there is no such finding")
    number, state = store.decisions.decide(
        name, shown.person, body.choice(), version=int(version), categories=request.app.state.rules.categories,
        key=idempotency_key,
    )  # fmt: skip
    item = store.queue.item(name)
    response.headers["ETag"] = f'"{item.version if item else 0}"'
    return {"id": number, "finding": name, "status": state}


@router.post("/decisions/{number}/undo")
def undo(store: StoreOf, shown: Decider, number: int) -> dict[str, Any]:
    """Take one's own decision back."""
    return {"id": number, "status": store.decisions.undo(min(number, 1 << 62), shown.person)}


@router.post("/findings/bulk-decisions")
def bulk(request: Request, store: StoreOf, shown: Decider, body: BulkIn) -> dict[str, Any]:
    """Decide many, all or none; a dry run first."""
    told = store.decisions.bulk(
        body.findings, shown.person, body.choice(), categories=request.app.state.rules.categories, dry=body.dry_run
    )
    return {"dry_run": body.dry_run, "findings": [{"id": name, "problem": problem} for name, problem in told]}


def _told(item: Item, case: Case) -> dict[str, Any]:
    return {
        "id": item.id, "reference": item.finding_id, "kind": item.kind, "status": item.state, "version": item.version,
        "category": item.category, "rule_id": item.rule_id, "detector": item.detector, "outcome": item.outcome,
        "score": item.score, "document": {"id": case.sha256, "name": case.name, "verdict": case.verdict},
    }  # fmt: skip
