"""Documents, what is asked for them, and trying a text out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from ..errors import UsageError
from ..report.build import moved
from ..store.people import Shown
from ..store.store import Store
from . import releasing
from .app import render
from .guards import Reader, StoreOf, Submitter

router = APIRouter(include_in_schema=False)


@router.get("/documents/{sha256}")
def document(request: Request, store: StoreOf, shown: Reader, sha256: str) -> Response:
    number = store.queue.latest(sha256)
    if number is None:
        raise HTTPException(404, "there is no such document")
    row = store.queue.result(number)
    cases = store.queue.of_document(sha256)
    case = next((one for one in cases if one.result_id == number), cases[-1] if cases else None)
    items = store.queue.items(case.id) if case else []
    asked = store.releases.all(case=case.id) if case else []
    return render(
        request, "document.html.j2", shown=shown, row=row, case=case, items=items, releases=asked,
        audiences=request.app.state.rules.audiences,
    )  # fmt: skip


@router.post("/documents/{sha256}/release-requests")
def ask(
    request: Request, store: StoreOf, shown: Submitter, sha256: str, case: Annotated[int, Form()],
    audience: Annotated[str, Form()], reason: Annotated[str, Form(max_length=4000)],
) -> Response:  # fmt: skip
    if case not in {one.id for one in store.queue.of_document(sha256)}:
        raise HTTPException(404, "there is no such document")
    number = releasing.ask(request.app.state, case, shown.person, audience, reason)
    return RedirectResponse(f"/release-requests/{number}", 303)


@router.get("/release-requests")
def requests(request: Request, store: StoreOf, shown: Reader) -> Response:
    found = [(one, store.queue.case(one.case_id)) for one in store.releases.all()]
    return render(request, "releases.html.j2", shown=shown, found=found)


@router.get("/release-requests/{number}")
def one_request(request: Request, store: StoreOf, shown: Reader, number: int) -> Response:
    return _request_page(request, store, shown, number)


@router.post("/release-requests/{number}/{what}")
def close(
    request: Request, store: StoreOf, shown: Submitter, number: int, what: str,
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Approve, deny or withdraw; who may is the store's to say, in the transaction that writes it."""
    try:
        if what == "approve":
            releasing.approve(request.app.state, number, shown.person, reason)
        elif what == "deny":
            store.releases.deny(number, shown.person, reason=reason)
        elif what == "withdraw":
            store.releases.withdraw(number, shown.person)
        else:
            raise HTTPException(404, "there is no such step")
    except UsageError as error:
        return _request_page(request, store, shown, number, told=str(error), status=422)
    return RedirectResponse(f"/release-requests/{number}", 303)


@router.get("/release-requests/{number}/record.json")
def record(store: StoreOf, shown: Reader, number: int) -> Response:
    found = store.releases.find(number)
    if not found.record:
        raise HTTPException(404, "nothing was released")
    return Response(found.record, media_type="application/json")


@router.get("/archive")
def archive(request: Request, store: StoreOf, shown: Reader, words: str = "", verdict: str = "") -> Response:
    found = store.queue.documents(words=words, verdict=verdict)
    return render(request, "archive.html.j2", shown=shown, found=found, words=words, verdict=verdict)


@router.get("/try")
def try_page(request: Request, shown: Submitter) -> Response:
    return render(request, "try.html.j2", shown=shown, audiences=request.app.state.rules.audiences)


@router.post("/try")
async def try_it(
    request: Request, store: StoreOf, shown: Submitter, text: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None, audience: Annotated[str, Form()] = "network",
) -> Response:  # fmt: skip
    """Queue a pasted text or a dropped file; the worker reads it, not this process."""
    request.app.state.rules.audience(audience)
    most = int(request.app.state.settings.max_size)
    data = await file.read(most + 1) if file and file.filename else text.encode("utf-8", "replace")
    if not data or len(data) > most:
        raise UsageError("paste a text or choose a file" if not data else f"larger than {most} bytes")
    name = file.filename if file and file.filename else "pasted.txt"
    number = store.jobs.put(shown.person, name=name[-255:], data=data, audience=audience)
    return RedirectResponse(f"/jobs/{number}", 303)


@router.get("/jobs/{number}")
def job(request: Request, store: StoreOf, shown: Submitter, number: str) -> Response:
    found = store.jobs.find(number, shown.person)
    if found is None:
        raise HTTPException(404, "there is no such job of yours")
    row = moved(store.queue.result(found.result_id), found.name) if found.result_id else None
    return render(request, "job.html.j2", shown=shown, job=found, row=row)


def _request_page(
    request: Request, store: Store, shown: Shown, number: int, *, told: str = "", status: int = 200
) -> Response:
    found = store.releases.find(number)
    case = store.queue.case(found.case_id)
    state = request.app.state
    current = store.releases.is_current(found, state.rules.sha256, releasing.decider(state, found.audience))
    items = [one for one in store.queue.items(case.id) if one.state != "gone"]
    return render(
        request, "release.html.j2", shown=shown, release=found, case=case, current=current, items=items, told=told,
        status=status,
    )  # fmt: skip
