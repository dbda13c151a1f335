"""PDF pages as a reader sees them: paragraphs, headings, items, with the place of every line."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from pipeline.extract import pdf
from pipeline.extract.pdf_lines import Line
from pipeline.extract.pdf_paragraphs import joined, paragraphs
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from tests.hostile.pdf_making import changed, drawn, plain, replaced_page

PARAGRAPH = (
    "The garden club met on the first Monday of the month and spoke at length about the new hedge along the northern "
    "path, which had suffered from the late frost. Nobody objected to replacing it in the autumn."
)


def read(data: bytes, **limits: object) -> list[Part | Gap | Blob | Notice]:
    return list(pdf.extract(Blob.of(data, name="a.pdf"), Limits(**limits)))  # type: ignore[arg-type]


def pages(data: bytes) -> list[Part]:
    return [found for found in read(data) if isinstance(found, Part) and found.path.startswith("page/")]


def codes(data: bytes, **limits: object) -> list[str]:
    return [found.code for found in read(data, **limits) if isinstance(found, Gap)]


def document(*paragraphs: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    styles = getSampleStyleSheet()
    SimpleDocTemplate(out).build([Paragraph(text, styles[style]) for style, text in paragraphs])
    return out.getvalue()


def test_a_block_is_a_paragraph_a_heading_or_an_item() -> None:
    items = [("BodyText", f"\u2022 Item {n}: {PARAGRAPH[:90]}") for n in range(3)]
    made = document(("Heading1", "Hedges and paths"), ("BodyText", PARAGRAPH), ("BodyText", PARAGRAPH), *items)
    part = pages(made)[0]
    assert [block.role for block in part.blocks] == ["heading", "paragraph", "paragraph"] + ["list_item"] * 3
    assert part.text[part.blocks[1].start : part.blocks[1].end] == PARAGRAPH


def test_every_line_has_its_box_from_the_top_left() -> None:
    part = pages(document(("BodyText", PARAGRAPH)))[0]
    boxes = part.blocks[0].where.boxes
    assert len(boxes) >= 2
    assert all(box.page == 1 and box.x0 < box.x1 and box.y0 < box.y1 for box in boxes)
    assert boxes[0].y0 < boxes[1].y0 < 200, "the first line lies near the top, the next one below it"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_lie_on_the_page_as_it_is_shown(turn: int) -> None:
    turned = changed(lambda file: file.pages[0].obj.__setattr__("Rotate", turn), plain("in the middle"))
    width, height = (842, 596) if turn % 180 else (596, 842)
    for block in pages(turned)[0].blocks:
        for box in block.where.boxes:
            assert 0 <= box.x0 < box.x1 <= width
            assert 0 <= box.y0 < box.y1 <= height


def line(text: str, *, top: float, left: float = 72, right: float = 500, broken: bool = False) -> Line:
    return Line(text, left, top, right, top + 12, 12, broken)


def test_a_word_broken_at_a_line_end_is_made_whole() -> None:
    assert joined([line("The evalua", top=0, broken=True), line("tion begins", top=14)]) == "The evaluation begins"
    assert joined([line("before its pre-", top=0), line("deployment test", top=14)]) == "before its pre-deployment test"
    assert joined([line("see Annex A-", top=0), line("12 there", top=14)]) == "see Annex A- 12 there"


def test_a_short_line_that_ends_a_sentence_ends_the_paragraph() -> None:
    lines = [
        line("A full line that runs on", top=0),
        line("and stops.", top=14, right=150),
        line("Another one", top=28),
    ]
    assert [len(group) for group in paragraphs(lines)] == [2, 1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc -.", min_size=1, max_size=9).filter(str.strip), max_size=8))
def test_no_line_is_lost_when_paragraphs_are_built(texts: list[str]) -> None:
    lines = [line(text.strip(), top=14.0 * n) for n, text in enumerate(texts)]
    assert [found for group in paragraphs(lines) for found in group] == lines


def test_page_numbers_and_running_headers_stay() -> None:
    parts = pages(drawn(lambda canvas: canvas.drawString(72, 30, "page footer 3"), pages=3))
    assert [part.where.page for part in parts] == [1, 2, 3]
    assert "page footer 3" in parts[2].text


def test_a_limit_on_pages_is_a_gap() -> None:
    made = drawn(lambda canvas: None, pages=4)
    assert codes(made, pages=2) == ["limit_pages"]


def test_a_file_without_pages_is_a_gap() -> None:
    empty = io.BytesIO()
    pikepdf.Pdf.new().save(empty)
    assert "no_text" in codes(empty.getvalue()) or "damaged" in codes(empty.getvalue())


def test_a_page_tree_that_bites_its_tail_is_held() -> None:
    whole = changed(lambda file: None, plain("x"), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    bitten = whole.replace(b"/Kids [ 4 0 R ]", b"/Kids [ 3 0 R ]")
    assert bitten != whole
    assert b"3 0 obj\n<< /Count" in whole
    assert codes(bitten)


def test_junk_is_held_and_does_not_raise() -> None:
    assert codes(b"%PDF-1.7\n" + bytes(range(256)) * 20)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file_is_held(share: float) -> None:
    whole = drawn(lambda canvas: canvas.drawString(72, 600, PARAGRAPH[:60]), pages=3)
    assert codes(whole[: int(len(whole) * share)])


def test_a_damaged_content_stream_is_held() -> None:
    whole = changed(lambda file: None, plain(PARAGRAPH), recompress_flate=True)
    at = whole.index(b"stream") + 30
    assert "damaged" in codes(whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1 :])


def test_what_the_newest_revision_still_says_is_not_repeated() -> None:
    revisions = [found for found in read(replaced_page("the old words", "the new words")) if isinstance(found, Part)]
    deleted = [part for part in revisions if part.visibility == "deleted"]
    assert [part.kind for part in deleted] == ["revision"]
    assert "the old words" in deleted[0].text
    assert "the new words" not in deleted[0].text


def shuffled_font(change: Callable[[str], str]) -> bytes:
    """A page whose letters look right, while the table behind the font spells others."""

    def lie(file: pikepdf.Pdf) -> None:
        pairs = "\n".join(f"<{ord(c):02x}> <{ord(change(c)):04x}>" for c in "abcdefghijklmnopqrstuvwxyz")
        table = f"1 begincodespacerange <00> <ff> endcodespacerange\n26 beginbfchar\n{pairs}\nendbfchar\n"
        head = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /x def\n"
        stream = file.make_stream((head + table + "endcmap end end").encode())
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, ToUnicode=stream)
        content = "".join(f"BT /F1 11 Tf 72 {700 - 16 * n} Td ({PARAGRAPH[:90]}) Tj ET\n" for n in range(9))
        file.pages[0].obj.Resources = Dictionary(Font=Dictionary(F1=font))
        file.pages[0].obj.Contents = file.make_stream(content.encode())

    return changed(lie)


@pytest.mark.threat(21)
def test_a_font_that_spells_other_letters_is_not_believed() -> None:
    soup = shuffled_font(lambda c: "qzxjkvbpygfwmucldrhsnioate"[ord(c) - ord("a")])
    assert "text_unreliable" in codes(soup, ocr="off")
    assert [found.name for found in read(soup) if isinstance(found, Blob)] == ["page-1.png"]
    assert codes(shuffled_font(lambda c: c), ocr="off") == []


def test_a_very_large_page_is_drawn_within_the_limit_or_held() -> None:
    def enlarge(file: pikepdf.Pdf) -> None:
        file.pages[0].obj.MediaBox = Array([0, 0, 1_036_800, 1_036_800])

    assert codes(changed(enlarge, plain("x")), ocr="off") == []
