"""Looks at the objects of one PDF page: text that a reader does not see, and pictures that may hold writing.

Run only where the content of a page or the place of its lines suggests something: it costs a third of pdfium's text.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.extract.pdf_calls import (
    address,
    count_in_form,
    count_objects,
    count_segments,
    draw_mode,
    get_bounds,
    get_fill,
    get_in_form,
    get_object,
    has_transparency,
    object_type,
    render_mode,
)
from pipeline.extract.pdf_calls import item as as_item

Bounds = tuple[float, float, float, float]

_TEXT, _PATH, _IMAGE, _SHADING, _FORM = 1, 2, 3, 4, 5
_NO_INK = frozenset({3, 7})  # text rendering modes without fill and stroke
_WHITE = 247
_OPAQUE = 250
OUTLINES = 400
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
    texts: list[int] = field(default_factory=list)  # where the text objects are, for taking them out of a rendering

    @property
    def drawn_letters(self) -> bool:
        return self.segments >= OUTLINES


class _Cells:
    """Places that pdfium writes its answers to, made once a page."""

    def __init__(self) -> None:
        self._floats, self._numbers = (ctypes.c_float * 4)(), (ctypes.c_uint * 4)()
        self._modes = (ctypes.c_int * 2)()
        places = (self._floats, self._numbers, self._modes)
        self._bounds, self._fill, self._mode = ([ctypes.addressof(p) + 4 * n for n in range(len(p))] for p in places)

    def bounds(self, item: int) -> Bounds | None:
        if not get_bounds(item, *self._bounds):
            return None
        left, bottom, right, top = self._floats
        return left, bottom, right, top

    def fill(self, item: int) -> tuple[int, int, int, int] | None:
        """Red, green, blue, alpha; None for a pattern."""
        if not get_fill(item, *self._fill):
            return None
        red, green, blue, alpha = self._numbers
        return red, green, blue, alpha

    def filled(self, item: int) -> bool:
        """Whether a path is filled, and not only stroked."""
        return bool(draw_mode(item, *self._mode)) and self._modes[0] != 0


@dataclass(slots=True)
class _Shown:
    """A text object, and its bounds once they were asked for."""

    item: int
    bounds: Bounds | None = None


def look(page: Any, page_area: float, *, inks: bool, letters: bool) -> Marks:
    """Walk the objects of a loaded page in the order in which they are painted.

    `inks`: look at the colour of text; `letters`: ask whether any text takes up room.
    """
    marks, cells = Marks(), _Cells()
    painted: list[Bounds] = []  # dark ground on which white text would show
    shown: list[_Shown] = []
    for item, kind, nested in _objects(address(page)):
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
        elif kind == _PATH and cells.filled(item):
            marks.segments += count_segments(item)
            _ground(item, nested, shown, painted, cells, marks)
        elif kind == _SHADING and not nested and (bounds := cells.bounds(item)):
            painted.append(bounds)
    return marks


def _objects(page: int) -> Iterator[tuple[int, int, bool]]:
    for index in range(count_objects(page)):
        item = get_object(page, index)
        kind = object_type(item)
        if kind == _FORM:
            yield from _inside(item, 0)
        else:
            yield item, kind, False


def _inside(form: int, depth: int) -> Iterator[tuple[int, int, bool]]:
    for index in range(count_in_form(form)):
        item = get_in_form(form, index)
        kind = object_type(item)
        if kind != _FORM:
            yield item, kind, True
        elif depth < _DEPTH:
            yield from _inside(item, depth + 1)


def _ground(item: int, nested: bool, shown: list[_Shown], painted: list[Bounds], cells: _Cells, marks: Marks) -> None:
    """A filled path: ground for white text after it, and perhaps a cover for text before it."""
    bounds = None if nested else cells.bounds(item)
    colour = cells.fill(item)
    if bounds and (colour is None or min(colour[:3]) < _WHITE):
        painted.append(bounds)
    if colour and colour[3] >= _OPAQUE and not has_transparency(item):
        _cover(bounds, shown, cells, marks)


def _unseen(item: int, cells: _Cells, painted: list[Bounds], nested: bool) -> bool:
    if render_mode(item) in _NO_INK:
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


def _picture(place: int, bounds: Bounds | None, page_area: float) -> Picture:
    item = as_item(place)
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(item, width, height)
    size = pdfium.FPDFImageObj_GetImageDataRaw(item, None, 0)
    extent = tuple(round(n) for n in (bounds[2] - bounds[0], bounds[3] - bounds[1])) if bounds else ()
    area = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]) / page_area if bounds and page_area else None
    return Picture(width.value, height.value, (width.value, height.value, _crc(item, size), *extent), area)


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
