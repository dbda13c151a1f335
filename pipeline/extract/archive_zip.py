"""Hands on every member of a ZIP archive; names and comments are text."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.extract.embedded import child
from pipeline.extract.zipped import Budget, Member, members
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Members in the order of the directory. A member's name is for display, never a path to write to."""
    folders: list[str] = []
    for item in members(blob.data, Budget(limits)):
        if not isinstance(item, Member):
            yield item
        elif item.data or not item.name.endswith("/"):
            yield child(item.data, item.name)
        else:
            folders.append(item.name)
    # An archive without a file in it is read, too: its folders are all there is to say.
    yield Part(kind="name", text="\n".join(folders), path="folders")
