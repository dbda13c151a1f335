"""Walks DrawingML shapes of a slide: paragraphs, tables, groups, in the order in which a person reads them.

Like the walk over Word's stories it counts what it placed, so that text in unforeseen places comes out, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.extract.ooxml import attribute, local, texts
from pipeline.types import Role

_MACHINE_TEXT = {  # elements whose text names a style or an animated property, never content
    "tableStyleId": re.compile(r"\{[0-9A-Fa-f-]{36}\}"),
    "attrName": re.compile(r"[A-Za-z_]+(?:\.[A-Za-z_]+)*|#?ppt_\w"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or table row; `hidden` where its shape is switched off or lies off the slide."""

    text: str
    role: Role
    hidden: bool


@dataclass(slots=True)
class _Shape:
    order: tuple[int, int, int]
    lines: list[Line] = field(default_factory=list)


class Shapes:
    """The text of one slide-like part; `width` and `height` are the slide's, in EMU (0: unknown)."""

    def __init__(self, width: int = 0, height: int = 0) -> None:
        self._width, self._height = width, height
        self._placed = 0
        self._fallbacks: list[etree._Element] = []

    def read(self, root: etree._Element) -> list[Line]:
        """All lines, the title first, then by position where shapes have one, else as stored."""
        shapes: list[_Shape] = []
        self._collect(root, shapes, hidden=False)
        lines = [line for shape in sorted(shapes, key=lambda shape: shape.order) for line in shape.lines]
        lines += self._read_fallbacks(lines)
        if _solid("".join(texts(root))) != self._placed:
            lines += [Line(text.strip(), "paragraph", True) for text in texts(root) if text.strip()]
        return lines

    def _collect(self, element: etree._Element, shapes: list[_Shape], *, hidden: bool) -> None:
        for child in element:
            name = local(child)
            if name in ("sp", "graphicFrame", "cxnSp", "pic", "contentPart"):
                shape = _Shape(_order(child))
                self._lines(child, shape.lines, _role(child), hidden=hidden or self._unseen(child))
                shapes.append(shape)
            elif name == "grpSp":
                group = _Shape(_order(child))
                inner: list[_Shape] = []
                self._collect(child, inner, hidden=hidden or _switched_off(child))
                group.lines = [line for shape in inner for line in shape.lines]
                shapes.append(group)
            elif name == "Fallback":
                self._fallbacks.append(child)
            elif self._machine(name, child):
                continue
            elif name in ("p", "tbl"):
                shape = _Shape((2, 0, 0))
                self._lines(element, shape.lines, "paragraph", hidden=hidden)
                shapes.append(shape)
                return
            else:
                self._collect(child, shapes, hidden=hidden)

    def _lines(self, element: etree._Element, lines: list[Line], role: Role, *, hidden: bool) -> None:
        for child in element:
            name = local(child)
            if name == "p":
                text = self._paragraph(child)
                lines.append(Line(text, _bulleted(child, role), hidden))
            elif name == "tbl":
                lines.extend(self._rows(child, hidden=hidden))
            elif name == "Fallback":
                self._fallbacks.append(child)
            elif not self._machine(name, child):
                if child.text and child.text.strip():
                    self._placed += _solid(child.text)
                    lines.append(Line(child.text, "paragraph", hidden))
                self._lines(child, lines, role, hidden=hidden)

    def _machine(self, name: str, element: etree._Element) -> bool:
        """Count text that only PowerPoint reads as placed."""
        pattern = _MACHINE_TEXT.get(name)
        if pattern is None or not element.text or not pattern.fullmatch(element.text.strip()):
            return False
        self._placed += _solid(element.text)
        return True

    def _paragraph(self, paragraph: etree._Element) -> str:
        pieces = []
        for node in paragraph.iter():
            name = local(node)
            if name == "br":
                pieces.append("\n")
            elif name == "tab":
                pieces.append("\t")
            elif node.text and (name == "t" or node.text.strip()):
                self._placed += _solid(node.text)
                pieces.append(node.text)
        return "".join(pieces)

    def _rows(self, table: etree._Element, *, hidden: bool) -> Iterator[Line]:
        rows = [child for child in table if local(child) == "tr"]
        for node in table.iter():
            self._machine(local(node), node)
        for number, row in enumerate(rows):
            cells = []
            for cell in row:
                texts = [self._paragraph(node) for node in cell.iter() if local(node) == "p"]
                cells.append(" ".join(" ".join(text.split()) for text in texts if text.strip()))
            if any(cells):
                yield Line(" | ".join(cells), "header_row" if number == 0 else "row", hidden)

    def _unseen(self, shape: etree._Element) -> bool:
        return _switched_off(shape) or self._off_slide(shape)

    def _off_slide(self, shape: etree._Element) -> bool:
        place = _place(shape)
        if place is None or not self._width:
            return False
        x, y, width, height = place
        return x >= self._width or y >= self._height or x + width <= 0 or y + height <= 0

    def _read_fallbacks(self, lines: list[Line]) -> list[Line]:
        shown = "".join("".join(line.text for line in lines).split())
        extra: list[Line] = []
        while self._fallbacks:
            fallback = self._fallbacks.pop()
            text = "".join("".join(texts(fallback)).split())
            if text and text not in shown:
                self._lines(fallback, extra, "paragraph", hidden=True)
            else:
                self._placed += len(text)
        return extra


def _order(shape: etree._Element) -> tuple[int, int, int]:
    """Titles, then placeholders in stored order (their place is the layout's), then by row and column."""
    if _role(shape) == "heading":
        return (0, 0, 0)
    place = _place(shape)
    if place is None:
        return (1, 0, 0)
    return (2, place[1], place[0])


def _role(shape: etree._Element) -> Role:
    for node in shape.iter():
        name = local(node)
        if name == "ph":
            return "heading" if node.get("type") in ("title", "ctrTitle") else "paragraph"
        if name in ("txBody", "spPr", "graphic"):
            break
    return "paragraph"


def _bulleted(paragraph: etree._Element, role: Role) -> Role:
    if role == "paragraph" and len(paragraph) and local(paragraph[0]) == "pPr":
        properties = paragraph[0]
        if (properties.get("lvl") or "0") != "0" or any(local(node) in ("buChar", "buAutoNum") for node in properties):
            return "list_item"
    return role


def _switched_off(shape: etree._Element) -> bool:
    for node in shape.iter():
        if local(node) == "cNvPr":
            return node.get("hidden") in ("1", "true")
    return False


def _place(shape: etree._Element) -> tuple[int, int, int, int] | None:
    """x, y, width and height in EMU, where the shape has its own."""
    offset = extent = None
    for node in shape.iter():
        name = local(node)
        if name == "off" and offset is None:
            offset = node
        elif name == "ext" and extent is None and node.get("cx") is not None:
            extent = node
        elif name == "txBody":
            break
    if offset is None or extent is None:
        return None
    values = [attribute(offset, "x"), attribute(offset, "y"), attribute(extent, "cx"), attribute(extent, "cy")]
    try:
        x, y, width, height = (int(value or 0) for value in values)
    except ValueError:
        return None
    return x, y, width, height


def _solid(text: str) -> int:
    return len("".join(text.split()))
