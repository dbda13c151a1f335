"""Makes pages of what a PDF holds but no page draws, so that it can be read like a page.

Appearance streams of annotations, tiling patterns, forms and images left behind: each becomes a page of a new file
made in memory, with its own fonts.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf

_SIDE = 800


def as_pages(streams: Sequence[pikepdf.Stream], pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Object]) -> bytes:
    """A PDF with one page for each stream. Raises pikepdf.PdfError where one cannot be copied."""
    made = pikepdf.Pdf.new()
    for stream in streams:
        copied = made.copy_foreign(stream)
        if stream.get("/Subtype") == "/Image":
            _image_page(made, copied)
        else:
            _drawing_page(made, copied, pdf, pages)
    out = io.BytesIO()
    made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def _image_page(made: pikepdf.Pdf, image: pikepdf.Object) -> None:
    width, height = int(image.get("/Width", 1)), int(image.get("/Height", 1))
    for key in ("/SMask", "/Mask"):
        if key in image:
            del image[key]
    scale = _SIDE / max(width, height, 1)
    columns, rows = max(width * scale, 1), max(height * scale, 1)
    page = made.add_blank_page(page_size=(columns, rows))
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=image))
    page.obj["/Contents"] = made.make_stream(f"q {columns:.2f} 0 0 {rows:.2f} 0 0 cm /X Do Q".encode())


def _drawing_page(made: pikepdf.Pdf, form: pikepdf.Object, pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Object]) -> None:
    box = [float(n) for n in form.get("/BBox", [0, 0, _SIDE, _SIDE])]
    page = made.add_blank_page(page_size=(_SIDE, _SIDE))
    page.obj["/MediaBox"] = pikepdf.Array(
        [min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])]
    )
    form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
    form["/BBox"] = pikepdf.Array(box)
    for key in ("/PatternType", "/Matrix", "/OC"):
        if key in form:
            del form[key]
    if "/Resources" not in form:
        fonts = next((page["/Resources"] for page in pages if "/Resources" in page), None)
        if fonts is not None:
            form["/Resources"] = made.copy_foreign(fonts if fonts.is_indirect else pdf.make_indirect(fonts))
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
    page.obj["/Contents"] = made.make_stream(b"/X Do")
