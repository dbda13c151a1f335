"""Redacted PDFs: pictures of pages on which no passage can be read, or no copy at all."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pikepdf
import pypdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline import pictures, redacted
from pipeline.drawn import Order, Page
from pipeline.errors import Unfit
from pipeline.limits import Limits
from pipeline.redacted import pdf
from pipeline.sandbox import Sandbox
from pipeline.types import Blob, Box, Passage
from tests.hostile.pdf_making import annotate, changed, replaced_page
from tests.hostile.pictures import writing

Pick = Callable[[bytes, str, str], list[Passage]]
NAME, TYPE = "minutes.pdf", "application/pdf"
SLIM = Limits(ocr="off")
OPENING = "The garden club met on the first Monday of the month."
SECRET = "The violet kestrel counted seventeen anchors behind the harbour wall."
CLOSING = "Tea was served at five, and everybody thanked the cook."


def made(*lines: tuple[float, float, str], draw: Callable[[Canvas], None] | None = None, size: float = 12) -> bytes:
    """One page with lines of text at their places."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.setTitle("A title")
    for x, y, text in lines:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y, text)
    if draw:
        draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def minutes(draw: Callable[[Canvas], None] | None = None) -> bytes:
    return made((72, 720, OPENING), (72, 640, SECRET), (72, 560, CLOSING), draw=draw)


@pytest.fixture
def cut(sandbox: Sandbox, pick: Pick) -> Callable[..., bytes]:
    """A copy without the first passage that holds a word."""

    def copy(data: bytes, word: str = "kestrel", limits: Limits = SLIM) -> bytes:
        passages = pick(data, NAME, word)
        return redacted.copy(data, TYPE, passages[:1], name=NAME, sandbox=sandbox, limits=limits)

    return copy


def seen(data: bytes, number: int = 1) -> npt.NDArray[np.uint8]:
    """A page as any viewer shows it, in grey, one pixel a point."""
    return np.asarray(pypdfium2.PdfDocument(data)[number - 1].render(grayscale=True).to_numpy())


def ink(data: bytes, top: float, bottom: float) -> float:
    """The share of dark pixels between two heights, in points from the top."""
    return float((seen(data)[int(top) : int(bottom), 72:400] < 128).mean())


def test_the_passage_is_black_and_the_rest_as_it_was(cut: Callable[..., bytes]) -> None:
    data = minutes()
    copy = cut(data)
    assert ink(copy, 842 - 650, 842 - 638) > 0.95
    before, after = seen(data), seen(copy)
    assert before.shape == after.shape
    for top, bottom in ((0, 842 - 660), (842 - 625, 842)):
        assert np.abs(before[top:bottom].astype(int) - after[top:bottom]).mean() < 2
        assert (after[top:bottom] < 128).any()


