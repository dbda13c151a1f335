"""The shapes of what stands around the rules: the assumptions they rest on, and a jurisdiction's priorities."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from .models import Id, Light, Shape, Words

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class Assumption(Shape):
    """Something that the rules take for granted, who answers for it, and the last day to look at it again."""

    id: Id
    statement: Words
    if_not: Words = Field(description="what has to be thought over once it no longer holds")
    owner: Words
    review_by: date
    source: Words


class ContextFile(Shape):
    """`context.yaml`."""

    assumptions: tuple[Assumption, ...] = Field(min_length=1)


class AtLeast(Shape):
    """The least strict verdict that a jurisdiction lets a category come to for an audience, and why."""

    audience: str
    outcome: Light
    reason: Words


class PriorityRow(Shape):
    """What a reviewer of one case-by-case category asks, and whom. `at_least` tightens; nothing here can clear."""

    category: Id
    owner: Words
    questions: tuple[Words, ...] = Field(min_length=1)
    at_least: tuple[AtLeast, ...] = ()


class PrioritiesFile(Shape):
    """A file of `priorities/`: one jurisdiction."""

    id: Name
    title: Words
    priorities: tuple[PriorityRow, ...] = Field(min_length=1)
