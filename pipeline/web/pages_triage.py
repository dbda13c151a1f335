"""The queue, one finding after the other, and what is decided about them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from ..errors import Overtaken, Refused, UsageError
from ..review import rights
from ..store import trail
from ..store.decisions import Choice
from ..store.people import Shown
from ..store.store import Store
from .app import render
from .finding_view import matrix, view
from .guards import Decider, Reader, StoreOf

router = APIRouter(include_in_schema=False)
SIZE = 50


@router.get("/queue")
def queue(
    request: Request, store: StoreOf, shown: Reader, page: int = 1, verdict: str = "", category: str = "",
    state: str = "", words: str = "",
) -> Response:  # fmt: skip
    page = max(1, min(page, 100_000))
    filters = {"verdict": verdict, "category": category, "state": state, "words": words}
    cases, total = store.queue.page(after=(page - 1) * SIZE, size=SIZE, **filters)
    return render(
        request, "queue.html.j2", shown=shown, cases=cases, total=total, page=page, pages=max(1, -(-total // SIZE)),
        filters=filters,
    )  # fmt: skip


@router.get("/findings/next")
def next_one(store: StoreOf, shown: Reader, case: int | None = None) -> Response:
    item = store.queue.next(shown.person.id, case=case, take="decide" in rights(shown.person.roles))
    return RedirectResponse(f"/findings/{item.id}" if item else "/queue?done=1", 303)


@router.get("/findings/{name}")
def finding(request: Request, store: StoreOf, shown: Reader, name: str, more: bool = False) -> Response:
    return _page(request, store, shown, name, more=more)


@router.post("/findings/{name}")
def decide(
    request: Request, store: StoreOf, shown: Decider, name: str,
    version: Annotated[int, Form()], decision: Annotated[str, Form()] = "",
    let_go: Annotated[str, Form(description="the reason for which it is not sensitive")] = "",
    category: Annotated[str, Form()] = "",
    comment: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Write it down and go on to the next. Whoever was slower keeps what they wrote, and is told."""
    choice = Choice(
        decision="not_sensitive" if let_go else decision, category=category if not let_go and category else None,
        reason=let_go, comment=comment,
    )  # fmt: skip
    categories = request.app.state.rules.categories
    try:
        number, _ = store.decisions.decide(name, shown.person, choice, version=version, categories=categories)
    except (Overtaken, Refused, UsageError) as error:
        status = {Overtaken: 412, Refused: 409}.get(type(error), 422)
        return _page(request, store, shown, name, told=str(error), comment=comment, status=status)
    item = store.queue.item(name)
    following = store.queue.next(shown.person.id, case=item.case_id if item else None)
    there = f"/findings/{following.id}" if following else "/queue"
    return RedirectResponse(f"{there}?undo={number}", 303)


@router.post("/undo")
def undo(store: StoreOf, shown: Decider) -> Response:
    """Take one's last decision back, and go back to it."""
    last = store.decisions.last_of(shown.person.id)
    if last is None:
        raise Refused("there is nothing of yours to undo")
    store.decisions.undo(last.id, shown.person)
    return RedirectResponse(f"/findings/{last.item_id}", 303)


@router.get("/findings/{name}/same")
def same(request: Request, store: StoreOf, shown: Reader, name: str) -> Response:
    """The very same passage elsewhere, before anything is decided about it."""
    item = store.queue.item(name)
    if item is None:
        raise HTTPException(404, "there is no such finding")
    found = store.queue.alike(item.fingerprint)
    names = [one.id for one, _ in found]
    told = dict(
        store.decisions.bulk(
            names, shown.person, Choice(decision="unsure"), categories=request.app.state.rules.categories, dry=True
        )
    )
    return render(request, "same.html.j2", shown=shown, view=view(store, item, shown.person), found=found, told=told)


@router.post("/findings/{name}/same")
def decide_all(
    request: Request, store: StoreOf, shown: Decider, name: str, decision: Annotated[str, Form()],
    names: Annotated[list[str], Form()], reason: Annotated[str, Form()] = "", comment: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Decide the chosen ones alike, all or none."""
    item = store.queue.item(name)
    if item is None:
        raise HTTPException(404, "there is no such finding")
    alike = {one.id for one, _ in store.queue.alike(item.fingerprint)}
    choice = Choice(decision=decision, reason=reason if decision == "not_sensitive" else "", comment=comment)
    store.decisions.bulk(
        [one for one in names if one in alike], shown.person, choice, categories=request.app.state.rules.categories,
        dry=False,
    )  # fmt: skip
    return RedirectResponse("/findings/next", 303)


def _page(
    request: Request, store: Store, shown: Shown, name: str, *, more: bool = False, told: str = "", comment: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    item = (
        store.queue.lease(name, shown.person.id) if "decide" in rights(shown.person.roles) else store.queue.item(name)
    )
    if item is None:
        raise HTTPException(404, "there is no such finding")
    busy = store.queue.holder(item) if item.leased(shown.person.id, trail.now()) else ""
    found = view(store, item, shown.person, more=more)
    policy = request.app.state.rules
    return render(
        request, "finding.html.j2", shown=shown, view=found, figure=matrix(policy), told=told, comment=comment,
        more=more, busy=busy, undo=request.query_params.get("undo", ""), status=status,
    )  # fmt: skip
