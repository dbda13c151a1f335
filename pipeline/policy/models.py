"""The shapes of the files in `rules/`, as they are written.

What a file says is checked here as far as one file allows; what files say about each other is checked in `load`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ..types import Answer

Cell5 = Literal["yes", "unclear", "no", "illegible"]
Ruling = Literal["share", "case_by_case", "dont_share"]
Tier = Literal["no_brainer", "gray_area", "high_trust"]
Light = Literal["shareable", "needs_review", "held_back"]
Mild = Literal["shareable", "needs_review"]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
Words = Annotated[str, Field(min_length=3)]


class Shape(BaseModel):
    """Base of every shape: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Thresholds(Shape):
    """Cuts of the classifier's probabilities. The model has its own; a lower one here makes it warier, never less."""

    held: float = Field(1.0, gt=0, le=1, description="High Trust probability that holds")
    suspected: float = Field(1.0, gt=0, le=1, description="High Trust probability that asks for review")
    review: float = Field(1.0, gt=0, le=1, description="probability of all that is not shared by default")


class PolicyFile(Shape):
    """`policy.yaml`: the name of this state of the rules, and the paper they follow."""

    version: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]*$")
    title: Words
    paper: Words
    default_audience: str
    jurisdiction: str = Field("", description="whose file of priorities/ is in force; empty: nobody's")
    thresholds: Thresholds = Thresholds()


class Table(Shape):
    """One row of Tables 1-3. The two risk columns say whether there is a risk (the paper's check mark: no),
    the three benefit columns whether there is a benefit (the check mark: yes). The scales are `unclear`."""

    trust_from_companies: Cell5
    ai_leadership_and_security: Cell5
    consensus: Cell5
    trust: Cell5
    capacity: Cell5
    inferred: tuple[Literal["trust_from_companies", "ai_leadership_and_security"], ...] = ()


class Risk(Shape):
    """The answers to the two questions of Fig. 2."""

    proprietary: Answer
    capability: Answer


class PartialRisk(Shape):
    """The answers that a subcategory changes; what it leaves out it inherits."""

    proprietary: Answer | None = None
    capability: Answer | None = None


class CategoryRow(Shape):
    """A category of the paper, or an extension of it."""

    id: Id
    title: Words
    definition: Words
    source: Words = Field(description="where in the paper it stands, or 'extension'")
    extension: bool = False
    risk: Risk
    table: Table
    otherwise_beneficial: str = Field("", description="a stated reason to share it beside the three benefits")


class CategoriesFile(Shape):
    categories: tuple[CategoryRow, ...] = Field(min_length=1)


class SubcategoryRow(Shape):
    """A finer category: where the facets of `when` are seen on its parent, it stands in for it."""

    id: Id
    parent: Id
    enabled: bool = False
    title: Words
    definition: Words
    when: dict[str, tuple[str, ...]] = Field(min_length=1, description="facet group -> the values that select it")
    risk: PartialRisk = PartialRisk()
    reason: str = Field("", description="why it is milder than its parent")
    source: str = Field("", description="on what that rests")
    otherwise_beneficial: str = ""


class SubcategoriesFile(Shape):
    subcategories: tuple[SubcategoryRow, ...]


class BenefitRow(Shape):
    """One column of Fig. 1: what, why and how."""

    id: Literal["consensus", "trust", "capacity"]
    title: Words
    why: tuple[Words, ...] = Field(min_length=1)
    how: tuple[Words, ...] = Field(min_length=1)
    source: Words


class BenefitsFile(Shape):
    benefits: tuple[BenefitRow, ...] = Field(min_length=3)


class Gate(Shape):
    """The question in front of the matrix. Not passed, it tightens to `floor`; it never loosens."""

    question: Words
    benefits: tuple[Literal["consensus", "trust", "capacity"], ...] = Field(min_length=1)
    passes_with: tuple[Literal["yes", "unclear"], ...] = Field(min_length=1)
    floor: Literal["needs_review", "held_back"]
    sentence: Words


class CellRow(Shape):
    """One cell of Fig. 2."""

    proprietary: Answer
    capability: Answer
    ruling: Ruling


class RulingRow(Shape):
    """What a ruling of Fig. 2 means: its words, and the tier of the categories that end in it."""

    id: Ruling
    tier: Tier
    tier_title: Words
    sentence: Words


