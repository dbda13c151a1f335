"""The pattern rules of `rules/patterns/*.jsonl`: their shape, labels and ids; matching is not done here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from ..errors import PolicyError
from ..strict_yaml import json_lines, nearest
from .files import PATTERNS
from .models import Shape, Words
from .regexes import fault


class PatternRule(Shape):
    """One line of `patterns/*.jsonl`: words that carry a category or a facet, or that veto other patterns."""

    id: Annotated[str, Field(pattern=r"^pattern(\.[a-z0-9_-]+)+$")]
    kind: Literal["category", "facet", "veto"]
    label: str = Field(min_length=1)
    anchors: tuple[str, ...] = Field(min_length=1, description="in lower case; the rule runs only where one occurs")
    phrases: tuple[str, ...] = ()
    tokens: tuple[tuple[dict[str, Any], ...], ...] = ()
    score: float = Field(0.9, gt=0, le=1)
    certain: bool = True
    unless: tuple[str, ...] = ()
    match: tuple[str, ...] = Field(min_length=1)
    no_match: tuple[str, ...] = Field(min_length=1)
    todo: tuple[str, ...] = Field((), description="what it should match and does not yet")
    note: Words

    @field_validator("anchors")
    @classmethod
    def _anchors_are_lower_case(cls, anchors: tuple[str, ...]) -> tuple[str, ...]:
        if bad := [anchor for anchor in anchors if anchor != anchor.lower() or len(anchor.strip()) < 2]:
            raise ValueError(f"the anchor {bad[0]!r} must be lower case and have two letters or more")
        return anchors

    @model_validator(mode="after")
    def _can_fire(self) -> Self:
        if not self.phrases and not self.tokens:
            raise ValueError(f"{self.id} has neither phrases nor tokens; it can never fire")
        if not all(self.tokens):
            raise ValueError(f"{self.id} has an empty token pattern; remove it")
        if words := next((words for tokens in self.tokens if (words := fault(tokens))), None):
            raise ValueError(f"{self.id}: {words}")
        for phrase in self.phrases:
            if not any(anchor in phrase.lower() for anchor in self.anchors):
                raise ValueError(f"{self.id}: no anchor occurs in {phrase!r}, so it would never be looked for; add one")
        return self


Line = tuple[Path, int, PatternRule]


def patterns(
    rules: Path,
    contents: Mapping[str, bytes],
    *,
    categories: Collection[str],
    switched_off: Collection[str],
    facets: Collection[str],
    vetoes: Collection[str],
) -> tuple[PatternRule, ...]:
    """The rules in force, in the order of files and lines; those of a switched-off subcategory are left out."""
    lines = list(_lines(rules, contents))
    _no_twins(lines)
    known = {
        "category": {*categories, *switched_off},
        "facet": set(facets),
        "veto": {rule.label for _, _, rule in lines if rule.kind == "veto"} | set(vetoes),
    }
    for file, number, rule in lines:
        if rule.label not in known[rule.kind]:
            words = nearest(rule.label, list(known[rule.kind]))
            raise PolicyError(f"{rule.id}: unknown {rule.kind} {rule.label!r}; {words}", file=file, line=number)
        for veto in rule.unless:
            if veto not in known["veto"]:
                words = nearest(veto, list(known["veto"]))
                raise PolicyError(f"{rule.id}: unknown veto {veto!r}; {words}", file=file, line=number)
    return tuple(rule for _, _, rule in lines if rule.label not in switched_off)


def places(rules: Path, contents: Mapping[str, bytes]) -> dict[str, tuple[Path, int]]:
    """Id of each pattern rule -> its file and line."""
    return {rule.id: (file, number) for file, number, rule in _lines(rules, contents)}


def _lines(rules: Path, contents: Mapping[str, bytes]) -> Iterator[Line]:
    for name in sorted(contents):
        if name.startswith(PATTERNS):
            for number, rule in json_lines(PatternRule, contents[name], rules / name):
                yield rules / name, number, rule


def _no_twins(lines: list[Line]) -> None:
    seen: dict[str, str] = {}
    for file, number, rule in lines:
        if rule.id in seen:
            message = f"the id {rule.id!r} stands here a second time (first at {seen[rule.id]}); rename one"
            raise PolicyError(message, file=file, line=number)
        seen[rule.id] = f"{file.name}:{number}"
