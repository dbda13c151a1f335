"""Reads what the content of a PDF page says beside what it shows: replacement text, inline notes, comments.

pdfium gives the replacement (/ActualText) instead of the glyphs that a reader sees, so both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2.raw as pdfium

from pipeline.extract.pdf_grammar import comments
from pipeline.extract.pdf_ledger import squeezed
from pipeline.extract.pdf_lines import Frame, Line, PageText, read_lines

_INLINE = re.compile(rb"<<[^<>]*?(?:\(|<[0-9A-Fa-f]).{0,4000}?>>\s*(?:BDC|DP)\b", re.DOTALL)
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9a-fA-F\s]*>", re.DOTALL)
_SAID = re.compile(r"[A-Za-z]{3}")
_KEY = b"ActualText"
_MOST = 100  # marks of one object


def notes(data: bytes) -> list[str]:
    """Strings in marks of content."""
    strings = (string for mark in _INLINE.findall(data) for string in _STRING.findall(mark))
    found = (str(pikepdf.Object.parse(string)) for string in strings)
    return [text for text in found if text.strip()]


def said_aside(data: bytes) -> list[str]:
    """The comments of a content stream."""
    return [comment for comment in comments(data) if _SAID.search(comment)]


def glyph_lines(page: Any, frame: Frame, text: PageText) -> Iterator[Line]:
    """The lines that a loaded page shows and `text` does not have, since a replacement stands for them."""
    changed = False
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        changed = _strip(pdfium.FPDFPage_GetObject(page, index), 0) or changed
    if not changed:
        return
    said = squeezed(text.text)
    yield from (line for line in read_lines(page, frame).lines if squeezed(line.text) not in said)


def _strip(item: Any, depth: int) -> bool:
    """Take the replacement text off one object and all that it holds."""
    changed = False
    for index in range(min(pdfium.FPDFPageObj_CountMarks(item), _MOST)):
        mark = pdfium.FPDFPageObj_GetMark(item, index)
        changed = bool(pdfium.FPDFPageObjMark_RemoveParam(item, mark, _KEY)) or changed
    if pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_FORM and depth < 12:
        for index in range(pdfium.FPDFFormObj_CountObjects(item)):
            changed = _strip(pdfium.FPDFFormObj_GetObject(item, index), depth + 1) or changed
    return changed
