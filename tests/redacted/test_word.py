"""Redacted Word documents: made anew of what a reader sees, with blocks where passages stood."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.shared import RGBColor

from pipeline import redacted
from pipeline.errors import Unfit
from pipeline.limits import Limits
from pipeline.redacted import word
from pipeline.redacted.word import BLOCK
from pipeline.sandbox import Sandbox
from pipeline.types import Passage
from tests.hostile.office_making import paragraph
from tests.hostile.office_making import word as package

Pick = Callable[[bytes, str, str], list[Passage]]
NAME, TYPE = "minutes.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SLIM = Limits(ocr="off")
OPENING = "The garden club met on the first Monday of the month."
SECRET = "The violet kestrel counted seventeen anchors behind the harbour wall."
CLOSING = "Tea was served at five, and everybody thanked the cook."


def made(*texts: str, more: Callable[[Any], None] = lambda document: None) -> bytes:
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    more(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture
def cut(sandbox: Sandbox, pick: Pick) -> Callable[..., bytes]:
    """A copy without the first passage that holds a word."""

    def copy(data: bytes, word: str = "kestrel") -> bytes:
        return redacted.copy(
            data, TYPE, pick(data, NAME, word)[:1], name=NAME, sandbox=sandbox, limits=SLIM
        )  # fmt: skip

    return copy


def paragraphs(data: bytes) -> list[str]:
    return [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]


def everything(data: bytes) -> str:
    """All members of the package, unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as members:
        return " ".join(members.read(name).decode("latin-1") for name in members.namelist())


def test_the_passage_is_a_block_and_the_rest_stays(cut: Callable[..., bytes]) -> None:
    assert paragraphs(cut(made(OPENING, SECRET, CLOSING))) == [OPENING, BLOCK, CLOSING]


def test_how_long_a_passage_was_is_not_told(cut: Callable[..., bytes]) -> None:
    long = f"{SECRET} And again, in many more words than before, the kestrel was seen on the pier at dusk."
    assert paragraphs(cut(made(OPENING, SECRET))) == paragraphs(cut(made(OPENING, long)))


def test_what_repeats_the_passage_is_covered_word_for_word(cut: Callable[..., bytes]) -> None:
    repeated = f"As said, {SECRET[4:-1]}, we hear."
    assert paragraphs(cut(made(SECRET, repeated))) == [BLOCK, f"As said, {BLOCK}, we hear."]


def test_tables_headings_and_lists_are_kept_as_such(cut: Callable[..., bytes]) -> None:
    def more(document: Any) -> None:
        table = document.add_table(rows=2, cols=2)
        for cell, text in zip(table._cells, ["Room", "Colour", "12", "blue"], strict=True):
            cell.text = text
        document.add_heading("Results", level=1)
        document.add_paragraph("A second try", style="List Bullet")

    copy = docx.Document(io.BytesIO(cut(made(SECRET, more=more))))
    (table,) = copy.tables
    assert [cell.text for cell in table._cells] == ["Room", "Colour", "12", "blue"]
    assert [p.style.name for p in copy.paragraphs] == ["Normal", "Heading 1", "List Bullet"]
    order = [child.tag.rpartition("}")[2] for child in copy.element.body]
    assert order == ["p", "tbl", "p", "p", "sectPr"]


def test_a_cell_that_is_a_passage_is_a_block_in_its_place(cut: Callable[..., bytes]) -> None:
    def more(document: Any) -> None:
        table = document.add_table(rows=2, cols=2)
        for cell, text in zip(table._cells, ["Bird", "Place", "kestrel", "wall"], strict=True):
            cell.text = text

    copy = docx.Document(io.BytesIO(cut(made(OPENING, more=more))))
    assert [cell.text for cell in copy.tables[0]._cells[:2]] == ["Bird", "Place"]
    assert "kestrel" not in everything(cut(made(OPENING, more=more)))


def test_two_tables_stay_two_and_a_monstrous_one_becomes_lines(cut: Callable[..., bytes]) -> None:
    def more(document: Any) -> None:
        for columns in (2, 3, 64):
            table = document.add_table(rows=2, cols=columns)
            for number, cell in enumerate(table._cells):
                cell.text = f"c{number}"

    copy = docx.Document(io.BytesIO(cut(made(SECRET, more=more))))
    assert [len(table.columns) for table in copy.tables] == [2, 3]
    assert copy.paragraphs[-1].text.startswith("c64 | c65")


def test_a_ragged_table_does_not_grow(cut: Callable[..., bytes]) -> None:
    rows = ["wide" + " | x" * 50, *["narrow | row"] * 40]

    def more(document: Any) -> None:
        table = document.add_table(rows=len(rows), cols=2)
        for row, text in zip(table.rows, rows, strict=True):
            row.cells[0].text, row.cells[1].text = text.split(" | ", 1)

    copy = docx.Document(io.BytesIO(cut(made(SECRET, more=more))))
    assert not copy.tables
    assert copy.paragraphs[-1].text == "narrow | row"


