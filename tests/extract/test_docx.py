"""Word documents: what a reader sees, what is hidden, what was deleted, and where it stands."""

from __future__ import annotations

import io

import docx
import pytest
from docx.shared import Pt, RGBColor
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import docx as reader
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from tests.hostile.office_making import NAMESPACES, paragraph, word

Item = Part | Gap | Blob | Notice
PLAIN = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), min_size=1)


def read(data: bytes) -> list[Item]:
    return list(reader.extract(Blob.of(data, name="minutes.docx"), Limits()))


def part(items: list[Item], path: str) -> Part:
    return next(item for item in items if isinstance(item, Part) and item.path == path)


def codes(items: list[Item], kind: type) -> set[str]:
    return {item.code for item in items if isinstance(item, kind)}


def saved(document: docx.document.Document) -> list[Item]:
    out = io.BytesIO()
    document.save(out)
    return read(out.getvalue())


def test_headings_give_the_section_of_what_follows() -> None:
    document = docx.Document()
    document.add_heading("Results", level=1)
    document.add_paragraph("Three of ten tasks were solved.")
    document.add_paragraph("Second try", style="List Bullet")
    blocks = part(saved(document), "word/document.xml").blocks
    assert [block.role for block in blocks] == ["heading", "paragraph", "list_item"]
    assert blocks[1].where.section == "Results"


def test_tables_come_row_by_row_with_their_header() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Room", "Colour", "12", "blue"], strict=True):
        cell.text = text
    body = part(saved(document), "word/document.xml")
    assert [(block.role, body.text[block.start : block.end]) for block in body.blocks] == [
        ("header_row", "Room | Colour"),
        ("row", "12 | blue"),
    ]


def test_nested_table_is_read_once() -> None:
    inner = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>inner</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    items = read(word(f"<w:tbl><w:tr><w:tc>{paragraph('outer')}{inner}</w:tc></w:tr></w:tbl>"))
    text = part(items, "word/document.xml").text
    assert (text.count("outer"), text.count("inner")) == (1, 1)


@pytest.mark.parametrize("how", ["hidden", "strike", "white", "tiny"])
def test_text_hidden_from_the_eye_is_kept_apart(how: str) -> None:
    document = docx.Document()
    line = document.add_paragraph("The meeting is at ten. ")
    font = line.add_run("The vault is open.").font
    if how == "white":
        font.color.rgb = RGBColor(255, 255, 255)
    elif how == "tiny":
        font.size = Pt(1)
    else:
        setattr(font, how, True)
    items = saved(document)
    assert "vault" not in part(items, "word/document.xml").text
    hidden = part(items, "word/document.xml#hidden")
    assert (hidden.text, hidden.visibility) == ("The vault is open.", "hidden")
    assert "invisible_text" in codes(items, Notice)


def test_a_switched_off_property_hides_nothing() -> None:
    items = read(word(paragraph("plain to see", run='<w:rPr><w:vanish w:val="0"/><w:strike w:val="false"/></w:rPr>')))
    assert "plain to see" in part(items, "word/document.xml").text


def test_white_on_a_shaded_ground_is_visible() -> None:
    shaded = '<w:rPr><w:color w:val="FFFFFF"/><w:shd w:fill="000000"/></w:rPr>'
    assert "inverted" in part(read(word(paragraph("inverted", run=shaded))), "word/document.xml").text


def test_a_deletion_is_read_with_the_sentence_around_it() -> None:
    change = (
        "<w:p><w:r><w:t xml:space='preserve'>The door is </w:t></w:r>"
        "<w:del><w:r><w:delText>red</w:delText></w:r></w:del><w:ins><w:r><w:t>blue</w:t></w:r></w:ins></w:p>"
    )
    items = read(word(change))
    assert "The door is blue" in part(items, "word/document.xml").text
    deleted = part(items, "word/document.xml#deleted")
    assert (deleted.text, deleted.kind, deleted.visibility) == ("The door is red", "revision", "deleted")


def test_a_text_box_with_two_renderings_is_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('boxed words')}</w:txbxContent>"
    both = (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><v:textbox>{box}</v:textbox></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    texts = [item.text for item in read(word(both)) if isinstance(item, Part)]
    assert sum(text.count("boxed words") for text in texts) == 1


def test_a_field_cut_into_runs_is_one_code() -> None:
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in ("INCLUDE", "TEXT ", "secret.docx"))
    items = read(word(f"<w:p>{runs}</w:p>"))
    assert part(items, "word/document.xml#fields").text == "INCLUDETEXT secret.docx"
    assert "external_reference" in codes(items, Notice)


def test_the_preview_of_an_empty_template_is_known_and_any_other_is_handed_on() -> None:
    items = saved(docx.Document())
    assert codes(items, Gap) == set()
    assert [item.name for item in items if isinstance(item, Blob)] == []
    document = docx.Document()
    preview = next(part for part in document.part.package.iter_parts() if "thumbnail" in part.partname)
    preview._blob = preview.blob + b"\0"
    assert [item.name for item in saved(document) if isinstance(item, Blob)] == ["docProps/thumbnail.jpeg"]


def test_a_package_without_main_part_is_a_gap() -> None:
    data = word("").replace(b"word/document.xml", b"word/documenX.xml")
    assert codes(read(data), Gap)


@settings(max_examples=60, deadline=None)
@given(st.lists(PLAIN, min_size=1, max_size=6))
def test_no_paragraph_is_lost(lines: list[str]) -> None:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    text = "".join("".join(item.text.split()) for item in saved(document) if isinstance(item, Part))
    assert all("".join(line.split()) in text for line in lines)


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.just("x"), lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=12))
def test_text_in_any_nesting_of_elements_comes_out(tree: object) -> None:
    names = ["p", "r", "sdt", "ins", "tbl", "pPr", "smartTag", "tr", "unknown"]
    count = 0

    def xml(node: object, depth: int) -> str:
        nonlocal count
        if not isinstance(node, list):
            count += 1
            return f"<w:t>word{count}word</w:t>"
        name = names[(depth * 5 + len(node)) % len(names)]
        return f"<w:{name}>{''.join(xml(child, depth + 1) for child in node)}</w:{name}>"

    body = xml(tree, 0)
    text = " ".join(item.text for item in read(word(body)) if isinstance(item, Part))
    assert all(f"word{number}word" in text for number in range(1, count + 1))
    assert NAMESPACES  # the builder's prefixes are those used above
