"""The audit trail, and who may sign in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ..errors import UsageError
from ..review import ROLES
from ..store.people import Shown
from ..store.store import Store
from .app import render
from .guards import Admin, Auditor, StoreOf
from .passwords import hashed

router = APIRouter(include_in_schema=False)


@router.get("/audit")
def audit(request: Request, store: StoreOf, shown: Auditor, before: int = 0) -> Response:
    return render(request, "audit.html.j2", shown=shown, rows=store.newest_trail(before=before, size=100))


@router.get("/people")
def people(request: Request, store: StoreOf, shown: Admin) -> Response:
    return _page(request, store, shown)


@router.post("/people")
def add(
    request: Request, store: StoreOf, shown: Admin, name: Annotated[str, Form(min_length=1, max_length=64)],
    password: Annotated[str, Form()], roles: Annotated[list[str], Form()] = [],  # noqa: B006 - read alone
) -> Response:  # fmt: skip
    try:
        store.people.add(name.strip(), roles=roles, password=hashed(password), by=shown.person.name)
    except UsageError as error:
        return _page(request, store, shown, told=str(error), status=422)
    return RedirectResponse("/people", 303)


@router.post("/people/{name}")
def change(
    request: Request, store: StoreOf, shown: Admin, name: str, active: Annotated[bool, Form()],
    roles: Annotated[list[str], Form()] = [],  # noqa: B006 - read alone
) -> Response:  # fmt: skip
    """New roles, or an account switched off or on. Nobody changes their own: nobody locks themselves out or in."""
    if name == shown.person.name:
        return _page(request, store, shown, told="nobody changes their own account", status=409)
    try:
        store.people.change(name, by=shown.person.name, roles=roles, active=active)
    except UsageError as error:
        return _page(request, store, shown, told=str(error), status=422)
    return RedirectResponse("/people", 303)


def _page(request: Request, store: Store, shown: Shown, *, told: str = "", status: int = 200) -> Response:
    return render(
        request, "people.html.j2", shown=shown, everybody=store.people.all(), ROLES=ROLES, told=told, status=status
    )