def test_nothing_that_a_reader_does_not_see_is_kept(cut: Callable[..., bytes]) -> None:
    def more(document: Any) -> None:
        document.core_properties.author = "Ada Quill"
        document.core_properties.keywords = "lantern"
        hidden = document.paragraphs[0].add_run("hidden walrus")
        hidden.font.hidden = True
        white = document.paragraphs[0].add_run("white heron")
        white.font.color.rgb = RGBColor(255, 255, 255)
        document.add_comment(document.paragraphs[0].runs, text="a remark on the margin", author="Ada Quill")

    copy = everything(cut(made(OPENING, SECRET, more=more)))
    for word_ in ("kestrel", "Quill", "lantern", "walrus", "heron", "remark", "python-docx", "thumbnail"):
        assert word_ not in copy


def test_deleted_text_is_gone_and_inserted_text_stays(cut: Callable[..., bytes]) -> None:
    change = 'w:id="1" w:author="A" w:date="2031-01-01T00:00:00Z"'
    body = paragraph(SECRET) + (
        f"<w:p><w:del {change}><w:r><w:delText>the old walrus</w:delText></w:r></w:del>"
        f"<w:ins {change}><w:r><w:t>the new heron</w:t></w:r></w:ins></w:p>"
    )
    copy = cut(package(body))
    assert paragraphs(copy)[1:] == [BLOCK, "the new heron"]
    assert "walrus" not in everything(copy)


def test_markings_in_headers_and_footers_are_kept(cut: Callable[..., bytes]) -> None:
    def more(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "TLP:AMBER"
        document.sections[0].footer.paragraphs[0].text = f"Summary: {SECRET}"

    copy = docx.Document(io.BytesIO(cut(made(SECRET, more=more))))
    header = [p.text for p in copy.sections[0].header.paragraphs if p.text]
    assert sorted(header) == [f"Summary: {BLOCK}.", "TLP:AMBER"]


def test_a_passage_in_a_comment_goes_with_the_comment(cut: Callable[..., bytes]) -> None:
    def more(document: Any) -> None:
        document.add_comment(document.paragraphs[0].runs, text=SECRET, author="A")

    assert paragraphs(cut(made(OPENING, CLOSING, more=more))) == [OPENING, CLOSING]


def test_a_joined_passage_covers_every_paragraph_of_it(sandbox: Sandbox, pick: Pick) -> None:
    data = made(OPENING, "The violet kestrel", "counted seventeen anchors.", CLOSING)
    first, second = pick(data, NAME, "kestrel")[0], pick(data, NAME, "anchors")[0]
    joined = replace(first, end=second.end, text=f"{first.text}\n\n{second.text}", joined=True)
    copy = redacted.copy(data, TYPE, [joined], name=NAME, sandbox=sandbox, limits=SLIM)
    assert paragraphs(copy) == [OPENING, BLOCK, BLOCK, CLOSING]


def refused(data: bytes, passages: list[Passage], sandbox: Sandbox, *, match: str) -> None:
    with pytest.raises(Unfit, match=match) as error:
        redacted.copy(data, TYPE, passages, name=NAME, sandbox=sandbox, limits=SLIM)
    assert not any(word_ in str(error.value) for word_ in ("kestrel", "anchors"))


def test_another_version_of_the_file_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    passages = pick(made(OPENING, SECRET), NAME, "kestrel")
    refused(made(OPENING, CLOSING * 3), passages, sandbox, match="not in this file")


def test_a_passage_of_something_inside_is_refused(sandbox: Sandbox, pick: Pick) -> None:
    (passage,) = pick(made(SECRET), NAME, "kestrel")
    refused(made(SECRET), [replace(passage, location=f"{NAME}!a.xlsx")], sandbox, match="inside this one")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"the kestrel"])
def test_what_is_no_word_document_is_refused(data: bytes, sandbox: Sandbox, pick: Pick) -> None:
    refused(data, pick(made(SECRET), NAME, "kestrel"), sandbox, match=".")


def test_more_paragraphs_than_can_be_made_are_refused(
    sandbox: Sandbox, pick: Pick, monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = pick(made(OPENING, SECRET), NAME, "kestrel")
    monkeypatch.setattr(word, "_FIELDS", 1)
    refused(made(OPENING, SECRET), passages, sandbox, match="too many paragraphs")


def test_the_copy_itself_is_read_again(sandbox: Sandbox, pick: Pick, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the masking to fail, the copy would show it."""
    passages = pick(made(OPENING, SECRET), NAME, "kestrel")
    monkeypatch.setattr(word, "_masked", lambda part, within, _: part.text[slice(*within)])
    refused(made(OPENING, SECRET), passages, sandbox, match="can still be read in the copy")