def test_nothing_else_is_kept(cut: Callable[..., bytes]) -> None:
    def more(pdf: pikepdf.Pdf) -> None:
        annotate(pdf, Subtype=Name.Text, Contents=String("a remark on the margin"))
        pdf.attachments["notes.txt"] = pikepdf.AttachedFileSpec(pdf, b"attached words", filename="notes.txt")
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = "A secret title"

    copy = cut(changed(more, minutes()))
    reader = pypdf.PdfReader(io.BytesIO(copy))
    assert reader.pages[0].extract_text() == ""
    assert not reader.metadata
    assert reader.xmp_metadata is None
    assert not reader.attachments
    with pikepdf.open(io.BytesIO(copy)) as opened:
        assert set(opened.Root.keys()) == {"/Type", "/Pages"}
        assert set(opened.pages[0].obj.keys()) == {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        assert len(opened.objects) == 5  # catalogue, pages, page, content, picture
    for word in (b"kestrel", b"title", b"remark", b"attached", b"alert", b"Helvetica"):
        assert word not in copy


def test_the_same_document_gives_the_same_copy(cut: Callable[..., bytes]) -> None:
    assert cut(minutes()) == cut(minutes())


def test_it_is_covered_wherever_it_stands_again(cut: Callable[..., bytes]) -> None:
    repeated = f"As said, {SECRET[4:-1]}, we hear."
    copy = cut(made((72, 720, OPENING), (72, 640, SECRET), (72, 560, repeated)))
    assert ink(copy, 842 - 570, 842 - 558) > 0.95
    assert 0 < ink(copy, 842 - 730, 842 - 718) < 0.5


def test_a_tall_letter_in_the_middle_of_a_line_does_not_look_out(cut: Callable[..., bytes]) -> None:
    def tall(canvas: Canvas) -> None:
        line = canvas.beginText(72, 640)
        for size, words in ((10, "The violet "), (40, "kestrel"), (10, " counted seventeen anchors.")):
            line.setFont("Helvetica", size)
            line.textOut(words)
        canvas.drawText(line)

    copy = cut(made((72, 760, OPENING), (72, 400, CLOSING), draw=tall))
    tall_word = seen(copy)[842 - 700 : 842 - 600, 130:235] < 128
    rows = tall_word[tall_word.any(axis=1)]
    assert len(rows) > 30  # the block is as tall as the letters were
    assert rows.mean() > 0.95


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_is_turned_is_covered_where_it_shows(degrees: int, cut: Callable[..., bytes]) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Rotate = degrees
        pdf.pages[0].obj.CropBox = Array([20, 100, 580, 800])

    copy = cut(changed(turn, minutes()))
    upright = np.rot90(seen(copy), degrees // 90)  # counterclockwise: as it was before it was turned
    assert (upright[800 - 650 : 800 - 638, 52:380] < 128).mean() > 0.95
    assert 0 < (upright[: 800 - 660] < 128).mean() < 0.1


def test_a_hidden_layer_stays_hidden(cut: Callable[..., bytes]) -> None:
    def hide(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        page = pdf.pages[0].obj
        page.Resources.Properties = Dictionary(L=layer)
        pdf.pages[0].contents_add(b"/OC /L BDC 0 g 72 300 300 40 re f EMC")

    copy = cut(changed(hide, minutes()))
    assert ink(copy, 842 - 340, 842 - 300) == 0


def test_a_passage_that_only_the_metadata_holds_goes_with_it(cut: Callable[..., bytes]) -> None:
    def title(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Title"] = "Quartz ledger of the seventh harbour pilot"

    copy = cut(changed(title, minutes()), "Quartz")
    assert b"Quartz" not in copy
    assert 0 < ink(copy, 842 - 650, 842 - 638) < 0.5


@pytest.mark.parametrize("word", ["kestrel", "club"])
def test_every_page_is_there(word: str, cut: Callable[..., bytes]) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for text in (OPENING, SECRET, ""):
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    assert len(pypdfium2.PdfDocument(cut(out.getvalue(), word))) == 3


def test_a_passage_that_runs_over_a_page_border_is_covered_on_both(sandbox: Sandbox, pick: Pick) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.drawString(72, 60, "The violet kestrel counted seventeen")
    canvas.showPage()
    canvas.drawString(72, 780, "anchors behind the wall of the harbour.")
    canvas.showPage()
    canvas.save()
    data = out.getvalue()
    (first,) = pick(data, NAME, "kestrel")
    border = replace(first, text=f"{first.text}\nanchors behind the wall of the harbour.", joined=True)
    copy = redacted.copy(data, TYPE, [border], name=NAME, sandbox=sandbox, limits=SLIM)
    for number in (1, 2):
        dark = seen(copy, number) < 128
        assert dark[:, 80:200][dark[:, 80:200].any(axis=1)].mean() > 0.9


def test_a_passage_repeated_over_a_page_border_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for text in (SECRET, "There the violet kestrel counted", "seventeen anchors behind nothing at all."):
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    passages = pick(out.getvalue(), NAME, "harbour")
    refused(out.getvalue(), passages, sandbox, match="would still stand on page 3")


def refused(data: bytes, passages: list[Passage], sandbox: Sandbox, *, match: str, limits: Limits = SLIM) -> None:
    with pytest.raises(Unfit, match=match) as error:
        redacted.copy(data, TYPE, passages, name=NAME, sandbox=sandbox, limits=limits)
    assert not any(word in str(error.value) for word in ("kestrel", "anchors"))


def test_no_passage_no_copy(sandbox: Sandbox) -> None:
    refused(minutes(), [], sandbox, match="no passage")


def test_another_version_of_the_file_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    passages = pick(minutes(), NAME, "kestrel")
    other = made((72, 720, OPENING), (72, 640, CLOSING), (72, 560, "Nobody wrote down what the birds did there."))
    refused(other, passages, sandbox, match="not in this file")
    refused(minutes(), [replace(passages[0], start=5_000, end=5_010)], sandbox, match="not in this file")
    refused(minutes(), [replace(passages[0], path="page/9")], sandbox, match="not in this file")


def test_an_excerpt_is_enough_to_tell_the_passage(sandbox: Sandbox, pick: Pick) -> None:
    (passage,) = pick(minutes(), NAME, "kestrel")
    excerpt = replace(passage, text="…kestrel counted seventeen anchors behind…")
    copy = redacted.copy(minutes(), TYPE, [excerpt], name=NAME, sandbox=sandbox, limits=SLIM)
    assert ink(copy, 842 - 650, 842 - 638) > 0.95


def test_a_passage_of_something_inside_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    (passage,) = pick(minutes(), NAME, "kestrel")
    refused(minutes(), [replace(passage, location=f"{NAME}!page-1.png")], sandbox, match="inside this one")


def test_a_passage_without_a_place_on_the_pages_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        annotate(pdf, Subtype=Name.Widget, FT=Name.Tx, T=String("remark"), V=String("the kestrel came back at dawn"))
        pdf.Root.AcroForm = Dictionary(Fields=Array(list(pdf.pages[0].obj.Annots)))

    data = changed(fill, made((72, 720, OPENING)))
    passages = pick(data, NAME, "kestrel")
    assert passages
    assert all(passage.kind not in ("metadata", "comment") for passage in passages)
    refused(data, passages, sandbox, match="no place on the pages")


def test_boxes_that_came_with_the_passage_are_not_trusted(
    cut: Callable[..., bytes], sandbox: Sandbox, pick: Pick
) -> None:
    (passage,) = pick(minutes(), NAME, "kestrel")
    elsewhere = replace(passage, where=replace(passage.where, boxes=(Box(page=1, x0=0, y0=0, x1=9, y1=9),)))
    copy = redacted.copy(minutes(), TYPE, [elsewhere], name=NAME, sandbox=sandbox, limits=SLIM)
    assert copy == cut(minutes())


def test_a_page_that_was_not_read_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    def picture(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(io.BytesIO(writing("who knows what it says"))), 72, 300, 400, 130)

    data = minutes(picture)
    refused(data, pick(data, NAME, "kestrel"), sandbox, match="a picture that may hold text was not read")


def test_an_older_revision_does_not_come_along(cut: Callable[..., bytes]) -> None:
    copy = cut(replaced_page("The plan of the old mill.", SECRET))
    assert pypdf.PdfReader(io.BytesIO(copy)).pages[0].extract_text() == ""
    assert copy.count(b"%%EOF") == 1


@pytest.mark.parametrize("data", [b"", b"kestrel", b"%PDF-1.7\n"])
def test_what_is_no_pdf_is_refused(data: bytes, sandbox: Sandbox, pick: Pick) -> None:
    refused(data, pick(minutes(), NAME, "kestrel"), sandbox, match=".")


def test_other_formats_have_no_copy(sandbox: Sandbox, pick: Pick) -> None:
    with pytest.raises(Unfit, match="no redacted copy of text/plain"):
        redacted.copy(b"x", "text/plain", pick(minutes(), NAME, "kestrel"), name="a.txt", sandbox=sandbox, limits=SLIM)


def test_text_that_was_not_painted_over_is_refused(
    sandbox: Sandbox, pick: Pick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_black", lambda *_: {1: [(0.0, 0.0, 5.0, 5.0)]})
    refused(minutes(), pick(minutes(), NAME, "kestrel"), sandbox, match="would still stand on page 1")


def test_the_copy_itself_is_read_again(sandbox: Sandbox, pick: Pick, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the painting to fail without a word, the copy would show it."""
    draw = pictures.draw

    def unpainted(blob: Blob, order: Order, sandbox: Sandbox, limits: Limits) -> Page:
        return replace(draw(blob, replace(order, black=()), sandbox, limits), left="")

    monkeypatch.setattr(pictures, "draw", unpainted)
    passages = pick(minutes(), NAME, "kestrel")
    refused(minutes(), passages, sandbox, match="can still be read on the copy", limits=Limits())


def test_a_font_that_lies_about_its_size_shows_nothing(cut: Callable[..., bytes]) -> None:
    """Letters ten times as large as their boxes say are not drawn at all."""

    def change(pdf: pikepdf.Pdf) -> None:
        glyph = pdf.make_stream(b"1000 0 0 0 750 750 d1 0 -3000 1000 9000 re f")
        letters = Array([Name(f"/c{code}") for code in range(32, 127)])
        cmap = pdf.make_stream(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> "
            b"endcodespacerange 1 beginbfrange <20> <7e> <0020> endbfrange endcmap end end"
        )
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 750, 750]), ToUnicode=cmap,
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), FirstChar=32, LastChar=126, Widths=Array([500] * 95),
            CharProcs=Dictionary({f"/c{code}": glyph for code in range(32, 127)}),
            Encoding=Dictionary(Type=Name.Encoding, Differences=Array([32, *letters])),
        )  # fmt: skip
        pdf.pages[0].obj.Resources.Font["/T"] = pdf.make_indirect(font)
        pdf.pages[0].contents_add(f"BT /T 12 Tf 72 640 Td ({SECRET}) Tj ET".encode())

    data = changed(change, made((72, 760, OPENING)))
    assert ink(data, 842 - 700, 842 - 660) > 0.5  # the letters reach far up
    assert ink(cut(data), 842 - 700, 842 - 660) == 0


def test_a_picture_that_says_it_again_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    def picture(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(io.BytesIO(writing("counted seventeen anchors behind the"))), 72, 300, 400, 130)

    data = minutes(picture)
    refused(data, pick(data, NAME, "kestrel"), sandbox, match="in a picture", limits=Limits())


def test_a_copy_that_is_too_large_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    small = replace(SLIM, input_bytes=5_000)
    refused(minutes(), pick(minutes(), NAME, "kestrel"), sandbox, match="larger than the limit", limits=small)


def test_a_document_that_takes_too_long_is_refused(
    sandbox: Sandbox, pick: Pick, monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = pick(minutes(), NAME, "kestrel")
    monkeypatch.setattr(pdf, "PAGE_SECONDS", -1_000.0)
    refused(minutes(), passages, sandbox, match="took longer")


def test_a_copy_with_more_than_pictures_is_refused(
    sandbox: Sandbox, pick: Pick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_pdf", lambda pages, _: (made((72, 720, f"{len(list(pages))} page")), 1))
    refused(minutes(), pick(minutes(), NAME, "kestrel"), sandbox, match="more than pictures")
