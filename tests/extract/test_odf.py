"""OpenDocument and EPUB: roles, places, hidden things, and what a package must not conceal."""

from __future__ import annotations

import base64

from pipeline.extract import epub, odf
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from tests.hostile import build_odf


def read(data: bytes, reader: object = odf) -> list[Part | Gap | Blob | Notice]:
    return list(reader.extract(Blob.of(data, name="note.odt"), Limits()))  # type: ignore[attr-defined]


def part(data: bytes, path: str) -> Part:
    return next(item for item in read(data) if isinstance(item, Part) and item.path == path)


def gaps(data: bytes, reader: object = odf) -> list[str]:
    return [item.code for item in read(data, reader) if isinstance(item, Gap)]


def test_headings_lists_and_rows() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>".format
    data = build_odf.document(
        "<text:list><text:list-item><text:p>Tea</text:p></text:list-item></text:list>"
        "<table:table><table:table-header-rows><table:table-row>" + cell("Day") + cell("Dish") + "</table:table-row>"
        "</table:table-header-rows><table:table-row>"
        + cell("Monday")
        + cell("Stew")
        + "</table:table-row></table:table>"
    )
    body = part(data, "body")
    assert [(block.role, body.text[block.start : block.end], block.where.section) for block in body.blocks] == [
        ("heading", "Canteen", "Canteen"),
        ("paragraph", "The soup is good.", "Canteen"),
        ("list_item", "Tea", "Canteen"),
        ("header_row", "Day | Dish", "Canteen"),
        ("row", "Monday | Stew", "Canteen"),
    ]


def test_spaces_and_comments_inside_a_paragraph() -> None:
    data = build_odf.document(
        "<text:p>one<text:s text:c='3'/>two<office:annotation><dc:creator>Ada</dc:creator><text:p>aside</text:p>"
        "</office:annotation> three</text:p>"
    )
    assert "one two three" in part(data, "body").text
    assert part(data, "comments").text == "Ada\n\naside"


def test_slides_are_counted_and_notes_kept_apart() -> None:
    data = build_odf.slides("<presentation:notes><text:p>aside</text:p></presentation:notes>")
    assert part(data, "body").blocks[0].where.slide == 1
    assert part(data, "speaker-notes").visibility == "hidden"


def test_flat_files_give_their_embedded_bytes_as_children() -> None:
    code = base64.b64encode(b"bytes inside").decode()
    data = build_odf.content(
        f"<text:p>a<draw:image><office:binary-data>{code}</office:binary-data></draw:image></text:p>"
    )
    assert [item.data for item in read(data.encode()) if isinstance(item, Blob)] == [b"bytes inside"]


def test_a_package_without_content_is_a_gap() -> None:
    assert gaps(build_odf.package({"meta.xml": "<x/>"})) == ["damaged"]


def test_a_cut_package_is_a_gap() -> None:
    whole = build_odf.document("<text:p>x</text:p>")
    assert gaps(whole) == []
    assert all(gaps(whole[:cut]) for cut in range(40, len(whole), 37))


def test_chapters_come_in_reading_order_and_fonts_under_disguise_hold_nothing() -> None:
    data = build_odf.book({"0.xhtml": "<html><p>first by name</p></html>"})
    assert [item.name for item in read(data, epub) if isinstance(item, Blob)] == ["a.xhtml", "0.xhtml"]
    assert gaps(build_odf.book(build_odf.encryption("http://www.w3.org/2001/04/xmlenc#aes256-cbc")), epub) == [
        "encrypted"
    ]
    assert gaps(build_odf.book({"META-INF/rights.xml": "<rights/>"}), epub) == ["rights_managed"]
