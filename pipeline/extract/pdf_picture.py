"""Draws a PDF page as a grey picture, and packs it as PNG for the reader of pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from pipeline import drawn
from pipeline.extract.pdf_likeness import Grey

LOOK_DPI = 100
READ_DPI = 200
_LOOK_PIXELS = 4_000_000


def render(page: Any, dpi: int, pixels: int, without: Sequence[Any] = ()) -> Grey:
    """The page at `dpi`, coarser where it would have more than `pixels`; the objects of `without` are left out.

    Raises MemoryError where pdfium cannot make the bitmap.
    """
    for item in without:
        pdfium.FPDFPageObj_SetIsActive(item, False)
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    scale = min(dpi / 72, (pixels / max(width * height, 1)) ** 0.5)
    columns, rows = max(int(width * scale), 1), max(int(height * scale), 1)
    bitmap = pdfium.FPDFBitmap_CreateEx(columns, rows, pdfium.FPDFBitmap_Gray, None, 0)
    if not bitmap:
        raise MemoryError("no bitmap of this size")
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, 0)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        raw = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * rows)
        return np.frombuffer(raw, np.uint8).reshape(rows, stride)[:, :columns]
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
        for item in without:
            pdfium.FPDFPageObj_SetIsActive(item, True)


def look_at(page: Any, without: Sequence[Any]) -> Grey:
    """A coarse picture, enough to tell writing from decoration."""
    return render(page, LOOK_DPI, _LOOK_PIXELS, without)


def png(grey: Grey) -> bytes:
    """The picture as PNG, packed for speed."""
    rows, columns = grey.shape
    return drawn.png(grey.tobytes(), columns, rows, 1, level=1)
