"""Decides: what was recognised, and what was not read, becomes a verdict by the rules.

Pure: the same tags, gaps, notices, policy and day give the same verdict, so a stored one can be replayed. Nothing here
lowers an outcome but an adjustment that the rules call a loosening, on evidence that the rules call enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from . import gaps as gap_codes
from .policy import Audience, Category, Policy
from .policy.nesting import stricter_inside
from .policy.priorities import floor
from .policy.risk import finest, in_words, risk_steps
from .types import Gap, Grade, Notice, Outcome, Reason, Tag, Verdict

SHOWN_PLACES = 3


def decide(
    tags: Sequence[Tag],
    gaps: Sequence[Gap],
    notices: Sequence[Notice],
    *,
    policy: Policy,
    audience: str,
    today: date,
    grade: Grade,
    model_sha256: str,
) -> Verdict:
    """The verdict for one audience: the strictest of all reasons, and all reasons, strictest first.

    PolicyError for an audience that the policy does not know.
    """
    who = policy.audience(audience)
    reasons = [
        *(_category_reason(tag, policy, who, today) for tag in tags if tag.category is not None),
        *(_signal_reason(tag, policy, who, today) for tag in tags if tag.category is None and not _is_marking(tag)),
        *_gap_reasons(gaps, who),
        *_notice_reasons(notices, policy),
    ]
    marks = [tag for tag in tags if _is_marking(tag)]
    reasons += _marking_reasons(marks, reasons, policy, who)
    reasons += _nested_reasons(marks, policy)
    return Verdict(
        outcome=max((who.none, *(reason.outcome for reason in reasons))),
        audience=who.id,
        reasons=tuple(sorted(reasons, key=_order)),
        policy_version=policy.version,
        policy_sha256=policy.sha256,
        model_sha256=model_sha256,
        grade=grade,
        decided_on=today,
    )


def decide_all(
    tags: Sequence[Tag],
    gaps: Sequence[Gap],
    notices: Sequence[Notice],
    *,
    policy: Policy,
    today: date,
    grade: Grade,
    model_sha256: str,
) -> tuple[Verdict, ...]:
    """One verdict for each of `policy.audience_ids`, in their order; a named partner is asked for with `decide`."""
    return tuple(
        decide(tags, gaps, notices, policy=policy, audience=name, today=today, grade=grade, model_sha256=model_sha256)
        for name in policy.audience_ids
    )


def _category_reason(tag: Tag, policy: Policy, who: Audience, today: date) -> Reason:
    """From category to outcome: risk answers, adjustments in order, matrix, audience, gate, doubt."""
    if tag.category not in policy.categories:
        return _unknown_category(tag, who)
    category = finest(tag, policy, who, today)
    steps = risk_steps(tag, category, policy, who, today)
    answers = steps[-1].proprietary, steps[-1].capability
    cell = policy.matrix[answers]
    outcome = who.outcome(cell.ruling)
    why = "".join(f"; {step.sentence}" for step in steps[1:])
    sentence = f"{in_words(*answers)}{why} → Fig. 2: {cell.sentence}"
    if who.id != policy.about.default_audience:
        sentence += f"; for {who.title}: {_words(outcome)}"
    if not category.passes_gate and outcome < policy.gate_floor:
        outcome, sentence = policy.gate_floor, f"{sentence}; {policy.gate.sentence}"
    outcome, sentence = _prioritised(category, policy, who, outcome, sentence)
    outcome, sentence = _doubted(tag, outcome, sentence)
    return Reason(
        code="category",
        rule=tag.rule,
        outcome=outcome,
        sentence=sentence,
        tags=(tag,),
        steps=steps,
        adjustments=tuple(step.rule for step in steps[1:]),
        cell=cell.id,
        source=category.source,
        benefits=category.benefits,
    )


def _prioritised(
    category: Category, policy: Policy, who: Audience, outcome: Outcome, sentence: str
) -> tuple[Outcome, str]:
    """What the priorities of the jurisdiction make of it: stricter, or nothing else than it was."""
    asked = floor(policy.questions(category), category, who.id)
    if policy.priorities is None or asked is None or asked[0] <= outcome:
        return outcome, sentence
    return asked[0], f"{sentence}; priorities of {policy.priorities.title}: {asked[1]}"


def _unknown_category(tag: Tag, who: Audience) -> Reason:
    """A category that these rules do not have counts as one that must not be shared."""
    outcome = who.outcome("dont_share")
    sentence = f"the rules have no category {tag.category!r}, so it counts as not to be shared"
    outcome, sentence = _doubted(tag, outcome, sentence)
    return Reason(code="category", rule=tag.rule, outcome=outcome, sentence=sentence, tags=(tag,))


def _doubted(tag: Tag, outcome: Outcome, sentence: str) -> tuple[Outcome, str]:
    """A suspicion is enough for a person to look, not enough to hold."""
    if tag.certain or outcome <= Outcome.NEEDS_REVIEW:
        return outcome, sentence
    return Outcome.NEEDS_REVIEW, f"{sentence}; suspected only, so a person has to look"


def _signal_reason(tag: Tag, policy: Policy, who: Audience, today: date) -> Reason:
    signal = policy.signal(tag.rule)
    if signal is None:
        sentence = f"the rules do not say what {tag.rule!r} means, so a person has to look"
        return Reason(code="signal", rule=tag.rule, outcome=Outcome.NEEDS_REVIEW, sentence=sentence, tags=(tag,))
    outcome, sentence = signal.outcome, signal.sentence
    if not all(evidence.in_force(today) for evidence in tag.evidence):
        outcome, sentence = who.outcome("dont_share"), f"{sentence}, but the entry does not count on this day"
    return Reason(code="signal", rule=tag.rule, outcome=outcome, sentence=sentence, tags=(tag,))


def _is_marking(tag: Tag) -> bool:
    return tag.category is None and tag.rule.startswith("marking.")


def _marking_reasons(marks: Sequence[Tag], others: Iterable[Reason], policy: Policy, who: Audience) -> Iterator[Reason]:
    """Stricter than the audience allows: a person looks. Free to share, over something held: the conflict is shown."""
    held = any(reason.code == "category" and reason.outcome is Outcome.HELD_BACK for reason in others)
    for tag in marks:
        marking = policy.markings.get(tag.rule)
        if marking is None:
            sentence = f"carries the marking {tag.rule!r}, which the rules do not know"
        elif not marking.allows(who.id):
            sentence = f"is marked {marking.title}, which does not allow {who.title} as a recipient"
        elif marking.permissive and held:
            yield _marked("document.marking_conflict", f"is marked {marking.title}, but carries what is held back", tag)
            continue
        else:
            continue
        yield _marked(tag.rule, sentence, tag)


def _nested_reasons(marks: Sequence[Tag], policy: Policy) -> Iterator[Reason]:
    """What is marked more strictly than its carrier: a conflict where the carrier is marked, else it is only shown."""
    for tag, carrier in stricter_inside(marks, policy):
        rule = "document.marking_stricter_inside" if carrier else "document.marking_inside"
        signal = policy.signal(rule)
        inner, outer = policy.markings[tag.rule].title, policy.markings[carrier.rule].title if carrier else ""
        what = f"is marked {inner}, but what carries it " + (f"is marked {outer}" if outer else "is not marked")
        yield Reason(
            code="marking",
            rule=rule,
            outcome=signal.outcome if signal else Outcome.NEEDS_REVIEW,
            sentence=f"{tag.passage.location} {what}",
            tags=(tag, carrier) if carrier else (tag,),
        )


def _marked(rule: str, sentence: str, tag: Tag) -> Reason:
    return Reason(code="marking", rule=rule, outcome=Outcome.NEEDS_REVIEW, sentence=sentence, tags=(tag,))


def _gap_reasons(gaps: Iterable[Gap], who: Audience) -> Iterator[Reason]:
    """One reason for each kind of gap; what was not read is never clean."""
    for code, places in _grouped((gap.code, gap.path) for gap in gaps):
        yield Reason(
            code="language_not_covered" if code == "language_not_covered" else "unread_part",
            rule=f"gap.{code}",
            outcome=max(who.gap, Outcome.NEEDS_REVIEW),
            sentence=f"not read: {gap_codes.sentence(code)} ({places})",
        )


def _notice_reasons(notices: Iterable[Notice], policy: Policy) -> Iterator[Reason]:
    """One reason for each kind of notice, harmless ones too; one that the rules do not know needs review."""
    for code, places in _grouped((notice.code, notice.path) for notice in notices):
        signal = policy.signal(f"document.{code}")
        yield Reason(
            code="type_mismatch" if code == "type_mismatch" else "signal",
            rule=f"document.{code}",
            outcome=signal.outcome if signal else Outcome.NEEDS_REVIEW,
            sentence=f"{signal.sentence if signal else code} ({places})",
        )


def _grouped(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(code, path) pairs -> (code, the first places and how many more), sorted by code."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for code, path in rows:
        found[code].add(path or "the file itself")
    return [(code, _places(sorted(found[code]))) for code in sorted(found)]


def _places(paths: Sequence[str]) -> str:
    more = len(paths) - SHOWN_PLACES
    return ", ".join(paths[:SHOWN_PLACES]) + (f" and {more} more" if more > 0 else "")


def _words(outcome: Outcome) -> str:
    return outcome.id.replace("_", " ")


def _order(reason: Reason) -> tuple[object, ...]:
    """Strictest first; the rest of the key only makes the order independent of that of the tags."""
    tag = reason.tags[0] if reason.tags else None
    key = (-reason.outcome, reason.code, reason.rule, reason.sentence)
    if tag is None:
        return key
    return (*key, tag.category or "", tag.passage.location, tag.passage.path, tag.passage.start, tag.start, tag.end)
