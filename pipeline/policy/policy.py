"""The policy as the pipeline uses it: everything in `rules/`, resolved and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ..errors import PolicyError
from ..strict_yaml import nearest
from ..types import Answer, Outcome
from .around import Assumption, PrioritiesFile, PriorityRow
from .models import (
    AdjustmentRow,
    BenefitRow,
    FacetsFile,
    Gate,
    Lights,
    PartnerRow,
    PolicyFile,
    Ruling,
    SubcategoryRow,
    Table,
    Tier,
)
from .patterns import PatternRule

# mildest first
ANSWERS: tuple[Answer, ...] = ("no", "unclear", "yes")
RULINGS: tuple[Ruling, ...] = ("share", "case_by_case", "dont_share")
TIERS: tuple[Tier, ...] = ("no_brainer", "gray_area", "high_trust")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of Fig. 2, with the words of its ruling."""

    id: str
    ruling: Ruling
    tier: Tier
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """An information category. `tier` is read off the matrix; `parent` is set for a finer category.

    `lineage` and `tiers` are the ids and the tiers of it and its parents: what adjusts a parent adjusts the child too.
    """

    id: str
    title: str
    definition: str
    source: str
    tier: Tier
    tier_title: str
    proprietary: Answer
    capability: Answer
    table: Table
    inferred: tuple[str, ...]
    benefits: tuple[str, ...]
    passes_gate: bool
    extension: bool = False
    parent: str | None = None
    lineage: tuple[str, ...] = ()
    tiers: frozenset[Tier] = frozenset()
    when: Mapping[str, tuple[str, ...]] | None = None
    milder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who receives, and what each ruling of Fig. 2 comes to for them."""

    id: str
    title: str
    source: str
    lights: Lights
    members: tuple[PartnerRow, ...] = ()

    def outcome(self, ruling: Ruling) -> Outcome:
        return Outcome[getattr(self.lights, ruling).upper()]

    @property
    def none(self) -> Outcome:
        return Outcome[self.lights.none.upper()]

    @property
    def gap(self) -> Outcome:
        return Outcome[self.lights.gap.upper()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """One level of a marking scheme. `rule` is how tags name it ("marking.tlp.red")."""

    rule: str
    title: str
    strictness: int
    audiences: tuple[str, ...]
    permissive: bool
    developer: bool

    def allows(self, audience: str) -> bool:
        """Whether the marking lets a document go to `audience`; a group stands for the partners in it."""
        return audience in self.audiences or audience.partition(":")[0] in self.audiences


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A rule that carries no category."""

    rule: str
    outcome: Outcome
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All rules of one version. `sha256` digests the content of every file that was loaded.

    `rules_sha256` leaves the registers out; `recognising_sha256` digests what decides what is found: the rest only
    decides what comes of that. `files` has a digest for each file.
    """

    version: str
    sha256: str
    rules_sha256: str
    recognising_sha256: str
    files: Mapping[str, str]
    about: PolicyFile
    categories: Mapping[str, Category]
    subcategories: Mapping[str, SubcategoryRow]
    gate: Gate
    matrix_source: str
    matrix: Mapping[tuple[Answer, Answer], Cell]
    adjustments: tuple[AdjustmentRow, ...]
    audiences: Mapping[str, Audience]
    markings: Mapping[str, Marking]
    signals: Mapping[str, Signal]
    patterns: tuple[PatternRule, ...]
    benefits: Mapping[str, BenefitRow]
    facets: FacetsFile
    context: tuple[Assumption, ...] = ()
    priorities: PrioritiesFile | None = None

    def overdue(self, today: date) -> tuple[Assumption, ...]:
        """The assumptions whose day of review has passed."""
        return tuple(each for each in self.context if each.review_by < today)

    def questions(self, category: Category) -> tuple[PriorityRow, ...]:
        """What the jurisdiction in force wants asked of `category`, or of a parent of it."""
        rows = self.priorities.priorities if self.priorities else ()
        return tuple(row for row in rows if row.category in category.lineage)

    @property
    def audience_ids(self) -> tuple[str, ...]:
        """The audiences that a document gets a verdict for; a partner ("bilateral:canada") is decided when asked."""
        return tuple(name for name in self.audiences if ":" not in name)

    @property
    def gate_floor(self) -> Outcome:
        """The least that a category comes to whose benefits do not pass the gate."""
        return Outcome[self.gate.floor.upper()]

    @property
    def facet_ids(self) -> frozenset[str]:
        """Every facet that evidence may carry: "summary_incident", "topic:bio", …"""
        grouped = {f"{group.id}:{value}" for group in self.facets.groups for value in group.values}
        return frozenset(grouped | {flag.id for flag in self.facets.flags})

    def audience(self, name: str) -> Audience:
        """The audience called `name`; PolicyError with the nearest right name if there is none."""
        try:
            return self.audiences[name]
        except KeyError:
            raise PolicyError(f"unknown audience {name!r}; {nearest(name, list(self.audiences))}") from None

    def category(self, name: str) -> Category:
        """The category called `name`; PolicyError with the nearest right name if there is none."""
        try:
            return self.categories[name]
        except KeyError:
            raise PolicyError(f"unknown category {name!r}; {nearest(name, list(self.categories))}") from None

    def children(self, name: str) -> tuple[Category, ...]:
        """The subcategories of `name` that are switched on."""
        return tuple(category for category in self.categories.values() if category.parent == name)

    def signal(self, rule: str) -> Signal | None:
        """The signal for `rule`: its own, or the one for its whole kind ("secret.*")."""
        return self.signals.get(rule) or self.signals.get(f"{rule.partition('.')[0]}.*")
