"""Follows the risk answers of a tag: from its category through the adjustments that its evidence carries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ..types import Answer, Evidence, Step, Tag
from .models import AdjustmentRow
from .policy import ANSWERS, RULINGS, Audience, Category, Policy


def risk_steps(tag: Tag, category: Category, policy: Policy, who: Audience, today: date) -> tuple[Step, ...]:
    """The risk answers at the start, and after each adjustment that holds, in the order of the policy."""
    inferred = " (inferred from section 3.3 and Fig. 2)" if category.inferred else ""
    start = f"{category.title}: {in_words(category.proprietary, category.capability)}{inferred}"
    steps = [Step(rule=category.id, proprietary=category.proprietary, capability=category.capability, sentence=start)]
    for row in policy.adjustments:
        evidence = [one for one in tag.evidence if _holds(one, row, who, today)] if concerns(row, category) else []
        if not evidence:
            continue
        last = steps[-1]
        moved = (_moved(last.proprietary, row.proprietary, row), _moved(last.capability, row.capability, row))
        sentence = f"{row.sentence} [{_cited(evidence)}]"
        steps.append(Step(rule=row.id, proprietary=moved[0], capability=moved[1], sentence=sentence))
    return tuple(steps)


def concerns(row: AdjustmentRow, category: Category) -> bool:
    """Whether `row` is meant for `category`, itself or through a parent."""
    tier = not row.tiers or not category.tiers.isdisjoint(row.tiers)
    return tier and (not row.categories or not set(category.lineage).isdisjoint(row.categories))


def _holds(evidence: Evidence, row: AdjustmentRow, who: Audience, today: date) -> bool:
    """Whether `evidence` makes `row` fire: words are enough to tighten; to loosen it must be sure, for `who`, today."""
    if evidence.facet != row.facet:
        return False
    if row.direction == "tightening":
        return True
    if evidence.audience and evidence.audience != who.id:
        return False
    if not evidence.in_force(today):
        return False
    return bool(evidence.entry) or (row.evidence == "span" and evidence.end > evidence.start)


def _moved(answer: Answer, to: Answer | None, row: AdjustmentRow) -> Answer:
    """The answer after `row`: a tightening never lowers it, a loosening never raises it."""
    if to is None:
        return answer
    pick = max if row.direction == "tightening" else min
    return pick(answer, to, key=ANSWERS.index)


def finest(tag: Tag, policy: Policy, today: date) -> Category:
    """The category of the tag, or the switched-on subcategory that its facets select; of several, the strictest."""
    category = policy.categories[tag.category or ""]
    while children := [child for child in policy.children(category.id) if _selects(child, tag, policy, today)]:
        category = max(children, key=lambda child: _strictness(child, policy))
    return category


def _strictness(category: Category, policy: Policy) -> tuple[int, int, str]:
    ruling = policy.matrix[category.proprietary, category.capability].ruling
    worst = ANSWERS.index(category.proprietary) + ANSWERS.index(category.capability)
    return RULINGS.index(ruling), worst, category.id


def _selects(child: Category, tag: Tag, policy: Policy, today: date) -> bool:
    """Whether the facets of `tag` are those of `child`; a milder child needs certainty and no sign of anything else."""
    for group in policy.facets.groups:
        wanted = (child.when or {}).get(group.id)
        if wanted is None:
            continue
        seen = [(value, one) for value in group.values for one in tag.evidence if one.facet in _names(group.id, value)]
        fitting = [one for value, one in seen if value in wanted]
        if not fitting:
            return False
        sure = tag.certain and len(fitting) == len(seen) and all(_is_sure(one, today) for one in fitting)
        if child.milder and not sure:
            return False
    return True


def _is_sure(evidence: Evidence, today: date) -> bool:
    """Whether it may clear for everybody: words at a place, or an entry in force that binds itself to nobody."""
    return bool(evidence.entry or evidence.end > evidence.start) and evidence.in_force(today) and not evidence.audience


def _names(group: str, value: str) -> tuple[str, str]:
    """How evidence names a facet: "topic:bio", or the value alone where it is a flag as well ("released")."""
    return f"{group}:{value}", value


def _cited(evidence: Iterable[Evidence]) -> str:
    """Where the evidence lies, without its words: a reason may be logged where the text must not be."""
    return ", ".join(
        sorted(
            {f"register entry {one.entry}" if one.entry else f"{one.rule} at {one.start}-{one.end}" for one in evidence}
        )
    )


def in_words(proprietary: Answer, capability: Answer) -> str:
    """The two answers as a reviewer reads them."""
    return f"proprietary: {proprietary} · capability: {capability}"
