"""Looks at the objects of one PDF page: text that a reader does not see, and pictures that may hold writing.

Run only where the content of a page or the place of its lines suggests something: it costs a third of pdfium's text.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

Bounds = tuple[float, float, float, float]

_TEXT, _PATH, _IMAGE, _SHADING, _FORM = 1, 2, 3, 4, 5
_NO_INK = frozenset({3, 7})  # text rendering modes without fill and stroke
_WHITE = 247
_OPAQUE = 250
_OUTLINE_SEGMENTS = 400
_DEPTH = 12


@dataclass(slots=True)
class Picture:
    """An image on the page: its size in pixels and a key that is the same wherever it is drawn again."""

    width: int
    height: int
    key: tuple[int, ...]
    area: float | None  # share of the page; unknown inside a form


@dataclass(slots=True)
class Marks:
    """What was seen on one page."""

    invisible: bool = False
    covered: bool = False
    pictures: list[Picture] = field(default_factory=list)
    segments: int = 0  # of filled paths: outlines of letters, perhaps
    letters: bool = False  # text that takes up room, whether pdfium can spell it or not
    texts: list[Any] = field(default_factory=list)  # text objects, for taking them out of a rendering

    @property
    def drawn_letters(self) -> bool:
        return self.segments >= _OUTLINE_SEGMENTS


@dataclass(slots=True)
class _Cells:
    """Places that pdfium writes its answers to, made once a page."""

    floats: list[ctypes.c_float] = field(default_factory=lambda: [ctypes.c_float() for _ in range(4)])
    numbers: list[ctypes.c_uint] = field(default_factory=lambda: [ctypes.c_uint() for _ in range(4)])

    def bounds(self, item: Any) -> Bounds | None:
        if not pdfium.FPDFPageObj_GetBounds(item, *self.floats):
            return None
        left, bottom, right, top = (cell.value for cell in self.floats)
        return left, bottom, right, top

    def fill(self, item: Any) -> tuple[int, int, int, int] | None:
        """Red, green, blue, alpha; None for a pattern."""
        if not pdfium.FPDFPageObj_GetFillColor(item, *self.numbers):
            return None
        red, green, blue, alpha = (cell.value for cell in self.numbers)
        return red, green, blue, alpha


@dataclass(slots=True)
class _Shown:
    """A text object, and its bounds once they were asked for."""

    item: Any
    bounds: Bounds | None = None


def look(page: Any, page_area: float, *, inks: bool, letters: bool) -> Marks:
    """Walk the objects of a loaded page in the order in which they are painted.

    `inks`: look at the colour of text; `letters`: ask whether any text takes up room.
    """
    marks, cells = Marks(), _Cells()
    painted: list[Bounds] = []  # dark ground on which white text would show
    shown: list[_Shown] = []
    for item, kind, nested in _objects(page):
        if kind == _TEXT:
            marks.texts.append(item)
            marks.invisible = marks.invisible or (inks and _unseen(item, cells, painted, nested))
            marks.letters = marks.letters or (letters and _wide(cells.bounds(item)))
            if not nested:
                shown.append(_Shown(item))
        elif kind == _IMAGE:
            bounds = None if nested else cells.bounds(item)
            marks.pictures.append(_picture(item, bounds, page_area))
            if bounds:
                painted.append(bounds)
            _cover(bounds, shown, cells, marks)
        elif kind == _PATH and _filled(item):
            marks.segments += pdfium.FPDFPath_CountSegments(item)
            _ground(item, nested, shown, painted, cells, marks)
        elif kind == _SHADING and not nested and (bounds := cells.bounds(item)):
            painted.append(bounds)
    return marks


def _objects(page: Any) -> Iterator[tuple[Any, int, bool]]:
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        item = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == _FORM:
            yield from _inside(item, 0)
        else:
            yield item, kind, False


def _inside(form: Any, depth: int) -> Iterator[tuple[Any, int, bool]]:
    for index in range(pdfium.FPDFFormObj_CountObjects(form)):
        item = pdfium.FPDFFormObj_GetObject(form, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind != _FORM:
            yield item, kind, True
        elif depth < _DEPTH:
            yield from _inside(item, depth + 1)


def _filled(item: Any) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(pdfium.FPDFPath_GetDrawMode(item, mode, stroke)) and mode.value != 0


def _ground(item: Any, nested: bool, shown: list[_Shown], painted: list[Bounds], cells: _Cells, marks: Marks) -> None:
    """A filled path: ground for white text after it, and perhaps a cover for text before it."""
    bounds = None if nested else cells.bounds(item)
    colour = cells.fill(item)
    if bounds and (colour is None or min(colour[:3]) < _WHITE):
        painted.append(bounds)
    if colour and colour[3] >= _OPAQUE and not pdfium.FPDFPageObj_HasTransparency(item):
        _cover(bounds, shown, cells, marks)


def _unseen(item: Any, cells: _Cells, painted: list[Bounds], nested: bool) -> bool:
    if pdfium.FPDFTextObj_GetTextRenderMode(item) in _NO_INK:
        return True
    colour = cells.fill(item)
    if colour is None:
        return False
    if colour[3] < 8:
        return True
    if nested or min(colour[:3]) < _WHITE:
        return False
    bounds = cells.bounds(item)
    return bounds is not None and not any(_overlap(bounds, ground) > 0.5 for ground in painted)


def _picture(item: Any, bounds: Bounds | None, page_area: float) -> Picture:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(item, width, height)
    size = pdfium.FPDFImageObj_GetImageDataRaw(item, None, 0)
    place = tuple(round(n) for n in (bounds[2] - bounds[0], bounds[3] - bounds[1])) if bounds else ()
    area = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]) / page_area if bounds and page_area else None
    return Picture(width.value, height.value, (width.value, height.value, _crc(item, size), *place), area)


def _crc(item: Any, size: int) -> int:
    if size <= 0:
        return 0
    buffer = (ctypes.c_ubyte * size)()
    pdfium.FPDFImageObj_GetImageDataRaw(item, buffer, size)
    return hash(bytes(buffer))


def _cover(bounds: Bounds | None, shown: list[_Shown], cells: _Cells, marks: Marks) -> None:
    """Something opaque is painted at `bounds`: does it hide text painted before?"""
    if bounds is None or marks.covered or not shown or bounds[2] - bounds[0] < 4 or bounds[3] - bounds[1] < 4:
        return
    for text in shown:
        if text.bounds is None:
            text.bounds = cells.bounds(text.item) or (0.0, 0.0, 0.0, 0.0)
        left, bottom, right, top = text.bounds
        if right > bounds[0] and left < bounds[2] and top > bounds[1] and bottom < bounds[3]:
            marks.covered = marks.covered or _overlap(text.bounds, bounds) > 0.7


def _wide(bounds: Bounds | None) -> bool:
    return bounds is not None and bounds[2] > bounds[0]


def _overlap(inner: Bounds, outer: Bounds) -> float:
    """The share of `inner` that lies in `outer`."""
    width = min(inner[2], outer[2]) - max(inner[0], outer[0])
    height = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return width * height / area if width > 0 and height > 0 and area > 0 else 0.0
