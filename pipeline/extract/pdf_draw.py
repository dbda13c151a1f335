"""Draws one page of a PDF as pixels, some of it painted over. Runs in the locked-down child, like every reader."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.drawn import MAX_PIXELS, Order, Page, Rectangle, to_frame
from pipeline.extract.pdf_calls import address, char_box
from pipeline.extract.pdf_lines import Frame
from pipeline.extract.pdf_open import open_both
from pipeline.limits import Limits
from pipeline.types import Blob, Gap

Pixels = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.float64]  # a row (x0, y0, x1, y1) for each

PAD = 1.0  # points around what is painted over, for what a slanted or swung letter does outside of its box


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
    picture = _rendered(page, order)
    _paint(picture, frame, [*order.black, *_glyphs(page.raw, frame, order.black)])
    grey = (picture == picture[:, :, :1]).all()
    height, width = picture.shape[:2]
    return Page(
        width=width, height=height, colours=1 if grey else 3, points=frame.size, pages=pages,
        pixels=(picture[:, :, 0] if grey else picture).tobytes(),
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


def _glyphs(page: Any, frame: Frame, black: Sequence[Rectangle]) -> list[Rectangle]:
    """The boxes of all letters that lie in a rectangle by half: a line is measured by its first and last letter, and
    what is taller in between would look out.
    """
    letters = _letters(page, frame) if black else np.empty((0, 4))
    found: list[Rectangle] = []
    for x0, y0, x1, y1 in black:
        middle = (letters[:, 0] + letters[:, 2]) / 2
        shared = np.minimum(letters[:, 3], y1) - np.maximum(letters[:, 1], y0)
        lower = np.minimum(letters[:, 3] - letters[:, 1], y1 - y0)
        inside = (x0 <= middle) & (middle <= x1) & (shared > lower / 2)
        found.extend(map(tuple, letters[inside].tolist()))
    return found


def _letters(page: Any, frame: Frame) -> Boxes:
    handle = pdfium.FPDFText_LoadPage(page)
    if not handle:
        return np.empty((0, 4))
    try:
        box, text_page = (ctypes.c_float * 4)(), address(handle)
        boxes = []
        for index in range(pdfium.FPDFText_CountChars(handle)):
            if char_box(text_page, index, ctypes.addressof(box)):
                left, top, right, bottom = box
                boxes.append(frame.shown(left, bottom, right, top))
        return np.array(boxes, np.float64).reshape(-1, 4)
    finally:
        pdfium.FPDFText_ClosePage(handle)
