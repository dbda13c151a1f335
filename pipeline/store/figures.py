"""What the dashboard and the metrics count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from .. import review
from . import database
from .tables import cases, decisions, items, results

DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFigures:
    """How a rule's reviewed findings turned out."""

    rule_id: str
    confirmed: int
    let_go: int

    @property
    def precision(self) -> float:
        return self.confirmed / (self.confirmed + self.let_go)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of the whole queue, now."""

    open_cases: Mapping[str, int]
    items: Mapping[str, int]
    oldest: str | None
    per_day: list[tuple[str, int]]
    second_looks: int
    agreed: int
    let_go: int
    decided: int
    rules: list[RuleFigures]
    verdicts: Mapping[str, int]

    @property
    def agreement(self) -> float | None:
        return self.agreed / self.second_looks if self.second_looks else None

    @property
    def overturned(self) -> float | None:
        return self.let_go / self.decided if self.decided else None


def figures(engine: Engine) -> Figures:
    """Count. Decisions that stand are read once; there are as many as people made."""
    with database.reading(engine) as connection:
        waiting = connection.execute(
            select(cases.c.verdict, func.count()).where(cases.c.to_do > 0).group_by(cases.c.verdict)
        ).all()
        states = connection.execute(select(items.c.state, func.count()).group_by(items.c.state)).all()
        oldest = connection.scalar(select(func.min(cases.c.opened_at)).where(cases.c.to_do > 0))
        since = (datetime.now(UTC) - timedelta(days=DAYS)).date().isoformat()
        day = func.substr(decisions.c.at, 1, 10)
        per_day = connection.execute(
            select(day, func.count()).where(decisions.c.undone_at.is_(None), decisions.c.at >= since)
            .group_by(day).order_by(day)
        ).all()  # fmt: skip
        made = connection.execute(
            select(
                decisions.c.item_id, decisions.c.person_id, decisions.c.decision, decisions.c.category, items.c.rule_id
            )
            .join(items, items.c.id == decisions.c.item_id)
            .where(decisions.c.undone_at.is_(None)).order_by(decisions.c.id)
        ).all()  # fmt: skip
        verdicts = connection.execute(select(results.c.verdict, func.count()).group_by(results.c.verdict)).all()
    given: defaultdict[str, list[review.Given]] = defaultdict(list)
    rule_of: dict[str, str] = {}
    for item, person, decision, category, rule in made:
        given[item].append(review.Given(person=person, decision=decision, category=category))
        rule_of[item] = rule
    pairs = [(firm[0], firm[1]) for all_given in given.values() if len(firm := [g for g in all_given if g.firm]) > 1]
    ends = {item: last for item, all_given in given.items() if (last := review.final(all_given))}
    return Figures(
        open_cases={str(name): int(count) for name, count in waiting},
        items={str(name): int(count) for name, count in states},
        oldest=oldest,
        per_day=[(str(name), int(count)) for name, count in per_day],
        second_looks=len(pairs),
        agreed=sum(first.agrees(second) for first, second in pairs),
        let_go=sum(end.decision == "not_sensitive" for end in ends.values()),
        decided=len(ends),
        rules=_rules(ends, rule_of),
        verdicts={str(name): int(count) for name, count in verdicts},
    )


def _rules(ends: Mapping[str, review.Given], rule_of: Mapping[str, str]) -> list[RuleFigures]:
    """The rule with the most false alarms first."""
    counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item, end in ends.items():
        counted[rule_of[item]][end.decision == "not_sensitive"] += 1
    rows = [RuleFigures(rule_id=rule, confirmed=yes, let_go=no) for rule, (yes, no) in counted.items()]
    return sorted(rows, key=lambda row: (-row.let_go, row.rule_id))
