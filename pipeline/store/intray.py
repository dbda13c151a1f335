"""Puts what a person has to look at into the queue, in the transaction that writes the result down."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ..report.cards import cards
from ..report.result import DocumentRow, Finding, VerdictReason
from .standing import count_again, settle
from .tables import cases, decisions, items

_STRICTNESS = {"shareable": 0, "needs_review": 1, "held_back": 2}


def take_in(connection: Connection, result: int, row: DocumentRow, at: str) -> None:
    """Open or renew the case of the row's document.

    A finding that is there again keeps its decisions, unless it has become stricter; one that is not there any more is
    gone, and nobody has to look at it.
    """
    found = {item["id"]: item for item in _items(row)}
    case = connection.execute(select(cases.c.id).where(cases.c.sha256 == row.sha256, cases.c.name == row.name)).scalar()
    if case is None:
        if not found:
            return
        case = connection.execute(insert(cases).returning(cases.c.id), _case(row, result, found, at)).scalar_one()
        before: Mapping[str, Any] = {}
    else:
        asked = select(items.c.id, items.c.outcome, items.c.state).where(items.c.case_id == case)
        before = {old.id: old for old in connection.execute(asked)}
    for number, old in before.items():
        if number not in found and old.state != "gone":
            connection.execute(
                update(items).where(items.c.id == number).values(state="gone", version=items.c.version + 1)
            )
    for number, item in found.items():
        if number in before:
            _renew(connection, before[number], item, at)
    fresh = [
        {**item, "case_id": case, "state": "open", "wants_second": 0, "version": 1, "opened_at": at}
        for number, item in found.items()
        if number not in before
    ]
    if fresh:
        connection.execute(insert(items), fresh)
    if before or not fresh:
        count_again(connection, case)
        values = {
            key: value for key, value in _case(row, result, found, at).items() if key not in ("opened_at", "to_do")
        }
        connection.execute(update(cases).where(cases.c.id == case).values(values))


def _renew(connection: Connection, old: Any, item: Mapping[str, Any], at: str) -> None:
    if _STRICTNESS[item["outcome"]] > _STRICTNESS[old.outcome]:  # what was decided was decided about less
        standing = decisions.c.item_id == old.id, decisions.c.undone_at.is_(None)
        connection.execute(update(decisions).where(*standing).values(undone_at=at))
    settle(
        connection, old.id, **{key: item[key] for key in ("number", "finding_id", "fingerprint", "outcome", "score")}
    )


def _case(row: DocumentRow, result: int, found: Mapping[str, Mapping[str, Any]], at: str) -> dict[str, Any]:
    return {
        "sha256": row.sha256, "name": row.name, "uri": row.uri, "result_id": result, "verdict": row.verdict,
        "strictness": _STRICTNESS[row.verdict], "score": max((item["score"] for item in found.values()), default=0.0),
        "to_do": len(found), "opened_at": at,
    }  # fmt: skip


def _items(row: DocumentRow) -> Iterator[dict[str, Any]]:
    """What is not shareable by itself: passages with their category, and reasons that rest on none.

    What several rules found in one passage under one category is one thing to decide, by the strictest of them.
    """
    numbers = {id(finding): number for number, finding in enumerate(row.findings)}
    for card in cards(row):
        yield _finding(row, numbers[id(card.first)], card.first)
    for number, reason in enumerate(row.verdict_reasons):
        if reason.outcome != "shareable" and not reason.finding_ids:
            yield _reason(row, number, reason)


def _finding(row: DocumentRow, number: int, finding: Finding) -> dict[str, Any]:
    place = finding.location
    where = (place.document, place.part, place.codepoint_range.start, place.codepoint_range.end)
    return {
        "id": _id(row, finding.category or finding.rule_id, *where), "kind": "finding", "number": number,
        "finding_id": finding.finding_id, "fingerprint": finding.fingerprint, "category": finding.category,
        "rule_id": finding.rule_id, "detector": finding.detector, "outcome": finding.outcome, "score": finding.score,
    }  # fmt: skip


def _reason(row: DocumentRow, number: int, reason: VerdictReason) -> dict[str, Any]:
    return {
        "id": _id(row, "", reason.rule_id, reason.detail), "kind": "reason", "number": number, "finding_id": "",
        "fingerprint": "", "category": None, "rule_id": reason.rule_id, "detector": reason.code,
        "outcome": reason.outcome, "score": 1.0,
    }  # fmt: skip


def _id(row: DocumentRow, *place: object) -> str:
    """The same for the same finding in the same bytes under the same name, wherever they lie."""
    told = "\0".join(map(str, (row.sha256, row.name, *place)))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:24]
