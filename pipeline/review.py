"""What a review may do: who decides what, when a second person has to look, and what becomes of a release request.

Pure: it opens nothing and asks no clock. The store keeps what is decided here, the web shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast, get_args

Role = Literal["reader", "reviewer", "releaser", "policy", "admin"]
Decision = Literal["confirm", "not_sensitive", "unsure"]
State = Literal["open", "unsure", "second", "disputed", "decided", "gone"]
Right = Literal["read", "decide", "resolve", "request", "release", "submit", "rules", "audit", "people"]

ROLES: tuple[Role, ...] = get_args(Role)
DECISIONS: tuple[Decision, ...] = get_args(Decision)
TO_DO: tuple[State, ...] = ("open", "unsure", "second", "disputed")

_RIGHTS: Mapping[Role, frozenset[Right]] = {
    "reader": frozenset({"read", "submit"}),
    "reviewer": frozenset({"read", "submit", "decide", "request"}),
    "releaser": frozenset({"read", "submit", "decide", "resolve", "request", "release", "audit"}),
    "policy": frozenset({"read", "submit", "rules", "audit"}),
    "admin": frozenset({"people", "audit"}),
}

REASONS: Mapping[str, str] = {
    "already_public": "already public",
    "generic_wording": "generic wording",
    "wrong_category": "wrong category",
    "cites_public_source": "cites a public source",
    "cleared_for_recipient": "cleared for this recipient",
    "extraction_error": "read wrongly",
    "duplicate": "a duplicate",
    "other": "another reason (say which)",
}

LEASE = timedelta(minutes=15)
RELEASE_LIFE = timedelta(days=7)
SECOND_LOOK_PER_CENT = 10  # of what was held and one person calls not sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One decision that stands: by whom, and what."""

    person: int
    decision: Decision
    category: str | None = None

    @property
    def firm(self) -> bool:
        return self.decision != "unsure"

    def agrees(self, other: Given) -> bool:
        """Whether both say the same; of what is sensitive, in the same category too."""
        return self.decision == other.decision and (self.decision != "confirm" or self.category == other.category)


def rights(roles: Iterable[str]) -> frozenset[Right]:
    """What somebody with these roles may do; an unknown role gives nothing."""
    return frozenset().union(*(_RIGHTS.get(cast(Role, role), frozenset()) for role in roles))


def state_of(given: Sequence[Given], *, wants_second: bool) -> State:
    """How a finding stands after these decisions, in their order: two agree, or a third one settles it."""
    firm = [each for each in given if each.firm]
    if not firm:
        return "unsure" if given else "open"
    if len(firm) == 1:
        return "second" if wants_second else "decided"
    if len(firm) == 2 and not firm[0].agrees(firm[1]):
        return "disputed"
    return "decided"


def final(given: Sequence[Given]) -> Given | None:
    """The decision that counts: the last firm one."""
    return next((each for each in reversed(given) if each.firm), None)


def objection(person: int, roles: Collection[str], given: Sequence[Given], state: State) -> str | None:
    """Why this person may not decide this finding now; None where they may."""
    has = rights(roles)
    if "decide" not in has:
        return "your role does not decide findings"
    if state == "gone":
        return "this finding is gone: the document was judged anew"
    if any(each.person == person and each.firm for each in given):
        return "you have decided this finding already: undo that first"
    if state == "disputed" and "resolve" not in has:
        return "two people disagree here: a releaser who has not decided yet settles it"
    if state == "decided" and sum(each.firm for each in given) > 1:
        return "two people have looked at this finding already"
    return None


def fault(decision: str, *, reason: str, comment: str, category: str | None, categories: Collection[str]) -> str | None:
    """What is wrong with a decision as it was sent; None where nothing is."""
    if decision not in DECISIONS:
        return f"decision must be one of {', '.join(DECISIONS)}"
    if category is not None and category not in categories:
        return f"there is no category {category!r}"
    if decision != "not_sensitive":
        return "a reason belongs to not_sensitive alone" if reason else None
    if reason not in REASONS:
        return f"not_sensitive needs a reason: one of {', '.join(REASONS)}"
    if reason == "other" and not comment.strip():
        return "the reason 'other' needs a comment"
    return None


def wants_second(item: str, *, held: bool, decision: str) -> bool:
    """Whether a second person looks, too, not knowing what the first one said: a fixed share of what is let go."""
    drawn = int(hashlib.sha256(item.encode()).hexdigest()[:8], 16) % 100
    return held and decision == "not_sensitive" and drawn < SECOND_LOOK_PER_CENT


def release_objection(
    person: int, roles: Collection[str], *, requested_by: int, state: str, to_do: int, current: bool
) -> str | None:
    """Why this person may not approve this request; None where they may."""
    if "release" not in rights(roles):
        return "your role does not release documents"
    if person == requested_by:
        return "nobody approves a request of their own"
    if state not in ("draft", "requested"):
        return f"the request is {state}"
    if not current:
        return "the document or the rules have changed since: the request has lapsed"
    if to_do:
        return f"{to_do} of its passages are not settled yet"
    return None
