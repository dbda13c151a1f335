"""Pictures in a PDF: writing in them must be read elsewhere or be a gap; decoration must not hold a document."""

from __future__ import annotations

import io

import numpy as np
import pytest
from pikepdf import Pdf
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.extract import pdf
from pipeline.extract.pdf_likeness import has_ink, may_hold_writing
from pipeline.extract.pdf_picture import png
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part
from tests.hostile.pdf_making import drawn
from tests.hostile.pictures import decoration, writing


def place(picture: bytes, *, width: float = 400, height: float = 130) -> bytes:
    """A page with a line of text and a picture."""
    return drawn(lambda c: c.drawImage(ImageReader(io.BytesIO(picture)), 72, 300, width, height))


def scan(picture: bytes, *, layer: str = "") -> bytes:
    """A page that is nothing but a picture, perhaps with an unseen text layer."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawImage(ImageReader(io.BytesIO(picture)), 0, 0, 595, 842)
    if layer:
        text = canvas.beginText(72, 600)
        text.setTextRenderMode(3)
        text.textLine(layer)
        canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def gaps(data: bytes, ocr: str = "off") -> list[str]:
    found = pdf.extract(Blob.of(data, name="a.pdf"), Limits(ocr=ocr))  # type: ignore[arg-type]
    return [item.code for item in found if isinstance(item, Gap)]


def children(data: bytes) -> list[Blob]:
    return [item for item in pdf.extract(Blob.of(data, name="a.pdf"), Limits()) if isinstance(item, Blob)]


def outlined(text: str) -> bytes:
    """The text drawn as filled outlines, as an illustrator's "text to path" does."""
    from matplotlib.textpath import TextPath

    def draw(canvas: Canvas) -> None:
        path = canvas.beginPath()
        for points, code in TextPath((72, 400), text, size=20).iter_segments():
            x, y = points[-2:]
            if code == 1:
                path.moveTo(x, y)
            elif code == 79:
                path.close()
            else:
                path.lineTo(x, y)
        canvas.drawPath(path, stroke=0, fill=1)

    return drawn(draw)


@pytest.mark.threat(17)
def test_a_page_of_one_picture_is_not_read_as_empty() -> None:
    data = scan(writing("the kestrel counted violet anchors", width=1240, height=1754))
    assert gaps(data) == ["image_page_not_read"]
    assert [child.name for child in children(data)] == ["page-1.png"]


@pytest.mark.threat(20)
def test_an_unseen_layer_does_not_stand_in_for_the_picture() -> None:
    data = scan(writing("the kestrel counted violet anchors", width=1240, height=1754), layer="harmless words")
    assert gaps(data) == ["image_page_not_read"]


@pytest.mark.parametrize("size", [14, 24, 48, 90])
def test_writing_in_a_picture_on_a_page_is_a_gap(size: int) -> None:
    assert gaps(place(writing("SECRET canary 42", size=size))) == ["image_not_read"]


def test_decoration_holds_nothing() -> None:
    assert gaps(place(decoration())) == []
    assert children(place(decoration())) == []


@pytest.mark.threat(22)
def test_letters_drawn_as_outlines_are_a_gap() -> None:
    pytest.importorskip("matplotlib")
    assert gaps(outlined("the kestrel counted violet anchors at dusk")) == ["outlined_text"]


def test_a_chart_of_bars_holds_nothing() -> None:
    def draw(canvas: Canvas) -> None:
        for bar in range(12):
            canvas.rect(72 + 30 * bar, 300, 20, 20 + 11 * bar, fill=1)

    assert gaps(drawn(draw)) == []


def test_the_text_of_the_page_is_left_out_of_its_picture() -> None:
    child = children(place(writing("SECRET canary 42")))[0]
    grey = np.asarray(Image.open(io.BytesIO(child.data)))
    assert grey[: grey.shape[0] // 5].min() == 255, "the line of text above the picture is read already"
    assert grey.min() < 100


@pytest.mark.threat(18)
def test_a_scanned_page_among_text_pages_is_seen() -> None:
    book = Pdf.open(io.BytesIO(drawn(lambda c: None, pages=4)))
    page = Pdf.open(io.BytesIO(scan(writing("SECRET canary"))))
    book.pages.insert(2, page.pages[0])
    out = io.BytesIO()
    book.save(out)
    found = list(pdf.extract(Blob.of(out.getvalue(), name="a.pdf"), Limits(ocr="off")))
    assert [item.path for item in found if isinstance(item, Gap)] == ["page/3"]
    assert len([item for item in found if isinstance(item, Part) and item.path.startswith("page/")]) == 4


def test_a_picture_larger_than_the_limit_is_a_gap() -> None:
    data = place(writing("SECRET canary 42"))
    found = pdf.extract(Blob.of(data, name="a.pdf"), Limits(pixels=10_000))
    assert [item.code for item in found if isinstance(item, Gap)] == ["limit_pixels"]


def test_noise_and_slopes_are_no_writing_and_lines_of_text_are() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 600)).astype(np.uint8)
    assert not may_hold_writing(noise)
    assert not may_hold_writing(np.asarray(Image.open(io.BytesIO(decoration()))))
    assert may_hold_writing(np.asarray(Image.open(io.BytesIO(writing("two plain words")))))


def test_blank_paper_has_no_ink() -> None:
    assert not has_ink(np.full((200, 200), 250, np.uint8))
    assert has_ink(np.asarray(Image.open(io.BytesIO(writing("ink")))))


def test_png_opens_to_the_same_pixels() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(8, 32)
    assert (np.asarray(Image.open(io.BytesIO(png(grey)))) == grey).all()
