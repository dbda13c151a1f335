"""A jurisdiction's priorities for what is decided case by case: read, checked against the rules, never clearing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

from .. import strict_yaml
from ..errors import PolicyError
from ..strict_yaml import Lines, nearest
from ..types import Outcome
from .around import PrioritiesFile, PriorityRow
from .files import PRIORITIES
from .policy import Audience, Category


def chosen(
    rules: Path,
    contents: Mapping[str, bytes],
    jurisdiction: str,
    *,
    categories: Mapping[str, Category],
    audiences: Mapping[str, Audience],
) -> PrioritiesFile | None:
    """The priorities of `jurisdiction`, None where the rules name none. All files are checked, in force or not."""
    found: dict[str, PrioritiesFile] = {}
    for name in sorted(contents):
        if name.startswith(PRIORITIES):
            shape = _checked(rules / name, contents[name], categories, audiences)
            if shape.id in found:
                raise PolicyError(f"the jurisdiction {shape.id!r} has a file already; rename one", file=rules / name)
            found[shape.id] = shape
    if jurisdiction and jurisdiction not in found:
        words = nearest(jurisdiction, list(found)) if found else f"add {PRIORITIES}{jurisdiction}.yaml"
        raise PolicyError(f"unknown jurisdiction {jurisdiction!r}; {words}", file=rules / "policy.yaml")
    return found.get(jurisdiction)


def floor(rows: Iterable[PriorityRow], category: Category, audience: str) -> tuple[Outcome, str] | None:
    """The strictest that `rows` ask for `category` (or a parent of it) and `audience`, with the reason given."""
    group = audience.partition(":")[0]
    asked = [
        (Outcome[each.outcome.upper()], each.reason)
        for row in rows
        if row.category in category.lineage
        for each in row.at_least
        if each.audience in (audience, group)
    ]
    return max(asked, default=None)


def _checked(
    file: Path, data: bytes, categories: Mapping[str, Category], audiences: Mapping[str, Audience]
) -> PrioritiesFile:
    value, lines = strict_yaml.parse(data, file)
    shape = strict_yaml.validate(PrioritiesFile, value, file, lines)
    for index, row in enumerate(shape.priorities):
        if row.category not in categories:
            words = nearest(row.category, list(categories))
            _fail(f"unknown category {row.category!r}; {words}", file, lines, index, "category")
        for place, each in enumerate(row.at_least):
            if each.audience not in audiences:
                words = nearest(each.audience, list(audiences))
                _fail(f"unknown audience {each.audience!r}; {words}", file, lines, index, "at_least", place, "audience")
            usual = audiences[each.audience].outcome("case_by_case")
            if Outcome[each.outcome.upper()] < usual:
                words = f"{row.category} for {each.audience}: {each.outcome} would clear what is {usual.id}"
                _fail(f"{words}; priorities only tighten", file, lines, index, "at_least", place, "outcome")
    return shape


def _fail(message: str, file: Path, lines: Lines, *loc: int | str) -> NoReturn:
    raise PolicyError(message, file=file, line=lines.at(("priorities", *loc)))
