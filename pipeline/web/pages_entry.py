"""Signing in and out, and the dashboard."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ..review import rights
from .app import render
from .guards import COOKIE, Anybody, Reader, StoreOf
from .passwords import sign_in

router = APIRouter(include_in_schema=False)
_TRIES, _WINDOW = 20, 60.0  # sign-ins from one address, in seconds
_seen: defaultdict[str, deque[float]] = defaultdict(deque)


@router.get("/sign-in")
def ask(request: Request, next: str = "/") -> Response:
    return render(request, "sign_in.html.j2", next=_inside(next), wrong=False)


@router.post("/sign-in")
def enter(
    request: Request, store: StoreOf, name: Annotated[str, Form()], password: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:  # fmt: skip
    """A session for whoever gives the right name and password; everybody else gets one and the same answer."""
    if _too_many(request.client.host if request.client else ""):
        return render(request, "sign_in.html.j2", next=_inside(next), wrong=True, status=429)
    person = sign_in(store.people, name, password)
    if person is None:
        return render(request, "sign_in.html.j2", next=_inside(next), wrong=True, status=401)
    response = RedirectResponse(_inside(next), 303)
    response.set_cookie(
        COOKIE, store.people.give_pass(person, "session"), secure=True, httponly=True, samesite="strict", path="/"
    )
    return response


@router.post("/sign-out")
def leave(store: StoreOf, shown: Anybody) -> Response:
    store.people.take_back(shown)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
    return response


@router.get("/")
def dashboard(request: Request, store: StoreOf, shown: Anybody) -> Response:
    if "read" not in rights(shown.person.roles):
        return RedirectResponse("/people", 303)
    waiting = store.releases.all(open_only=True)
    return render(request, "dashboard.html.j2", shown=shown, found=store.figures(), waiting=waiting)


@router.get("/rules")
def rules(request: Request, store: StoreOf, shown: Reader) -> Response:
    from .finding_view import matrix

    policy = request.app.state.rules
    precision = {row.rule_id: row for row in store.figures().rules}
    return render(request, "rules.html.j2", shown=shown, policy=policy, figure=matrix(policy), precision=precision)


def _inside(path: str) -> str:
    """A path of ours; anything that could lead elsewhere becomes the dashboard."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def _too_many(address: str) -> bool:
    now, tries = time.monotonic(), _seen[address]
    while tries and now - tries[0] > _WINDOW:
        tries.popleft()
    tries.append(now)
    return len(tries) > _TRIES
