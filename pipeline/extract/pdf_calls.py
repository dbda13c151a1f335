"""Calls into pdfium that are made for every line or object of a page.

The generated bindings make an object of every pointer that comes back. Here addresses are numbers, and Python keeps its
lock: a call then costs a third of a microsecond, half of what it costs through the bindings.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium

_ADDRESS, _INT, _DOUBLE = ctypes.c_void_p, ctypes.c_int, ctypes.c_double


def address(handle: Any) -> int:
    """Where a handle of the bindings points to."""
    return ctypes.cast(handle, _ADDRESS).value or 0


def item(place: int) -> Any:
    """A page object as the bindings want it."""
    return ctypes.cast(place, pdfium.FPDF_PAGEOBJECT)


def _fast(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))


char_box = _fast(pdfium.FPDFText_GetLooseCharBox, _INT, _ADDRESS, _INT, _ADDRESS)
char_index = _fast(pdfium.FPDFText_GetCharIndexFromTextIndex, _INT, _ADDRESS, _INT)
letter = _fast(pdfium.FPDFText_GetUnicode, ctypes.c_uint, _ADDRESS, _INT)
text_object = _fast(pdfium.FPDFText_GetTextObject, _ADDRESS, _ADDRESS, _INT)
font_size = _fast(pdfium.FPDFText_GetFontSize, _DOUBLE, _ADDRESS, _INT)
count_objects = _fast(pdfium.FPDFPage_CountObjects, _INT, _ADDRESS)
get_object = _fast(pdfium.FPDFPage_GetObject, _ADDRESS, _ADDRESS, _INT)
count_in_form = _fast(pdfium.FPDFFormObj_CountObjects, _INT, _ADDRESS)
get_in_form = _fast(pdfium.FPDFFormObj_GetObject, _ADDRESS, _ADDRESS, ctypes.c_ulong)
object_type = _fast(pdfium.FPDFPageObj_GetType, _INT, _ADDRESS)
get_bounds = _fast(pdfium.FPDFPageObj_GetBounds, _INT, *[_ADDRESS] * 5)
get_fill = _fast(pdfium.FPDFPageObj_GetFillColor, _INT, *[_ADDRESS] * 5)
has_transparency = _fast(pdfium.FPDFPageObj_HasTransparency, _INT, _ADDRESS)
render_mode = _fast(pdfium.FPDFTextObj_GetTextRenderMode, _INT, _ADDRESS)
draw_mode = _fast(pdfium.FPDFPath_GetDrawMode, _INT, _ADDRESS, _ADDRESS, _ADDRESS)
count_segments = _fast(pdfium.FPDFPath_CountSegments, _INT, _ADDRESS)
count_marks = _fast(pdfium.FPDFPageObj_CountMarks, _INT, _ADDRESS)
