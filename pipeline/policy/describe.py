"""Describes the rules for a reader: one row per category, or everything about one."""

from __future__ import annotations

from typing import Any

from ..types import Outcome
from .models import SubcategoryRow
from .policy import Category, Policy
from .risk import concerns


def overview(policy: Policy) -> list[dict[str, Any]]:
    """One row for each category in force, in the order of the rules: what `rules list` shows."""
    return [_row(category, policy) for category in policy.categories.values()]


def describe(policy: Policy, name: str) -> dict[str, Any]:
    """All that the rules say about one category, as plain data: what `rules show` shows.

    A subcategory that is switched off can be looked at as well. PolicyError names the nearest to an unknown one.
    """
    if name in policy.subcategories and name not in policy.categories:
        return _switched_off(policy.subcategories[name])
    category = policy.category(name)
    cell = policy.matrix[category.proprietary, category.capability]
    return {
        **_row(category, policy),
        "definition": category.definition,
        "parent": category.parent,
        "extension": category.extension,
        "inferred": list(category.inferred),
        "table": category.table.model_dump(exclude={"inferred"}),
        "benefits": list(category.benefits),
        "gate": {"question": policy.gate.question, "passed": category.passes_gate},
        "cell": {"id": cell.id, "ruling": cell.ruling, "sentence": cell.sentence, "source": policy.matrix_source},
        "adjustments": [
            {"id": row.id, "direction": row.direction, "sentence": row.sentence, "source": row.source}
            for row in policy.adjustments
            if concerns(row, category)
        ],
        "outcomes": {audience: _outcome(category, policy, audience).id for audience in policy.audiences},
        "subcategories": [
            {"id": row.id, "title": row.title, "enabled": row.enabled}
            for row in policy.subcategories.values()
            if row.parent == category.id
        ],
        "patterns": [rule.id for rule in policy.patterns if rule.label == category.id],
        "questions": [question for row in policy.questions(category) for question in row.questions],
        "owners": [row.owner for row in policy.questions(category)],
    }


def _row(category: Category, policy: Policy) -> dict[str, Any]:
    return {
        "id": category.id,
        "title": category.title,
        "tier": category.tier,
        "tier_title": category.tier_title,
        "risk": {"proprietary": category.proprietary, "capability": category.capability},
        "outcome": _outcome(category, policy, policy.about.default_audience).id,
        "source": category.source,
    }


def _outcome(category: Category, policy: Policy, audience: str) -> Outcome:
    """What a certain tag of `category` comes to without any adjustment."""
    outcome = policy.audience(audience).outcome(policy.matrix[category.proprietary, category.capability].ruling)
    return outcome if category.passes_gate else max(outcome, policy.gate_floor)


def _switched_off(row: SubcategoryRow) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude_none=True)
