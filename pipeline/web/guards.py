"""Who is asking, and whether they may: sessions of browsers, tokens of programs, forms that are really ours."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from ..review import Right, rights
from ..store.people import Shown
from ..store.store import Store

COOKIE = "__Host-sharelight"
_SAFE = ("GET", "HEAD")


class SignInFirst(Exception):
    """Nobody is signed in."""


class NotYours(Exception):
    """Somebody is signed in who may not do this."""


def store_of(request: Request) -> Store:
    return cast(Store, request.app.state.store)


async def visitor(request: Request) -> Shown:
    """The pass that the request shows. Whoever changes something by a session shows its form's secret, too."""
    store = store_of(request)
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind == "Bearer":
        shown = store.people.shown(token.strip(), "token")
        if shown is None:
            raise SignInFirst
        return shown
    shown = store.people.shown(request.cookies.get(COOKIE, ""), "session")
    if shown is None:
        raise SignInFirst
    if request.method not in _SAFE:
        given = request.headers.get("X-CSRF-Token") or await _in_form(request)
        if not hmac.compare_digest(given.encode(), shown.csrf.encode()):
            raise NotYours("this form is not of your session: load the page again")
    return shown


async def _in_form(request: Request) -> str:
    if "form" not in request.headers.get("Content-Type", ""):
        return ""
    return str((await request.form()).get("csrf", ""))


def may(right: Right) -> Callable[..., Any]:
    """A dependency: the visitor, who has `right`."""

    async def check(shown: Annotated[Shown, Depends(visitor)]) -> Shown:
        if right not in rights(shown.person.roles):
            raise NotYours("your role does not allow this")
        return shown

    return check


StoreOf = Annotated[Store, Depends(store_of)]
Reader = Annotated[Shown, Depends(may("read"))]
Decider = Annotated[Shown, Depends(may("decide"))]
Submitter = Annotated[Shown, Depends(may("submit"))]
Releaser = Annotated[Shown, Depends(may("release"))]
Auditor = Annotated[Shown, Depends(may("audit"))]
Admin = Annotated[Shown, Depends(may("people"))]
Anybody = Annotated[Shown, Depends(visitor)]
