"""Draws one page of a PDF as pixels, some of it painted over. Runs in the locked-down child, like every reader."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.drawn import MAX_PIXELS, Order, Page, Rectangle, to_frame
from pipeline.extract.pdf_calls import address, char_box, item, letter, text_object
from pipeline.extract.pdf_lines import Frame
from pipeline.extract.pdf_open import open_both
from pipeline.limits import Limits
from pipeline.types import Blob, Gap

Pixels = npt.NDArray[np.uint8]
Chosen = npt.NDArray[np.bool_]

PAD = 1.0  # points around what is painted over, for what a slanted or swung letter does outside of its box


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters of a page: code points, boxes (a row x0, y0, x1, y1 for each), and the objects that draw them.

    A blank that pdfium only infers from a distance has object 0.
    """

    codes: npt.NDArray[np.uint32]
    boxes: npt.NDArray[np.float64]
    objects: npt.NDArray[np.uint64]


def run(job: str, blob: Blob, order: Order, limits: Limits, descriptor: int) -> None:
    """Answer one order with one frame. Whatever goes wrong in a page is a gap; for want of memory it raises."""
    try:
        found: Page | Gap = _drawn(blob.data, order, limits)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a page may fail in any way; each way is a gap
        found = _gap("page_not_read")
    view = memoryview(to_frame(job, blob.sha256, found))
    while view:
        view = view[os.write(descriptor, view) :]


def _gap(code: str) -> Gap:
    return Gap(stage="extract", code=code, path="")


def _drawn(data: bytes, order: Order, limits: Limits) -> Page | Gap:
    if order.page > limits.pages:
        return _gap("limit_pages")
    document = _opened(data, whole=order.whole)
    if isinstance(document, Gap):
        return document
    if order.whole:
        document.init_forms()
    pages = len(document)
    if not 1 <= order.page <= pages:
        return _gap("page_not_read")
    page = document[order.page - 1]
    frame = Frame.of(page.raw)
    letters = _letters(page.raw, frame)
    covered = _covered(letters, order.black)
    _take_away(letters.objects[covered])
    picture = _rendered(page, order)
    _paint(picture, frame, [*order.black, *map(tuple, letters.boxes[covered].tolist())])
    grey = (picture == picture[:, :, :1]).all()
    height, width = picture.shape[:2]
    return Page(
        width=width, height=height, colours=1 if grey else 3, points=frame.size, pages=pages,
        pixels=(picture[:, :, 0] if grey else picture).tobytes(), left=_left(letters, covered),
    )  # fmt: skip


def _opened(data: bytes, *, whole: bool) -> pypdfium2.PdfDocument | Gap:
    """The document as it shows itself or, `whole`, as it was read: with every layer, and mended where it had to be."""
    if not whole:
        try:
            return pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            pass
    opened = open_both(data)
    return opened.drawing or (opened.gaps[0] if opened.gaps else _gap("damaged"))


def _rendered(page: Any, order: Order) -> Pixels:
    width, height = page.get_size()
    scale = min(
        order.dpi / 72,
        (order.side - 1) / max(width, height),  # a broken pixel counts as a whole one
        (MAX_PIXELS / (width * height)) ** 0.5 * 0.99,
    )
    options = {"draw_annots": order.whole, "may_draw_forms": order.whole, "rev_byteorder": True}
    return np.asarray(page.render(scale=scale, **options).to_numpy())


def _paint(picture: Pixels, frame: Frame, black: Sequence[Rectangle]) -> None:
    rows, columns = picture.shape[:2]
    across, down = columns / frame.size[0], rows / frame.size[1]
    for x0, y0, x1, y1 in black:
        left, top = max(floor((x0 - PAD) * across), 0), max(floor((y0 - PAD) * down), 0)
        picture[top : max(ceil((y1 + PAD) * down), 0), left : max(ceil((x1 + PAD) * across), 0)] = 0


def _letters(page: Any, frame: Frame) -> _Letters:
    """All letters of a page. Raises ValueError where pdfium cannot tell them: then nothing is known to be covered."""
    handle = pdfium.FPDFText_LoadPage(page)
    if not handle:
        raise ValueError("pdfium gives no text page")
    try:
        box, text_page = (ctypes.c_float * 4)(), address(handle)
        count = pdfium.FPDFText_CountChars(handle)
        codes, boxes, objects = np.zeros(count, np.uint32), np.zeros((count, 4)), np.zeros(count, np.uint64)
        for at in range(count):
            codes[at], objects[at] = letter(text_page, at), text_object(text_page, at) or 0
            if char_box(text_page, at, ctypes.addressof(box)):
                left, top, right, bottom = box
                boxes[at] = frame.shown(left, bottom, right, top)
        return _Letters(codes, boxes, objects)
    finally:
        pdfium.FPDFText_ClosePage(handle)


def _covered(letters: _Letters, black: Sequence[Rectangle]) -> Chosen:
    """The letters that lie in a rectangle by half, with all others of the objects that they are drawn by.

    A line is measured by its first and last letter, and what is taller in between would look out of its rectangle.
    """
    boxes, objects = letters.boxes, letters.objects
    inside = np.zeros(len(objects), np.bool_)
    for x0, y0, x1, y1 in black:
        middle = (boxes[:, 0] + boxes[:, 2]) / 2
        shared = np.minimum(boxes[:, 3], y1) - np.maximum(boxes[:, 1], y0)
        lower = np.minimum(boxes[:, 3] - boxes[:, 1], y1 - y0)
        inside |= (x0 <= middle) & (middle <= x1) & (shared > lower / 2)
    drawn_with: Chosen = np.isin(objects, objects[inside]) & (objects != 0)
    return inside | drawn_with


def _take_away(objects: npt.NDArray[np.uint64]) -> None:
    """What is covered is not even drawn: a font may lie about how large its letters are."""
    for place in filter(None, set(objects.tolist())):
        pdfium.FPDFPageObj_SetIsActive(item(place), False)


def _left(letters: _Letters, covered: Chosen) -> str:
    return "".join(chr(code) if _is_character(code) else "\ufffd" for code in letters.codes[~covered].tolist())


def _is_character(code: int) -> bool:
    return code < 0xD800 or 0xDFFF < code <= 0x10FFFF
