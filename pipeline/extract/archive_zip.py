"""Hands on every member of a ZIP archive; names and comments are text."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.extract.embedded import child
from pipeline.extract.zipped import Budget, Member, members
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_IWORK = ".iwa"  # Pages, Numbers and Keynote keep their text in these, packed and in a form that nobody else reads


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Members in the order of the directory. A member's name is for display, never a path to write to."""
    iwork = 0
    for item in members(blob.data, Budget(limits)):
        if not isinstance(item, Member):
            yield item
        elif item.name.lower().endswith(_IWORK):
            iwork += 1
        else:
            yield child(item.data, item.name)
    if iwork:
        yield Gap(stage="extract", code="unsupported_type", path="", detail=f"Apple iWork: {iwork} parts not read")
