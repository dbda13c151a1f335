"""Workbooks: rows as shown, states, formulas beside their results, and the binary formats."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment

from pipeline.extract import biff, numberformat, xls, xlsx
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from tests.hostile.office_making import row, workbook
from tests.hostile.office_records import xls as old_workbook

Item = Part | Gap | Blob | Notice


def read(data: bytes) -> list[Item]:
    return list(xlsx.extract(Blob.of(data, name="rooms.xlsx"), Limits()))


def saved(book: openpyxl.Workbook) -> list[Item]:
    out = io.BytesIO()
    book.save(out)
    return read(out.getvalue())


def tables(items: list[Item]) -> list[Part]:
    return [item for item in items if isinstance(item, Part) and item.kind == "table"]


def test_rows_come_as_shown_with_sheet_and_cell() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Rooms"
    sheet.append(["Room", "Share", "Since", "Cost"])
    sheet.append([12, 0.256, date(2024, 5, 17), 12345.678])
    sheet["B2"].number_format, sheet["D2"].number_format = "0.0%", "#,##0.00"
    table = tables(saved(book))[0]
    assert [table.text[block.start : block.end] for block in table.blocks] == [
        "Room | Share | Since | Cost",
        "12 | 25.6% | 2024-05-17 | 12,345.68",
    ]
    assert [(block.role, block.where.sheet, block.where.cell) for block in table.blocks] == [
        ("header_row", "Rooms", "A1"),
        ("row", "Rooms", "A2"),
    ]


def test_hidden_sheets_are_tables_of_their_own() -> None:
    book = openpyxl.Workbook()
    book.active.append(["plain"])
    book.create_sheet("Vault").append(["open"])
    book["Vault"].sheet_state = "veryHidden"
    items = saved(book)
    assert [(item.text, item.visibility) for item in tables(items)] == [("plain", "visible"), ("open", "hidden")]
    assert [item.code for item in items if isinstance(item, Notice)] == ["hidden_part"]


def test_comments_are_whole_words() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.active["A1"].comment = Comment("not before noon", "Ada")
    texts = [item.text for item in saved(book) if isinstance(item, Part) and item.kind == "comment"]
    assert any("not before noon" in text for text in texts)


def test_formula_and_stale_result_are_both_read() -> None:
    data = workbook('<row r="1"><c r="A1" t="str"><f>"one"&amp;"two"</f><v>three</v></c></row>')
    text = " ".join(item.text for item in read(data) if isinstance(item, Part))
    assert "three" in text
    assert "onetwo" in text


def test_references_alone_are_no_text() -> None:
    data = workbook('<row r="1"><c r="A1"><f>SUM(B1:B9)/$C$2</f><v>3</v></c></row>')
    assert not [item for item in read(data) if isinstance(item, Part) and item.kind == "code"]


@pytest.mark.parametrize(
    ("raw", "code", "shown"),
    [
        ("0.5", "0%", "50%"),
        ("-3.14159", "0.00", "-3.14"),
        ("1234567", "#,##0", "1,234,567"),
        ("45429", "yyyy-mm-dd", "2024-05-17"),
        ("0.75", "h:mm", "18:00:00"),
        ("3", '0 "tasks"', "3 tasks"),
        ("3", "General", "3"),
        ("0.1", "General", "0.1"),
        ("0.30000000000000004", "General", "0.3"),
        ("text", "0.00", "text"),
        ("1e400", "yyyy", "1e400"),
    ],
)
def test_numbers_are_shown_as_the_sheet_shows_them(raw: str, code: str, shown: str) -> None:
    assert numberformat.shown(raw, code) == shown


@given(st.floats(allow_nan=True, allow_infinity=True), st.text(max_size=20))
def test_no_number_and_no_format_raises(value: float, code: str) -> None:
    assert isinstance(numberformat.shown(repr(value), code), str)


@given(st.integers(0, 100_000))
def test_whole_numbers_lose_no_digit(value: int) -> None:
    assert numberformat.shown(str(value), "General") == str(value)


def test_binary_workbook_gives_its_cells() -> None:
    items = list(xls.extract(Blob.of(old_workbook("violet anchors"), name="rooms.xls"), Limits()))
    assert [item.text for item in tables(items)] == ["violet anchors"]
    assert not [item for item in items if isinstance(item, Gap)]


def test_a_shared_string_goes_on_in_the_next_record() -> None:
    first = b"\x01\0\0\0\x01\0\0\0" + b"\x0b\0\0" + b"hello"
    assert biff.shared_strings([first, b"\x01" + " world".encode("utf-16-le")]) == ["hello world"]


@given(st.binary(max_size=300))
def test_the_record_walker_survives_anything(data: bytes) -> None:
    biff.loose_text(list(biff.records(data)))
    biff.shared_strings([data])


def test_hidden_rows_are_apart() -> None:
    visible = [item.visibility for item in tables(read(workbook(row("under", 'hidden="1"')))) if "under" in item.text]
    assert visible == ["hidden"]


def test_dates_with_times() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = datetime(2024, 5, 17, 18, 30)
    assert tables(saved(book))[0].text == "2024-05-17 18:30"
