"""Reads Jupyter notebooks: cells, outputs, pictures and all metadata."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from pipeline.extract import jsontree
from pipeline.extract.decoding import decode
from pipeline.extract.jsontree import Pairs
from pipeline.extract.parts import PartBuilder
from pipeline.extract.text import blocks, read
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_CELL_TYPES = {"code": "text/x-source", "markdown": "text/markdown"}


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """A part for each cell's source; outputs and the rest are walked value by value; pictures are children."""
    reading = decode(blob.data)
    try:
        notebook = jsontree.parse(reading.text)
    except (ValueError, RecursionError):
        yield Gap(stage="extract", code="damaged", path="", detail="not JSON")
        yield from read(blob.data, "text/plain", path="text")
        return
    if not reading.certain or "\ufffd" in reading.text:
        yield Gap(stage="extract", code="encoding_uncertain", path="", detail=reading.encoding)
    number = 0
    for key, value in notebook if isinstance(notebook, Pairs) else [("", notebook)]:
        if key in ("cells", "worksheets") and isinstance(value, list):
            for cell in value:
                number += 1
                yield from _cell(cell, f"cell/{number}")
        else:
            yield from _rest(value, key, "metadata")


def _cell(cell: Any, path: str) -> Iterator[Part | Gap | Blob]:
    if not isinstance(cell, Pairs):
        yield from _rest(cell, path, "body")
        return
    kind = next((value for key, value in cell if key == "cell_type"), "")
    for key, value in cell:
        if key in ("source", "input"):
            yield from blocks(_text(value), _CELL_TYPES.get(kind, "text/plain"), path=path)
        elif key in ("outputs", "attachments"):
            yield from _rest(value, f"{path}/{key}", "body")
        elif key != "cell_type":
            yield from _rest(value, f"{path}/{key}", "metadata")


def _text(source: Any) -> str:
    """A notebook keeps multi-line text as a list of lines."""
    if isinstance(source, list) and not isinstance(source, Pairs):
        return "".join(map(str, source))
    return source if isinstance(source, str) else "\n".join(jsontree.lines(source))


def _rest(value: Any, path: str, kind: str) -> Iterator[Part | Gap | Blob]:
    part = PartBuilder(kind="metadata" if kind == "metadata" else "body", path=path)
    pictures: list[tuple[str, str]] = []
    _walk(value, "", part, pictures)
    yield from part.parts()
    for number, (media_type, encoded) in enumerate(pictures, 1):
        name = f"{path.replace('/', '-')}-{number}.{media_type.partition('/')[2].partition('+')[0]}"
        try:
            yield Blob.of(base64.b64decode(encoded), name=name, media_type=media_type)
        except (binascii.Error, ValueError):
            yield Gap(stage="extract", code="undecodable", path=name)


def _walk(value: Any, key: str, part: PartBuilder, pictures: list[tuple[str, str]]) -> None:
    """Add every value to `part`, except pictures; text in lists of lines is joined."""
    if isinstance(value, Pairs):
        for inner_key, inner in value:
            _walk(inner, inner_key, part, pictures)
    elif key.startswith(("image/", "application/pdf")) and key != "image/svg+xml" and _text(value).strip():
        pictures.append((key, _text(value)))
    elif isinstance(value, list) and not all(isinstance(line, str) for line in value):
        for inner in value:
            _walk(inner, key, part, pictures)
    else:
        part.add(f"{key}: {_text(value)}" if key else _text(value), "line")
