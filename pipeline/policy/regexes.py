"""Refuses token patterns that could take unbounded time on a hostile text, before they ever run.

spaCy hands `REGEX` to Python's backtracking engine. How long that may take on n characters is read off the parsed
expression: a run inside a run is exponential, and each further run in a row costs a factor of n.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from ..strict_yaml import nearest

MAX_DEGREE = 2  # runs of any length in one expression: at most quadratic in the length of one token
LONG = 64  # a repeat bounded higher than this counts as unbounded
_SINGLE = {parser.LITERAL, parser.NOT_LITERAL, parser.ANY, parser.IN, parser.AT, parser.CATEGORY}
_REPEATS = {parser.MAX_REPEAT, parser.MIN_REPEAT, parser.POSSESSIVE_REPEAT}

KEYS = (
    "LOWER", "TEXT", "ORTH", "NORM", "LENGTH", "SHAPE", "PREFIX", "SUFFIX", "LIKE_NUM", "LIKE_URL", "LIKE_EMAIL",
    "IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_LOWER", "IS_UPPER", "IS_TITLE", "IS_PUNCT", "IS_SPACE", "IS_SENT_START",
    "OP",
)  # fmt: skip
PREDICATES = ("IN", "NOT_IN", "REGEX", "==", ">=", "<=", ">", "<")
_OPERATOR = re.compile(r"[1!?*+]|\{0,\d{1,2}\}|\{\d\}")


def fault(tokens: Sequence[Mapping[str, Any]]) -> str | None:
    """What keeps a token pattern from being run; None where nothing does."""
    return next(_faults(tokens), None)


def _faults(tokens: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for token in tokens:
        for key, value in token.items():
            if key not in KEYS:
                yield f"unknown token field {key!r}; {nearest(key, list(KEYS))}"
            elif key == "OP" and not _OPERATOR.fullmatch(str(value)):
                yield f"the operator {value!r} is not one of ! ? * + {{n}} {{0,n}}"
            elif isinstance(value, Mapping):
                for name, given in value.items():
                    if name not in PREDICATES:
                        yield f"unknown predicate {name!r}; {nearest(name, list(PREDICATES))}"
                    elif name == "REGEX" and (words := regex_fault(str(given))):
                        yield f"the expression {given!r} {words}"


def regex_fault(expression: str) -> str | None:
    """What is wrong with a regular expression: it does not parse, or it may run for ever."""
    try:
        tree = parser.parse(expression)
    except (re.error, RecursionError, OverflowError) as error:
        return f"is no regular expression: {error}"
    try:
        runs = _degree(tree)
    except _Unbounded as error:
        return str(error)
    if runs > MAX_DEGREE:
        return f"has {runs} runs of any length, which backtrack into each other; {MAX_DEGREE} are allowed"
    return None


class _Unbounded(Exception):
    """No power of the length bounds it."""


def _degree(tree: Iterable[tuple[Any, Any]]) -> int:
    """The power of the text's length that matching `tree` may cost."""
    total = 0
    for operator, argument in tree:
        if operator in _SINGLE:
            continue
        if operator in _REPEATS:
            total += _repeated(*argument)
        elif operator is parser.BRANCH:
            total += max(_degree(branch) for branch in argument[1])
        elif operator is parser.SUBPATTERN:
            total += _degree(argument[3])
        else:  # back references, looking around, conditions
            raise _Unbounded(f"uses {str(operator).lower()}, which may backtrack for ever; write it without")
    return total


def _repeated(least: int, most: Any, body: Any) -> int:
    inner = _degree(body)
    if most is parser.MAXREPEAT or int(most) > LONG:
        if inner or len(body) != 1 or body[0][0] not in _SINGLE:
            raise _Unbounded("repeats a group without end, which may backtrack for ever; repeat one character or class")
        return 1
    return inner * int(most)
