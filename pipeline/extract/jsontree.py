"""A JSON value with every key and value kept, also of keys that occur twice, and its leaves as lines of text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_DEPTH = 200


class Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs, in order: a dict would drop the first of two equal keys."""


def parse(text: str) -> Any:
    """JSON with objects as `Pairs`. Raises ValueError, RecursionError."""
    # a number of 5,000 digits is text to us; int() would refuse it
    return json.loads(text, object_pairs_hook=Pairs, parse_int=str, parse_float=str)


def lines(value: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """The leaves of `value` as "path: value"; a list of scalars is one line."""
    if depth > _DEPTH:
        raise RecursionError
    if isinstance(value, Pairs):
        if not value and path:
            yield path
        for key, inner in value:
            yield from lines(inner, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(value, list) and not any(isinstance(inner, list) for inner in value):
        yield f"{path}: {', '.join(map(_scalar, value))}" if path else ", ".join(map(_scalar, value))
    elif isinstance(value, list):
        for inner in value:
            yield from lines(inner, path, depth + 1)
    else:
        yield f"{path}: {_scalar(value)}" if path else _scalar(value)


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
