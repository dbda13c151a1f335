"""A PDF as pictures of its pages, with the passages painted over and nothing else kept.

The pages are drawn by the sandboxed child as they show themselves at first, without hidden layers, comments or what was
typed into fields. Only pixels come back, and the copy is made of these alone.
"""

from __future__ import annotations

import io
import re
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pikepdf

from .. import gaps, pictures, reading
from ..drawn import Order, Page, Rectangle, filtered
from ..errors import Unfit
from ..limits import Limits
from ..sandbox import Sandbox
from ..types import Blob, Block, Document, Part, Passage
from .places import Places, places
from .traces import Traces

DPI, SIDE = 150.0, 8_000
PAGE_SECONDS = 1.0  # for one page on the average, beside the limit of the document
_PAGE = re.compile(r"page/\d+(?:/glyphs)?\Z")  # the parts whose boxes are places on a page
_DRAWN = re.compile(r"page-\d+\.png\Z")  # pictures on pages, as the reader of PDF hands them on
_NEVER_DRAWN = frozenset({"metadata", "comment", "name"})
# What lies beside the pages, and what was read though with doubt; any other gap may be of something on a page.
_BESIDE = frozenset({"ocr_uncertain", "prior_revision", "trailing_data"})
# What pictures that were read again, by OCR or without it, may leave open.
_OF_PICTURES = frozenset({"ocr_uncertain", "image_not_read", "image_page_not_read", "no_text"})

_BORDER = 500  # characters

Black = dict[int, list[Rectangle]]


def copy(blob: Blob, passages: Sequence[Passage], sandbox: Sandbox, limits: Limits) -> bytes:
    """The PDF. Raises Unfit where a passage has no place on a page, or is left anywhere."""
    document, *inside = reading.read(blob, sandbox, limits)
    if document.blob.media_type != blob.media_type:
        raise Unfit("this is no PDF")
    drawn = [child for child in inside if _DRAWN.fullmatch(child.blob.name)]
    _hold_whole(document, drawn)
    found, traces = places(passages, document)
    black = _black(document, found, traces)
    _hold_unpictured(drawn, traces)
    made, pages = _pdf(_pages(blob, black, traces, sandbox, limits), limits.input_bytes)
    _hold_clean(made, traces, sandbox, _with_time_for(pages, limits))
    return made


def _hold_whole(document: Document, drawn: Sequence[Document]) -> None:
    for gap in (gap for each in (document, *drawn) for gap in each.gaps):
        if gap.code not in _BESIDE:
            raise Unfit(f"not all of its pages was read, so a passage may stand there, too: {gaps.sentence(gap.code)}")


def _black(document: Document, found: Places, traces: Traces) -> Black:
    """What to paint over on each page: the lines of every block that a passage stands in, or that repeats one."""
    black: Black = {}
    for part in document.parts:
        if part.path in found and not _on_pages(part) and part.kind not in _NEVER_DRAWN:
            raise Unfit("a passage has no place on the pages, so it cannot be covered")
        if not _on_pages(part):
            continue
        _hold_blocks(part, found)
        for block in filter(lambda block: _struck(part, block, found, traces), part.blocks):
            if not block.where.boxes:
                raise Unfit("a passage has no place on the pages, so it cannot be covered")
            for box in block.where.boxes:
                black.setdefault(box.page, []).append((box.x0, box.y0, box.x1, box.y1))
    return black


def _on_pages(part: Part) -> bool:
    return _PAGE.fullmatch(part.path) is not None


def _hold_blocks(part: Part, found: Places) -> None:
    """Every passage must touch a block, or nothing would be painted for it."""
    for start, end in found.get(part.path, ()):
        if not any(start < block.end and block.start < end for block in part.blocks):
            raise Unfit("a passage has no place on the pages, so it cannot be covered")


def _struck(part: Part, block: Block, found: Places, traces: Traces) -> bool:
    spans = found.get(part.path, ())
    inside = any(start < block.end and block.start < end for start, end in spans)
    return inside or traces.left_in(part.text[block.start : block.end])


