"""`/v1`: documents, jobs, releases, categories and the audit trail."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from ..errors import UsageError
from ..policy import describe, overview
from ..report.build import moved
from ..store.jobs import WAITING, Job
from ..store.people import Person
from ..store.store import Store
from . import releasing
from .guards import Auditor, Reader, Releaser, StoreOf, Submitter

router = APIRouter(prefix="/v1")
_LOOK = 0.2  # seconds between two looks at a job that somebody waits for


class RequestIn(BaseModel):
    """A request to release a document."""

    model_config = ConfigDict(extra="forbid")

    audience: str = Field("network", max_length=64)
    reason: str = Field(min_length=1, max_length=4000)


class ReasonIn(BaseModel):
    """Why a request is approved or denied."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=4000)


@router.post("/jobs", status_code=202)
async def put(
    request: Request, response: Response, store: StoreOf, shown: Submitter, file: UploadFile,
    audience: Annotated[str, Query(max_length=64)] = "network",
    idempotency_key: Annotated[str | None, Header(max_length=80)] = None,
) -> dict[str, Any]:  # fmt: skip
    """Queue a document to be checked."""
    number = await _queued(request, store, shown.person, file, audience, idempotency_key)
    response.headers["Location"] = f"/v1/jobs/{number}"
    return _told(_job(store, number, shown.person))


@router.post("/check")
async def check(
    request: Request, store: StoreOf, shown: Submitter, file: UploadFile,
    audience: Annotated[str, Query(max_length=64)] = "network", wait: Annotated[float, Query(ge=0, le=60)] = 30,
) -> Response:  # fmt: skip
    """Queue a document and wait for its result: 200 with it, 202 with the job where it takes longer."""
    number = await _queued(request, store, shown.person, file, audience, None)
    job = await _waited(store, number, shown.person, wait)
    if job.state in WAITING:
        return JSONResponse(_told(job), 202, {"Location": f"/v1/jobs/{number}"})
    return _result(store, job)


@router.get("/jobs/{number}")
async def job(
    store: StoreOf, shown: Submitter, number: str, wait: Annotated[float, Query(ge=0, le=60)] = 0
) -> dict[str, Any]:
    """How a job is; with `wait`, after at most so many seconds."""
    return _told(await _waited(store, number, shown.person, wait))


@router.get("/jobs/{number}/events")
def events(store: StoreOf, shown: Submitter, number: str) -> StreamingResponse:
    """How a job is, as server-sent events, until it ends."""
    _job(store, number, shown.person)

    async def told() -> AsyncIterator[str]:
        while True:
            now = _job(store, number, shown.person)
            yield f"event: {now.state}\ndata: {json.dumps(_told(now))}\n\n"
            if now.state not in WAITING:
                return
            await asyncio.sleep(_LOOK)

    return StreamingResponse(told(), media_type="text/event-stream")


@router.get("/jobs/{number}/result")
def result(store: StoreOf, shown: Submitter, number: str) -> Response:
    """The result of a job that has ended; 409 before."""
    found = _job(store, number, shown.person)
    if found.state in WAITING:
        raise HTTPException(409, f"the job is {found.state}")
    return _result(store, found)


@router.get("/documents/{sha256}")
def document(store: StoreOf, _: Reader, sha256: str) -> Response:
    """The newest result of these bytes."""
    number = store.queue.latest(sha256)
    if number is None:
        raise HTTPException(404, "there is no such document")
    return Response(store.queue.result(number).model_dump_json(), media_type="application/json")


@router.post("/documents/{sha256}/release-requests", status_code=201)
def ask(request: Request, store: StoreOf, shown: Submitter, sha256: str, body: RequestIn) -> dict[str, Any]:
    """Ask for a release."""
    cases = store.queue.of_document(sha256)
    if not cases:
        raise HTTPException(404, "there is nothing to be released: no such document, or it is shareable")
    number = releasing.ask(request.app.state, cases[-1].id, shown.person, body.audience, body.reason)
    return {"id": number, "status": store.releases.find(number).state}


@router.post("/release-requests/{number}/approve")
def let_go(request: Request, store: StoreOf, shown: Releaser, number: int, body: ReasonIn) -> dict[str, Any]:
    """Approve a request of somebody else's; the answer is the signed record."""
    told: dict[str, Any] = json.loads(releasing.approve(request.app.state, _small(number), shown.person, body.reason))
    return told


@router.post("/release-requests/{number}/deny")
def deny(store: StoreOf, shown: Releaser, number: int, body: ReasonIn) -> dict[str, Any]:
    """Deny a request of somebody else's."""
    store.releases.deny(_small(number), shown.person, reason=body.reason)
    return {"id": number, "status": "denied"}


@router.get("/categories")
def categories(request: Request, _: Reader) -> list[dict[str, Any]]:
    """The categories of the rules in force."""
    return list(overview(request.app.state.rules))


@router.get("/rules/{name}")
def rule(request: Request, _: Reader, name: str) -> dict[str, Any]:
    """One category with all that the rules say of it."""
    rules = request.app.state.rules
    if name not in rules.categories:
        raise HTTPException(404, "there is no such category")
    return dict(describe(rules, name))


@router.get("/audit")
def audit(
    store: StoreOf, _: Auditor, before: Annotated[int, Query(ge=0, le=1 << 62)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:  # fmt: skip
    """The audit trail, the newest row first."""
    return {"rows": store.newest_trail(before=before, size=limit)}


async def _queued(
    request: Request, store: Store, person: Person, file: UploadFile, audience: str, key: str | None
) -> str:
    request.app.state.rules.audience(audience)
    most = int(request.app.state.settings.max_size)
    data = await file.read(most + 1)
    if len(data) > most:
        raise HTTPException(413, f"larger than {most} bytes")
    if not data:
        raise UsageError("the file is empty")
    return store.jobs.put(person, name=(file.filename or "unnamed")[-255:], data=data, audience=audience, key=key)


async def _waited(store: Store, number: str, person: Person, wait: float) -> Job:
    end = time.monotonic() + wait
    found = _job(store, number, person)
    while found.state in WAITING and time.monotonic() < end:
        await asyncio.sleep(_LOOK)
        found = _job(store, number, person)
    return found


def _job(store: Store, number: str, person: Person) -> Job:
    found = store.jobs.find(number, person)
    if found is None:
        raise HTTPException(404, "there is no such job of yours")
    return found


def _result(store: Store, job: Job) -> Response:
    if job.result_id is None:
        raise HTTPException(422, job.error)
    row = moved(store.queue.result(job.result_id), job.name)  # equal bytes may have been found elsewhere first
    return Response(row.model_dump_json(), media_type="application/json")


def _told(job: Job) -> dict[str, Any]:
    return {"id": job.id, "name": job.name, "audience": job.audience, "status": job.state, "error": job.error or None}


def _small(number: int) -> int:
    return min(number, 1 << 62)
