"""Reads a PDF: every page with its boxes, every object with its strings, every file and older revision inside it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf

from pipeline.extract.pdf_contents import Drawn, PageContent, read_content
from pipeline.extract.pdf_cover import cover
from pipeline.extract.pdf_decode import Decoder
from pipeline.extract.pdf_history import read_history
from pipeline.extract.pdf_ledger import info_part
from pipeline.extract.pdf_objects import Objects, walk
from pipeline.extract.pdf_open import Opened, layers_off, open_both, repairs, second_reader
from pipeline.extract.pdf_pages import Found, PageReader
from pipeline.extract.pdf_reach import Reach
from pipeline.extract.pdf_rest import read_rest
from pipeline.extract.pdf_revisions import Shape, shape, trailing
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_WARM_LINES = b" ".join(b"(line %d of a page, long enough for a word-) Tj T* (and more.) '" % n for n in range(40))
_WARM_READINGS = 4
_STRAY = 16  # bytes that may be a file; fewer without a word are the rest of something
_WORD = re.compile(rb"[A-Za-z]{3}")


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """Pages first, then what stands in the objects, then older revisions; what could not be read comes as a gap."""
    data = blob.data
    form = shape(data)
    yield from _outside(data, form)
    reach = Reach.of(data, form.start)
    opened = open_both(data, reach, max(form.revisions, default=0))
    try:
        yield from opened.gaps
        reader = PageReader(limits=limits, second=second_reader(data))
        drawn = Drawn()
        yield from _pages(opened, reader, drawn)
        if opened.objects is not None:
            yield from _beside(data, form, opened, opened.objects, reader, drawn, reach)
        yield from _seen(reader)
        if not opened.pages and not opened.gaps:
            yield Gap(stage="extract", code="no_text", path="", detail="no pages")
    finally:
        opened.close()


def warm(profile: str) -> None:
    """Read a small file often: a child that finds all of this warm copies few pages of memory.

    One of the readings is of a file encrypted with AES-256: at its first one qpdf opens the random device.
    """
    made = pikepdf.Pdf.new()
    made.docinfo["/Title"] = "Warm"
    fonts = pikepdf.Dictionary(
        F=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for _ in range(3):
        page = made.add_blank_page()
        page.obj.Resources = pikepdf.Dictionary(Font=fonts)
        page.contents_add(b"0.9 g 0 0 9 9 re f 1 g BT /F 9 Tf 11 TL 10 700 Td " + _WARM_LINES + b" ET 9 9 99 99 re f")
    link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org"))
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=link)
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(note)])
    plain, sealed = io.BytesIO(), io.BytesIO()
    made.save(sealed, encryption=pikepdf.Encryption(owner="", user="", R=6))
    made.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for data in (sealed.getvalue(), *[plain.getvalue()] * _WARM_READINGS):
        for _ in extract(Blob.of(data, name="warm.pdf"), Limits(ocr="off")):
            pass


def _outside(data: bytes, form: Shape) -> Iterator[Found]:
    """Bytes that are no part of the PDF: before its head, after its end, between or inside its objects."""
    after = trailing(data, form.end)
    if not form.closed or b" obj" in after:
        yield Gap(stage="extract", code="truncated", path="")
        return
    for name, stray in (("before", data[: form.start].strip(b"\0\r\n\t \xef\xbb\xbf")), ("after", after)):
        if stray:
            yield Notice(code="trailing_data", path=name, detail=f"{len(stray)} bytes")
            if len(stray) >= _STRAY or _WORD.search(stray):
                yield Blob.of(stray, name=f"{name}.bin")
            else:
                yield Gap(stage="extract", code="trailing_data", path=name, detail=f"a scrap of {len(stray)} bytes")
    found = cover(data, form.start, form.end)
    for fault in found.faults[:1]:
        yield Gap(stage="extract", code="damaged", path="objects", detail=fault)
    if found.stray:
        yield Notice(code="trailing_data", path="slack", visibility="hidden")
    if between := "\n".join(dict.fromkeys(found.stray + found.comments)):
        yield Part(kind="metadata", text=between, path="slack", visibility="hidden")


def _pages(opened: Opened, reader: PageReader, drawn: Drawn) -> Iterator[Found]:
    if opened.drawing is None:
        return
    decoder = Decoder(reader.limits)
    count, limit = len(opened.drawing), reader.limits.pages
    for number in range(1, min(count, limit) + 1):
        if number <= len(opened.pages):
            content = read_content(opened.pages[number - 1], drawn, decoder)
        else:
            content = PageContent(draws=True, fades=True)
        yield from reader.read(opened.drawing.raw, number, content, path=f"page/{number}")
    if count > limit:
        yield Gap(stage="extract", code="limit_pages", path=f"page/{limit + 1}", detail=f"{count} pages")
    declared = _declared(opened)
    if max(declared, len(opened.pages)) > count or (opened.objects is not None and len(opened.pages) < count):
        detail = f"{count} pages read, {declared} declared, {len(opened.pages)} found by the second reader"
        yield Gap(stage="extract", code="page_not_read", path="pages", detail=detail)


def _beside(
    data: bytes, form: Shape, opened: Opened, pdf: pikepdf.Pdf, reader: PageReader, drawn: Drawn, reach: Reach
) -> Iterator[Found]:
    """All that is no page: objects, older revisions, and what had to be mended to read them."""
    objects = walk(pdf, opened.pages)
    said = list(reader.texts)
    yield from info_part(pdf)
    for found in read_rest(pdf, opened.pages, objects, reader, drawn):
        if isinstance(found, Part):
            said.append(found.text)
        yield found
    yield from _notices(objects, pdf)
    if form.revisions:
        yield Notice(code="prior_revisions", path="", detail=str(len(form.revisions)))
    yield from read_history(data, form.revisions, opened, objects, "\n".join(said), reader.limits, reach)
    yield from _repairs(opened, pdf, objects.lost)


def _declared(opened: Opened) -> int:
    try:
        return int(opened.objects.Root.Pages.Count) if opened.objects is not None else 0
    except (AttributeError, TypeError, ValueError, pikepdf.PdfError):
        return 0


def _notices(objects: Objects, pdf: pikepdf.Pdf) -> Iterator[Found]:
    marks = objects.marks
    if "payload" in marks:
        yield Gap(stage="extract", code="rights_managed", path="")
    if "portfolio" in marks and not objects.files:
        yield Gap(stage="extract", code="unsupported_type", path="portfolio", detail="a portfolio without members")
    if marks & {"media", "movie", "3d"}:
        yield Gap(stage="extract", code="unsupported_media", path="media")
    if objects.files:
        yield Notice(code="embedded_file", path="", detail=str(len(objects.files)))
    if "scripts" in marks:
        yield Notice(code="scripts", path="javascript")
    if marks & {"remote", "launch"}:
        yield Notice(code="external_reference", path="links")
    if layers_off(pdf):
        yield Notice(code="optional_content", path="layers", visibility="hidden")


def _repairs(opened: Opened, pdf: pikepdf.Pdf, lost: int) -> Iterator[Found]:
    mended, missing = repairs(opened, pdf, lost)
    if mended or opened.mended:
        yield Notice(code="repaired", path="", detail=mended or "written anew")
    if missing:
        yield Gap(stage="extract", code="damaged", path="objects", detail=missing)


def _seen(reader: PageReader) -> Iterator[Found]:
    for code, paths in (("invisible_text", reader.invisible), ("covered_text", reader.covered)):
        for path in dict.fromkeys(paths):
            yield Notice(code=code, path=path, visibility="hidden")
