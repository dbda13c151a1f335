"""Runs the examples that each pattern rule carries: what it must match, must leave alone, and is to match one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import policy
from .detect.matchers import Patterns
from .normalise import matching_copy
from .policy.files import read_all
from .policy.patterns import places

Fault = Literal["misses", "should leave alone", "finds by now what stands under todo; move it to match"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example that turned out otherwise than its rule says. Of `todo` ones this is good news, not a failure."""

    file: Path
    line: int
    rule: str
    fault: Fault
    text: str

    @property
    def is_failure(self) -> bool:
        return not self.fault.startswith("finds")


def run(rules: Path) -> tuple[list[Example], int, int]:
    """What turned out otherwise, how many examples were run, and of how many patterns. PolicyError as in loading."""
    loaded = policy.load(rules)
    where = places(rules, read_all(rules))
    ready = Patterns(loaded.patterns)
    told = [
        Example(file=where[rule.id][0], line=where[rule.id][1], rule=rule.id, fault=fault, text=text)
        for rule in loaded.patterns
        for fault, text in _faults(rule, ready)
    ]
    total = sum(len(rule.match) + len(rule.no_match) + len(rule.todo) for rule in loaded.patterns)
    return told, total, len(loaded.patterns)


def _faults(rule: policy.PatternRule, ready: Patterns) -> Iterator[tuple[Fault, str]]:
    def found(text: str) -> bool:
        return any(hit.rule.id == rule.id for hit in ready.hits(matching_copy(text).text))

    yield from (("misses", text) for text in rule.match if not found(text))
    yield from (("should leave alone", text) for text in rule.no_match if found(text))
    yield from (("finds by now what stands under todo; move it to match", text) for text in rule.todo if found(text))
