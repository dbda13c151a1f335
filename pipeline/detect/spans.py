"""Carries a span of the matching copy back to the passage's own text, where tags and evidence count."""

from __future__ import annotations

from pipeline.types import Passage


def in_text(passage: Passage, start: int, end: int) -> tuple[int, int]:
    """[start, end) of `passage.matching.text`, as a span of `passage.text`; (0, 0) where it lies in the lead alone."""
    offsets = passage.matching.offsets
    if offsets is not None and start < end:
        behind = offsets[start:end]  # not sorted where the original runs right to left
        start, end = min(behind), max(behind) + 1
    lead = passage.text_offset
    size = len(passage.text)
    return max(0, min(start - lead, size)), max(0, min(end - lead, size))


def copy_of(passage: Passage) -> str:
    """What detectors match on: the matching copy, or the reading where nobody made one."""
    return passage.matching.text or passage.reading
