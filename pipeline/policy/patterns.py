"""Loads the pattern rules of `rules/patterns/*.jsonl`: shape, labels and ids; matching is not done here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from ..errors import PolicyError
from ..strict_yaml import json_lines, nearest
from .files import PATTERNS
from .models import PatternRule

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