class MatrixFile(Shape):
    source: Words
    gate: Gate
    rulings: tuple[RulingRow, ...] = Field(min_length=3, max_length=3)
    cells: tuple[CellRow, ...]

    @field_validator("rulings")
    @classmethod
    def _a_tier_each(cls, rulings: tuple[RulingRow, ...]) -> tuple[RulingRow, ...]:
        if len({row.tier for row in rulings}) < len(rulings):
            raise ValueError("each ruling needs a tier of its own")
        return rulings


class AdjustmentRow(Shape):
    """When a facet is seen on a tag, its risk answers change, in one direction only."""

    id: Id
    facet: Id
    tiers: tuple[Tier, ...] = Field((), description="only for categories of these tiers; empty: of any")
    categories: tuple[Id, ...] = Field((), description="only for these categories and their children; empty: any")
    except_for: tuple[Id, ...] = Field((), description="not for these categories and their children")
    direction: Literal["tightening", "loosening"]
    evidence: Literal["words", "span", "register_entry"] = Field(description="the least that it may rest on")
    proprietary: Answer | None = None
    capability: Answer | None = None
    sentence: Words
    source: Words

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.proprietary is None and self.capability is None:
            raise ValueError(f"{self.id} changes nothing; set proprietary, capability or both")
        if self.direction == "loosening" and self.evidence == "words":
            raise ValueError(f"{self.id} loosens, so it needs certainty: evidence must be span or register_entry")
        return self


class AdjustmentsFile(Shape):
    adjustments: tuple[AdjustmentRow, ...]


class Lights(Shape):
    """What an audience makes of each ruling; a passage without a category, and a gap."""

    share: Light
    case_by_case: Light
    dont_share: Light
    none: Light
    gap: Literal["needs_review", "held_back"]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        order = ("shareable", "needs_review", "held_back")
        row = [order.index(light) for light in (self.share, self.case_by_case, self.dont_share)]
        if row != sorted(row):
            raise ValueError("share, case_by_case and dont_share must not get milder from one to the next")
        return self


class PartnerRow(Shape):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Words


class Partners(Shape):
    """Named recipients inside an audience ("bilateral:canada"), with what holds for each of them."""

    lights: Lights
    named: tuple[PartnerRow, ...] = Field(min_length=1)


class AudienceRow(Shape):
    id: Id
    title: Words
    source: Words
    lights: Lights
    members: tuple[PartnerRow, ...] = Field((), description="who receives what goes to this audience")
    partners: Partners | None = None


class AudiencesFile(Shape):
    audiences: tuple[AudienceRow, ...] = Field(min_length=1)


class MarkingRow(Shape):
    """One level of one marking scheme; `allows` names the audiences that it lets a document go to."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
    title: Words
    strictness: int = Field(ge=0, le=5, description="0: anybody may have it; 5: named persons only")
    allows: tuple[str, ...]
    permissive: bool = Field(False, description="claims that the document is cleared or public")
    developer: bool = Field(False, description="a company's mark: a developer's own fires developer_material")


class MarkingsFile(Shape):
    markings: tuple[MarkingRow, ...] = Field(min_length=1)


class SignalRow(Shape):
    """A rule without a category: something about the document, or a secret in it."""

    id: Annotated[str, Field(pattern=r"^[a-z]+\.[a-z0-9_*-]+$")]
    outcome: Mild
    sentence: Words


class SignalsFile(Shape):
    signals: tuple[SignalRow, ...] = Field(min_length=1)


class FacetGroup(Shape):
    """A facet with values ("topic:bio")."""

    id: Id
    title: Words
    values: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], ...] = Field(min_length=2)


class FacetRow(Shape):
    """A facet that is there or is not."""

    id: Id
    title: Words


class FacetsFile(Shape):
    groups: tuple[FacetGroup, ...]
    flags: tuple[FacetRow, ...]
    vetoes: tuple[FacetRow, ...] = Field(description="what keeps a pattern from firing; patterns may add their own")


FILES: dict[str, type[Shape]] = {
    "policy.yaml": PolicyFile,
    "categories.yaml": CategoriesFile,
    "subcategories.yaml": SubcategoriesFile,
    "benefits.yaml": BenefitsFile,
    "matrix.yaml": MatrixFile,
    "adjustments.yaml": AdjustmentsFile,
    "audiences.yaml": AudiencesFile,
    "markings.yaml": MarkingsFile,
    "signals.yaml": SignalsFile,
    "facets.yaml": FacetsFile,
}
