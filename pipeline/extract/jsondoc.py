"""Reads JSON and JSON lines: every key and every value, also of keys that occur twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pipeline.extract.decoding import decode
from pipeline.extract.parts import PartBuilder
from pipeline.extract.text import read
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part, Where

_DEPTH = 200


class Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs, in order: a dict would drop the first of two equal keys."""


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """One block a value. What is not JSON after all is read as plain text."""
    values = PartBuilder(kind="body", path="values")
    reading = decode(blob.data)
    try:
        if blob.media_type == "application/x-ndjson":
            for number, line in enumerate(reading.text.split("\n"), 1):
                if line.strip():
                    values.add("\n".join(lines(parse(line))), "row", Where(line=number))
        else:
            for line in lines(parse(reading.text)):
                values.add(line, "line")
    except (ValueError, RecursionError):
        yield from read(blob.data, "text/plain", path="text")
        return
    if not reading.certain or "\ufffd" in reading.text:
        yield Gap(stage="extract", code="encoding_uncertain", path="values", detail=reading.encoding)
    yield from values.parts()


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
