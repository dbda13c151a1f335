"""How an item of the queue stands after its decisions, and how much of a case is left."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select, update

from .. import review
from .tables import cases, decisions, items, releases


def given(connection: Connection, item: str) -> list[review.Given]:
    """The decisions on an item that stand, in their order."""
    asked = select(decisions).where(decisions.c.item_id == item, decisions.c.undone_at.is_(None))
    return [
        review.Given(person=row.person_id, decision=row.decision, category=row.category)
        for row in connection.execute(asked.order_by(decisions.c.id))
    ]


def settle(connection: Connection, item: str, **values: Any) -> str:
    """Write down how the item stands now; its case is to be counted again. Each change counts the version up."""
    wants = values.get("wants_second")
    if wants is None:
        wants = connection.scalar(select(items.c.wants_second).where(items.c.id == item))
    state = review.state_of(given(connection, item), wants_second=bool(wants))
    connection.execute(
        update(items).where(items.c.id == item).values(state=state, version=items.c.version + 1, **values)
    )
    return state


def count_again(connection: Connection, case: int) -> int:
    """Note how much of a case is still to be done, and who waits for it; how much that is."""
    asked = select(func.count()).where(items.c.case_id == case, items.c.state.in_(review.TO_DO))
    to_do = int(connection.execute(asked).scalar_one())
    waiting = connection.scalar(
        select(func.min(releases.c.expires_at)).where(
            releases.c.case_id == case, releases.c.state.in_(("draft", "requested"))
        )
    )
    connection.execute(update(cases).where(cases.c.id == case).values(to_do=to_do, due=waiting))
    state, other = ("requested", "draft") if not to_do else ("draft", "requested")
    connection.execute(
        update(releases).where(releases.c.case_id == case, releases.c.state == other).values(state=state)
    )
    return to_do
