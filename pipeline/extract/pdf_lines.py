"""Reads the lines of one PDF page with pdfium: text, box and font size of each.

pdfium ends a line with CR LF, and puts U+FFFE where a word was broken at a hyphen. Every call into pdfium costs
about half a microsecond, so a line is measured by its first and last glyph alone.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

BROKEN_WORD = "\ufffe"
_BREAK = re.compile(f"\r\n|[\r\n{BROKEN_WORD}]")
_CHAR_BOX, _FONT_SIZE = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetFontSize
_UNSPELLED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd\ue000-\uf8ff]")


@dataclass(slots=True)
class Line:
    """One line in reading order; the box is in points from the top left of the page as it is shown."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    broken: bool = False  # ends in the middle of a word


@dataclass(slots=True)
class Frame:
    """The visible rectangle of a page and its rotation: turns PDF coordinates into those of a reader."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @classmethod
    def of(cls, page: Any) -> Frame:
        box = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, box)
        return cls(box.left, box.bottom, box.right, box.top, pdfium.FPDFPage_GetRotation(page))

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turns % 2 else (width, height)

    def shown(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) in PDF coordinates as (x0, y0, x1, y1) with the origin at the top left."""
        if self.turns == 0:
            return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0
        if self.turns == 1:
            return y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left
        if self.turns == 2:
            return self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom
        return self.top - y1, self.right - x1, self.top - y0, self.right - x0


@dataclass(slots=True)
class PageText:
    """The lines of a page, and how many of its glyphs have no character (`unmapped`) or a meaningless one."""

    text: str
    lines: list[Line]
    glyphs: int
    unmapped: int


def read_lines(page: Any, frame: Frame) -> PageText:
    """All text of a loaded page, hidden text included. Raises ValueError where pdfium cannot read it."""
    handle = pdfium.FPDFText_LoadPage(page)
    if not handle:
        raise ValueError("pdfium gives no text page")
    try:
        count = pdfium.FPDFText_CountChars(handle)
        text, exact = _text(handle, count)
        return PageText(
            text, _lines(handle, text, frame, exact), count, count - len(text) + len(_UNSPELLED.findall(text))
        )
    finally:
        pdfium.FPDFText_ClosePage(handle)


def _text(handle: Any, count: int) -> tuple[str, bool]:
    """The text, and whether its n-th code point is the n-th glyph."""
    if count <= 0:
        return "", True
    buffer = (ctypes.c_ushort * (2 * count + 1))()
    written = pdfium.FPDFText_GetText(handle, 0, count, buffer)
    text = bytes(memoryview(buffer)[: max(written - 1, 0)]).decode("utf-16-le", "replace")
    return text, len(text) == count


def _lines(handle: Any, text: str, frame: Frame, exact: bool) -> list[Line]:
    lines = []
    start = 0
    box = pdfium.FS_RECTF()
    place = ctypes.byref(box)
    for end, after, mark in _spans(text):
        raw = text[start:end]
        stripped = raw.strip(" \t\xa0")
        if stripped:
            first = start + (0 if raw[0] == stripped[0] else raw.index(stripped[0]))
            last = first + len(stripped) - 1
            if not exact:
                first, last = _glyphs(handle, first, last)
            _CHAR_BOX(handle, first, place)
            x0, y0, x1, y1 = box.left, box.bottom, box.right, box.top
            if last > first:
                _CHAR_BOX(handle, last, place)
                x0, y0, x1, y1 = min(x0, box.left), min(y0, box.bottom), max(x1, box.right), max(y1, box.top)
            size = _FONT_SIZE(handle, first)
            if not 0.5 < size / (y1 - y0 or 1) < 2:  # scaled by a matrix, or turned
                size = min(y1 - y0, x1 - x0)
            lines.append(Line(stripped, *frame.shown(x0, y0, x1, y1), size, mark == BROKEN_WORD))
        start = after
    return lines


def _spans(text: str) -> list[tuple[int, int, str]]:
    found = [(m.start(), m.end(), m.group()) for m in _BREAK.finditer(text)]
    return [*found, (len(text), len(text), "")]


def _glyphs(handle: Any, first: int, last: int) -> tuple[int, int]:
    """The glyphs behind two places in the text."""
    start = max(pdfium.FPDFText_GetCharIndexFromTextIndex(handle, first), 0)
    return start, max(pdfium.FPDFText_GetCharIndexFromTextIndex(handle, last), start)
