"""Finds the passages in what was read of the file again: by their place, which must still hold their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import Unfit
from ..types import Document, Part, Passage
from .traces import Span, Traces

Places = Mapping[str, list[Span]]  # stretches of a part's text, by its path


def places(passages: Sequence[Passage], document: Document) -> tuple[Places, Traces]:
    """Where each passage stands, and what may not be left of any.

    Of each only path, start, end and some of the text are needed. Raises Unfit where one is not in `document` itself,
    but in something inside it, or where other words stand in its place.
    """
    parts = {part.path: part for part in document.parts}
    found: dict[str, list[Span]] = {}
    texts: list[str] = []
    for passage in passages:
        if passage.location != document.blob.location:
            raise Unfit("a passage stands in a file inside this one, and not where it could be covered")
        part = parts.get(passage.path)
        if part is None or not _holds(part, passage):
            raise Unfit("a passage is not in this file: it was found in another version, or read by other rules")
        found.setdefault(passage.path, []).append((passage.start, passage.end))
        texts += (part.text[passage.start : passage.end], passage.text)
    return found, Traces(texts)


def _holds(part: Part, passage: Passage) -> bool:
    """Whether the words of the passage, or of an excerpt of it, stand in its place."""
    if not 0 <= passage.start < passage.end <= len(part.text):
        return False
    there = part.text[passage.start : passage.end]
    return there in passage.text or Traces([passage.text]).left_in(there)