def _hold_unpictured(drawn: Sequence[Document], traces: Traces) -> None:
    if traces.left_in("\n".join(part.text for child in drawn for part in child.parts if part.kind != "name")):
        raise Unfit("the text of a passage stands in a picture, where it cannot be covered")


def _pages(blob: Blob, black: Black, traces: Traces, sandbox: Sandbox, limits: Limits) -> Iterator[Page]:
    """The pages as drawn. Raises Unfit where a passage is left on one, or over the border of two."""
    number, pages, left, start = 1, 1, "", time.monotonic()
    while number <= pages:
        if time.monotonic() - start > limits.wall_seconds + PAGE_SECONDS * number:
            raise Unfit(f"page {number} cannot be drawn: drawing it {gaps.sentence('timed_out')}")
        order = Order(page=number, dpi=DPI, side=SIDE, whole=False, black=tuple(black.get(number, ())))
        page = pictures.draw(blob, order, sandbox, limits)
        left = f"{left[-_BORDER:]}\n{page.left}"
        if traces.left_in(left):
            raise Unfit(f"the text of a passage would still stand on page {number}, where it cannot be covered")
        number, pages = number + 1, page.pages
        yield page
    if max(black, default=0) > pages:
        raise Unfit("a passage stands on a page that was not drawn")


def _pdf(pages: Iterator[Page], most: int) -> tuple[bytes, int]:
    """A PDF of nothing but pictures, and how many pages it has; the same pixels give the same bytes.

    Raises Unfit where the pictures take more than `most` bytes.
    """
    made, size = pikepdf.Pdf.new(), 0
    for page in pages:
        packed = zlib.compress(filtered(page.pixels, page.width * page.colours), 6)
        size += len(packed)
        if size > most:
            raise Unfit(f"the copy is {gaps.sentence('limit_input')}")
        width, height = page.points
        content = made.make_stream(f"q {width:f} 0 0 {height:f} 0 0 cm /P Do Q".encode())
        sheet = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, width, height],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=_image(made, page, packed))),
            Contents=content,
        )
        made.pages.append(pikepdf.Page(made.make_indirect(sheet)))
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue(), len(made.pages)


def _image(made: pikepdf.Pdf, page: Page, packed: bytes) -> pikepdf.Stream:
    space = pikepdf.Name.DeviceGray if page.colours == 1 else pikepdf.Name.DeviceRGB
    rows = pikepdf.Dictionary(Predictor=15, Colors=page.colours, BitsPerComponent=8, Columns=page.width)
    return made.make_stream(
        packed,
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=page.width, Height=page.height, ColorSpace=space,
        BitsPerComponent=8, Filter=pikepdf.Name.FlateDecode, DecodeParms=rows,
    )  # fmt: skip


def _with_time_for(pages: int, limits: Limits) -> Limits:
    """Every page of the copy is a picture to be read, so that the limit of an ordinary document does not fit."""
    return replace(limits, ocr_wall_seconds=max(limits.ocr_wall_seconds, limits.ocr_page_seconds * pages))


def _hold_clean(made: bytes, traces: Traces, sandbox: Sandbox, limits: Limits) -> None:
    """Read the copy as any document is read: there must be pictures alone, and no passage on them."""
    document, *inside = reading.read(Blob.of(made, name=""), sandbox, limits)
    strange = any(child.blob.media_type != "image/png" or not _DRAWN.fullmatch(child.blob.name) for child in inside)
    if document.parts or document.notices or strange:
        raise Unfit("the copy holds more than pictures of its pages")
    unread = [gap for each in (document, *inside) for gap in each.gaps if gap.code not in _OF_PICTURES]
    if unread:
        raise Unfit(f"the copy could not be read again: {gaps.sentence(unread[0].code)}")
    if traces.left_in("\n".join(part.text for child in inside for part in child.parts)):
        raise Unfit("the text of a passage can still be read on the copy")
