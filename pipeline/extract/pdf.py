"""Reads a PDF: every page with its boxes, every object with its strings, every file and older revision inside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.extract.pdf_lines import Frame, read_lines
from pipeline.extract.pdf_paragraphs import page_part
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Everything in the file, in reading order; what could not be read comes as a gap."""
    try:
        document = pypdfium2.PdfDocument(blob.data)
    except pypdfium2.PdfiumError as error:
        code = "encrypted" if error.err_code == pdfium.FPDF_ERR_PASSWORD else "damaged"
        yield Gap(stage="extract", code=code, path="")
        return
    yield from _pages(document, limits)


def _pages(document: pypdfium2.PdfDocument, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    sizes: Counter[float] = Counter()
    for index in range(len(document)):
        if index >= limits.pages:
            yield Gap(stage="extract", code="limit_pages", path=f"page/{index + 1}")
            return
        page = pdfium.FPDF_LoadPage(document, index)
        path = f"page/{index + 1}"
        if not page:
            yield Gap(stage="extract", code="page_not_read", path=path)
            continue
        try:
            frame = Frame.of(page)
            yield from page_part(read_lines(page, frame).lines, page=index + 1, path=path, sizes=sizes).parts()
        finally:
            pdfium.FPDF_ClosePage(page)
