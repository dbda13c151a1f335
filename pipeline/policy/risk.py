"""Follows the risk answers of a tag: from its category through the adjustments that its evidence carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ..types import Answer, Evidence, Step, Tag
from .models import AdjustmentRow
from .policy import ANSWERS, RULINGS, TIERS, Audience, Category, Policy


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
    """Whether `row` is meant for `category`, itself or through a parent.

    A tightening for some tiers holds for the stricter ones too, a loosening for the milder ones: otherwise a category
    could be made stricter, leave the reach of a tightening, and end milder than before.
    """
    lineage = set(category.lineage)
    if (row.categories and lineage.isdisjoint(row.categories)) or not lineage.isdisjoint(row.except_for):
        return False
    if not row.tiers:
        return True
    named = [TIERS.index(tier) for tier in row.tiers]
    own = [TIERS.index(tier) for tier in category.tiers]
    return max(own) >= min(named) if row.direction == "tightening" else min(own) <= max(named)


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


def finest(tag: Tag, policy: Policy, who: Audience, today: date) -> Category:
    """The category of the tag, or the switched-on subcategory that its facets select.

    Of several, the one that ends strictest once all adjustments are made.
    """

    def strictness(category: Category) -> tuple[int, int, str]:
        last = risk_steps(tag, category, policy, who, today)[-1]
        ruling = policy.matrix[last.proprietary, last.capability].ruling
        worst = ANSWERS.index(last.proprietary) + ANSWERS.index(last.capability)
        return RULINGS.index(ruling), worst, category.id

    fitting = tuple(_finest(policy.categories[tag.category or ""], tag, policy, today))
    return fitting[0] if len(fitting) == 1 else max(fitting, key=strictness)


def _finest(category: Category, tag: Tag, policy: Policy, today: date) -> Iterator[Category]:
    """Every end of the way down from `category` along the children that the facets select.

    Where none is sure to be the right one, `category` itself stays among them, and the strictest counts.
    """
    sure = False
    for child in policy.children(category.id):
        fits = _fits(child, tag, policy, today)
        if fits is not None:
            sure |= fits
            yield from _finest(child, tag, policy, today)
    if not sure:
        yield category


def _fits(child: Category, tag: Tag, policy: Policy, today: date) -> bool | None:
    """None where the facets of `tag` are not those of `child`, else whether that is enough.

    For a milder child it takes certainty, and no sign of anything else.
    """
    enough = True
    for group in policy.facets.groups:
        wanted = (child.when or {}).get(group.id)
        if wanted is None:
            continue
        seen = [(value, one) for value in group.values for one in tag.evidence if one.facet in _names(group.id, value)]
        fitting = [one for value, one in seen if value in wanted]
        if not fitting:
            return None
        sure = tag.certain and len(fitting) == len(seen) and all(_is_sure(one, today) for one in fitting)
        enough &= sure or not child.milder
    return enough


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
