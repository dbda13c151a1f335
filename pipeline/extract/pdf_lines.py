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

from pipeline.extract.pdf_calls import address, char_box, char_index, font_size

BROKEN_WORD = "\ufffe"
TINY = 2.0  # points; smaller than any print
_BREAK = re.compile(f"[\r\n{BROKEN_WORD}]")
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
    out_of_sight: bool  # some line lies outside the page or is too small for the eye


def read_lines(page: Any, frame: Frame) -> PageText:
    """All text of a loaded page, hidden text included. Raises ValueError where pdfium cannot read it."""
    handle = pdfium.FPDFText_LoadPage(page)
    if not handle:
        raise ValueError("pdfium gives no text page")
    try:
        count = pdfium.FPDFText_CountChars(handle)
        text = _text(handle, count)
        reading = _Reading(address(handle), frame, exact=len(text) == count)
        start = 0
        for row in text.split("\r\n"):
            if _BREAK.search(row):
                reading.read_broken(row, start)
            else:
                reading.read(row, start)
            start += len(row) + 2
        unmapped = count - len(text) + len(_UNSPELLED.findall(text))
        return PageText(text, reading.lines, count, unmapped, reading.out_of_sight)
    finally:
        pdfium.FPDFText_ClosePage(handle)


def _text(handle: Any, count: int) -> str:
    if count <= 0:
        return ""
    units = 2 * count + 1
    buffer = _buffer if units <= len(_buffer) else (ctypes.c_ushort * units)()
    written = pdfium.FPDFText_GetText(handle, 0, count, buffer)
    return ctypes.string_at(buffer, 2 * max(written - 1, 0)).decode("utf-16-le", "replace")


_buffer = (ctypes.c_ushort * 20_000)()  # for the text of a page: a new one costs as much as its text


class _Reading:
    """Measures the lines of one page."""

    def __init__(self, text_page: int, frame: Frame, *, exact: bool) -> None:
        self.lines: list[Line] = []
        self.out_of_sight = False
        self._text_page, self._frame = text_page, frame
        self._exact = exact  # the n-th code point is the n-th glyph
        self._width, self._height = frame.size
        self._box = (ctypes.c_float * 4)()  # left, top, right, bottom, as FS_RECTF has them
        self._place = ctypes.addressof(self._box)

    def read_broken(self, row: str, start: int) -> None:
        """A row that holds further ends of lines."""
        at = 0
        for found in _BREAK.finditer(row):
            self.read(row[at : found.start()], start + at, broken=found.group() == BROKEN_WORD)
            at = found.end()
        self.read(row[at:], start + at)

    def read(self, raw: str, start: int, broken: bool = False) -> None:
        """One line, which begins at `start` in the text of the page."""
        text = raw.strip(" \t\xa0")
        if not text:
            return
        text_page, place = self._text_page, self._place
        first = start if raw[0] == text[0] else start + raw.index(text[0])
        last = first + len(text) - 1
        if not self._exact:
            first, last = _glyphs(text_page, first, last)
        char_box(text_page, first, place)
        x0, y1, x1, y0 = self._box
        if last > first:
            char_box(text_page, last, place)
            left, top, right, bottom = self._box
            if left < x0:
                x0 = left
            if bottom < y0:
                y0 = bottom
            if right > x1:
                x1 = right
            if top > y1:
                y1 = top
        size = font_size(text_page, first)
        height = y1 - y0
        if not 0.5 < size / (height or 1) < 2:  # scaled by a matrix, or turned
            size = min(height, x1 - x0)
        x0, y0, x1, y1 = self._frame.shown(x0, y0, x1, y1)
        outside = x1 <= 0 or y1 <= 0 or x0 >= self._width or y0 >= self._height
        if outside or ((y1 - y0 < TINY or x1 - x0 < TINY) and len(text) >= TINY):
            self.out_of_sight = True
        self.lines.append(Line(text, x0, y0, x1, y1, size, broken))


def _glyphs(text_page: int, first: int, last: int) -> tuple[int, int]:
    """The glyphs behind two places in the text."""
    start = max(char_index(text_page, first), 0)
    return start, max(char_index(text_page, last), start)
