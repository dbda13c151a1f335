"""Whether a loosening can reach a High Trust category: assumed, unless it is seen to concern others alone."""

from __future__ import annotations

from ..policy import Policy
from ..risk import concerns
from .change import Change

HIGH = "high_trust"


def loosens_high_trust(change: Change, old: Policy, new: Policy) -> bool:
    """By the tiers of the rules that were in force."""
    if change.effect != "loosened":
        return False
    match change.kind:
        case "category" | "subcategory" | "priority":
            return _is_high(change.rule, old, new)
        case "cell":
            return any(cell.id == change.rule and cell.tier == HIGH for cell in old.matrix.values())
        case "adjustment":
            rows = [row for policy in (old, new) for row in policy.adjustments if row.id == change.rule]
            return any(concerns(row, each) for row in rows for each in old.categories.values() if HIGH in each.tiers)
        case "pattern":
            rules = [rule for policy in (old, new) for rule in policy.patterns if rule.id == change.rule]
            return any(rule.kind != "category" or _is_high(rule.label, old, new) for rule in rules)
        case "audience":
            return change.what not in ("share", "case_by_case")
        case _:
            return True


def _is_high(name: str, old: Policy, new: Policy) -> bool:
    known = [policy.categories[name] for policy in (old, new) if name in policy.categories]
    lineage = {parent for category in known for parent in category.lineage}
    return not known or any(HIGH in old.categories[each].tiers for each in lineage if each in old.categories)
