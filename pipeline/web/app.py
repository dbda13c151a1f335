"""The review on the web: server-rendered pages and `/v1`. It parses no document and recognises nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from ..errors import Overtaken, Refused, SharelightError, StoreError, UsageError
from ..policy import Policy
from ..report.cards import TIERS, WORDS, plain, plain_lines
from ..review import REASONS, rights
from ..settings import Settings
from ..store.store import Store
from .guards import NotYours, SignInFirst

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store",
}
_CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (SignInFirst, 401), (NotYours, 403), (Overtaken, 412), (Refused, 409), (UsageError, 422), (StoreError, 503),
    (SharelightError, 500),
)  # fmt: skip


def create_app(store: Store, settings: Settings, rules: Policy, *, signing: bytes) -> FastAPI:
    """The application over one database and one version of the rules."""
    from . import api_documents, api_findings, pages_documents, pages_entry, pages_office, pages_triage

    app = FastAPI(title="sharelight", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.state.store, app.state.settings, app.state.rules, app.state.signing = store, settings, rules, signing
    app.state.templates = _templates(rules)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    for module in (pages_entry, pages_triage, pages_documents, pages_office, api_findings, api_documents):
        app.include_router(module.router)
    app.middleware("http")(_dressed)
    for shape, _ in _STATUS:
        app.add_exception_handler(shape, _failed)
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(RequestValidationError, _failed)
    app.add_api_route("/healthz", lambda: PlainTextResponse("ok"), include_in_schema=False)
    return app


def render(request: Request, name: str, *, shown: Any = None, status: int = 200, **values: Any) -> Response:
    """A page. `shown` is the visitor's pass: who they are, what they may do, and the secret of their forms."""
    templates: Jinja2Templates = request.app.state.templates
    may = rights(shown.person.roles) if shown else frozenset()
    context = {"person": shown.person if shown else None, "csrf": shown.csrf if shown else "", "may": may} | values
    return templates.TemplateResponse(request, name, context, status_code=status)


def _templates(rules: Policy) -> Jinja2Templates:
    # Always escaped: what decides by the name of the file does not know ours.
    loader = FileSystemLoader(_HERE / "templates")
    made = Jinja2Templates(env=Environment(loader=loader, autoescape=True, undefined=StrictUndefined))
    made.env.filters.update(plain=plain, lines=plain_lines)
    made.env.globals.update(WORDS=WORDS, TIERS=TIERS, REASONS=REASONS, rules=rules)
    return made


async def _dressed(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Every answer carries the headers that keep a browser from doing what nobody asked it to."""
    given = request.headers.get("X-Correlation-ID", "")
    correlation = given if _CORRELATION.fullmatch(given) else str(uuid.uuid4())
    response = await go_on(request)
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if request.url.path.startswith("/static/"):
        response.headers["Cache-Control"] = "max-age=300"
    response.headers["X-Correlation-ID"] = correlation
    return response


async def _failed(request: Request, error: Exception) -> Response:
    """A problem (RFC 9457) for programs, a page for people; whoever is not signed in is sent to the sign-in."""
    status = _status(error)
    words = "the request is not well formed" if isinstance(error, RequestValidationError) else _words(error)
    if request.url.path.startswith("/v1/"):
        told = {"type": "about:blank", "title": words, "status": status}
        if isinstance(error, RequestValidationError):
            told["detail"] = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return JSONResponse(told, status, headers, media_type="application/problem+json")
    if status == 401:
        there = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/sign-in?next={quote(there)}", 303)
    return render(request, "problem.html.j2", status=status, words=words)


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, RequestValidationError):
        return 422
    return next((status for shape, status in _STATUS if isinstance(error, shape)), 500)


def _words(error: Exception) -> str:
    if isinstance(error, SignInFirst):
        return "sign in first"
    if isinstance(error, HTTPException):
        return str(error.detail)
    return str(error)
