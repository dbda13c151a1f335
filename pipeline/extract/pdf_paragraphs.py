"""Puts the lines of a page back together as paragraphs, headings and list items.

A PDF holds no paragraphs. What a reader sees as one is told by the gap above a line, its indent, its size and
whether the line before it was full.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.extract.parts import PartBuilder
from pipeline.extract.pdf_lines import Line
from pipeline.types import Box, PartKind, Role, Visibility, Where

_ITEM = re.compile(
    r"(?:[•◦▪●○■□‣⁃∙·–—*\-\uf0b7\uf0a7]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s|[•◦▪●○■□‣\uf0b7\uf0a7]"
)
_SENTENCE_END = re.compile(r"[.!?:;]['\"”’)\]]*$")
# Words that keep their hyphen where a line is broken after it.
_PREFIXES = frozenset(
    "anti closed co counter cross day end ex few fine first full high inter intra long low multi non off one open post "  # noqa: SIM905
    "pre re real red second self semi short state third time two well zero".split()
)
_HEADING_RATIO = 1.12
_HEADING_CHARS = 200


def page_part(
    lines: Sequence[Line],
    *,
    page: int,
    path: str,
    sizes: Counter[float],
    kind: PartKind = "body",
    visibility: Visibility = "visible",
) -> PartBuilder:
    """One part for one page; `sizes` gathers the font sizes of the document over its pages."""
    lengths: dict[float, int] = {}
    for line in lines:
        lengths[line.size] = lengths.get(line.size, 0) + len(line.text)
    for size, length in lengths.items():
        sizes[round(size * 2) / 2] += length
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    builder = PartBuilder(kind=kind, path=path, visibility=visibility, where=Where(page=page))
    for group in paragraphs(lines):
        text = joined(group) if len(group) > 1 else group[0].text
        boxes = tuple([Box(page=page, x0=n.x0, y0=n.y0, x1=n.x1, y1=n.y1) for n in group])
        builder.add(text, _role(text, group, body), Where(page=page, boxes=boxes))
    return builder


def paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Groups of lines, each a paragraph, heading or list item."""
    group: list[Line] = []
    left = right = 0.0
    for line in lines:
        if group and _starts(line, group, left, right):
            yield group
            group = []
        if not group or line.x0 < left:
            left = line.x0
        if not group or line.x1 > right:
            right = line.x1
        group.append(line)
    if group:
        yield group


def _starts(line: Line, group: list[Line], left: float, right: float) -> bool:
    """Whether `line` begins anew; the group before it runs from `left` to `right`."""
    last = group[-1]
    if last.broken:
        return False
    size, y0 = max(last.size, line.size, 1.0), line.y0
    if abs(line.size - last.size) > 0.1 * size:
        return True
    if last.y0 <= (y0 + line.y1) / 2 <= last.y1:  # the same row: cells of a table, a tab stop
        return line.x0 < last.x0
    if y0 < last.y0 or y0 - last.y1 > 0.6 * size:  # the next column, or a gap
        return True
    if len(group) > 1 and y0 - last.y0 > 1.25 * (last.y0 - group[-2].y0) > 0:
        return True
    if line.x0 > right or line.x1 < left or _is_item(line.text):
        return True
    if line.x0 - left > size and len(group) > 1 and not _is_item(group[0].text):  # the first line is set in
        return True
    edge = max(right, line.x1)
    return last.x1 < edge - 0.15 * (edge - left) and bool(_SENTENCE_END.search(last.text[-8:]))


def _is_item(text: str) -> bool:
    """Whether a line begins like an item of a list. A word, as most lines begin with, is told at once."""
    return not (text[:2].isalpha() and text[0] not in "ivxIVX") and _ITEM.match(text) is not None


def joined(group: Sequence[Line]) -> str:
    """The text of a paragraph on one line, words broken at a hyphen made whole."""
    text = group[0].text
    if not any(line.broken or line.text[-1] == "-" for line in group):
        return " ".join(line.text for line in group)
    for before, line in pairwise(group):
        hyphen = before.broken or (text.endswith("-") and line.text[:1].islower() and text[-2:-1].isalpha())
        text = _mend(text, line.text) if hyphen else f"{text} {line.text}"
    return text


def _mend(left: str, right: str) -> str:
    stem = left.removesuffix("-")
    word = re.split(r"[^\w-]", stem)[-1]
    keep = word.lower() in _PREFIXES or "-" in word or not right[:1].islower()
    return f"{stem}-{right}" if keep else stem + right


def _role(text: str, group: Sequence[Line], body: float) -> Role:
    if len(text) <= _HEADING_CHARS and group[0].size >= _HEADING_RATIO * body and any(c.isalpha() for c in text):
        return "heading"
    return "list_item" if _is_item(text) else "paragraph"
