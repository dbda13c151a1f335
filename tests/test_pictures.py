"""Page pictures: what a reviewer sees of a page, where a passage is on it, and what a hostile page can do."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from pipeline import pictures, zygotes
from pipeline.errors import Unfit
from pipeline.limits import MB, Limits
from pipeline.sandbox import Sandbox
from pipeline.segment import segment
from pipeline.types import Blob
from tests.hostile.case import Case
from tests.hostile.pdf_making import annotate, changed, drawn
from tests.hostile.registry import cases

Grey = npt.NDArray[np.uint8]
SLIM = Limits(ocr="off")


def blob(data: bytes) -> Blob:
    return Blob.of(data, name="minutes.pdf", media_type="application/pdf")


def shown(data: bytes, sandbox: Sandbox, number: int = 1) -> tuple[pictures.Picture, Grey]:
    picture = pictures.page(blob(data), number, sandbox, SLIM)
    opened = Image.open(io.BytesIO(picture.png))
    opened.load()
    assert opened.size == (picture.width, picture.height)
    return picture, np.asarray(opened.convert("L"))


def sheet(draw: Callable[[Canvas], None], size: tuple[float, float] = (595, 842)) -> bytes:
    """One page with nothing on it but what `draw` puts there."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def words(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 14)
    canvas.drawString(200, 500, "The kestrel counted violet anchors")


def turned(degrees: int) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Rotate = degrees

    return change


def cropped(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.CropBox = Array([150, 400, 500, 600])


def unit(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.UserUnit = 2


@pytest.mark.parametrize("change", [turned(0), turned(90), turned(180), turned(270), cropped, unit])
def test_the_boxes_of_a_passage_lie_over_its_words(change: Callable[[pikepdf.Pdf], None], sandbox: Sandbox) -> None:
    data = changed(change, sheet(words))
    picture, grey = shown(data, sandbox)
    passage = next(p for p in segment((sandbox.read(blob(data), SLIM),)) if "kestrel" in p.text)
    (box,) = pictures.boxes(passage, 1)
    across, down = picture.width / picture.points[0], picture.height / picture.points[1]
    rows, columns = np.nonzero(grey < 128)
    assert rows.size
    assert box.x0 * across - 2 <= columns.min() <= columns.max() <= box.x1 * across + 2
    assert box.y0 * down - 2 <= rows.min() <= rows.max() <= box.y1 * down + 2
    assert pictures.boxes(passage, 2) == ()


def test_a_page_is_as_large_as_a_reader_needs_and_no_larger(sandbox: Sandbox) -> None:
    picture, _ = shown(sheet(words), sandbox)
    assert max(picture.width, picture.height) <= pictures.SIDE
    assert picture.points == pytest.approx((595, 842))
    assert picture.width / picture.height == pytest.approx(595 / 842, abs=0.002)


@pytest.mark.parametrize("size", [(14_400, 14_400), (3, 14_000), (14_000, 3), (1_000_000, 1_000_000), (0.01, 0.01)])
def test_no_page_is_larger_than_the_limit(size: tuple[float, float], sandbox: Sandbox) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array([0, 0, *size])

    picture, _ = shown(changed(change, sheet(words)), sandbox)
    assert max(picture.width, picture.height) <= pictures.SIDE


def test_colours_are_kept(sandbox: Sandbox) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(0, 0, 595, 842, stroke=0, fill=1)

    picture = pictures.page(blob(sheet(draw)), 1, sandbox, SLIM)
    assert Image.open(io.BytesIO(picture.png)).getpixel((50, 50)) == (255, 0, 0)


def test_the_page_that_was_asked_for_is_drawn(sandbox: Sandbox) -> None:
    data = drawn(words, pages=3)
    assert (shown(data, sandbox, 3)[1] < 128).sum() > (shown(data, sandbox, 1)[1] < 128).sum() > 0


def test_a_comment_on_the_page_is_seen(sandbox: Sandbox) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        form = pdf.make_stream(b"0 0 1 rg 0 0 200 100 re f")
        form.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 200, 100])})
        annotate(pdf, Subtype=Name.Stamp, Contents=String("cut this"), AP=Dictionary(N=form))

    assert (shown(changed(change, sheet(words)), sandbox)[1] < 128).sum() > 5_000


def test_what_was_typed_into_a_field_is_seen(sandbox: Sandbox) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.acroForm.textfield(value="the kestrel came back", x=100, y=500, width=300, height=40, borderWidth=0)
    canvas.showPage()
    canvas.save()
    _, grey = shown(out.getvalue(), sandbox)
    assert (grey < 128).sum() > 500


@pytest.mark.parametrize("number", [0, -1, 2, 10**9])
def test_a_page_that_is_not_there_is_an_error(number: int, sandbox: Sandbox) -> None:
    with pytest.raises(Unfit, match=f"page {number} cannot be drawn"):
        pictures.page(blob(sheet(words)), number, sandbox, SLIM)


def test_a_page_beyond_the_limit_is_an_error(sandbox: Sandbox) -> None:
    with pytest.raises(Unfit, match="more pages than the limit"):
        pictures.page(blob(drawn(words, pages=2)), 2, sandbox, Limits(pages=1))


@pytest.mark.parametrize("data", [b"", b"no PDF", b"%PDF-1.7\n%%EOF", sheet(words)[:300]])
def test_what_is_no_pdf_is_an_error(data: bytes, sandbox: Sandbox) -> None:
    with pytest.raises(Unfit):
        pictures.page(blob(data), 1, sandbox, SLIM)


def test_a_locked_document_is_an_error_that_says_so(sandbox: Sandbox) -> None:
    locked = changed(lambda _: None, sheet(words), encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Unfit, match="password"):
        pictures.page(blob(locked), 1, sandbox, SLIM)


@pytest.mark.parametrize("case", [c for c in cases() if c.filename.endswith(".pdf")], ids=str)
def test_a_hostile_page_is_a_picture_or_an_error(case: Case, sandbox: Sandbox) -> None:
    try:
        picture = pictures.page(blob(case.data()), 1, sandbox, SLIM)
    except Unfit:
        return
    assert max(picture.width, picture.height) <= pictures.SIDE


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("os.abort()", "crashed"),
        ("os._exit(0)", "incomplete or not its own"),
        ("os.write(a[-1], b'x' * 99)", "incomplete or not its own"),
        ("exec('while True: pass')", "longer than the limit"),
        ("bytearray(1 << 30)", "more memory"),
    ],
)
def test_what_a_page_does_to_its_reader_is_an_error(deed: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import os, sys; sys.path.insert(0, {root!r}); from pipeline.extract import zygote\n"
        f"zygote.pdf_draw.run = lambda *a: {deed}\nzygote.main()"
    )
    monkeypatch.setattr(zygotes, "_PROGRAM", program)
    tight = Limits(wall_seconds=1.0, memory_bytes=768 * MB)
    with Sandbox(tight, allow_weak=True) as broken, pytest.raises(Unfit, match=told):
        pictures.page(blob(sheet(words)), 1, broken, tight)


def test_this_process_opens_no_pdf() -> None:
    """Parsers stay on the other side: a reviewer's picture must not be what lets a document in."""
    code = "import sys, pipeline.pictures; sys.exit('pypdfium2' in sys.modules or 'pikepdf' in sys.modules)"
    root = Path(__file__).resolve().parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
