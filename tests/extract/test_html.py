"""What a reader sees on a page, what the page hides, and when its text cannot be trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import html
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part


def read(page: str | bytes) -> list[Part | Gap | Blob | Notice]:
    data = page.encode() if isinstance(page, str) else page
    return list(html.extract(Blob.of(data, name="page.html"), Limits()))


def part(page: str | bytes, path: str) -> str:
    return next((found.text for found in read(page) if isinstance(found, Part) and found.path == path), "")


def gaps(page: str | bytes) -> set[str]:
    return {found.code for found in read(page) if isinstance(found, Gap)}


def blocks(page: str, path: str = "body") -> list[tuple[str, str, str | None]]:
    body = next(found for found in read(page) if isinstance(found, Part) and found.path == path)
    return [(block.role, body.text[block.start : block.end], block.where.section) for block in body.blocks]


def test_headings_items_and_rows_keep_their_role_and_section() -> None:
    page = (
        "<h2>Menu</h2><p>Soup and <b>bread</b>.<ul><li>Tea<li>Milk</ul>"
        "<table><tr><th>Day<th>Dish</tr><tr><td>Monday<td>Stew</tr></table>"
    )
    assert blocks(page) == [
        ("heading", "Menu", "Menu"),
        ("paragraph", "Soup and bread.", "Menu"),
        ("list_item", "Tea", "Menu"),
        ("list_item", "Milk", "Menu"),
        ("header_row", "Day | Dish", "Menu"),
        ("row", "Monday | Stew", "Menu"),
    ]


def test_inline_markup_does_not_split_words_and_two_breaks_end_a_paragraph() -> None:
    assert part("<p>ker<i>nel</i><!-- x -->s", "body") == "kernels"
    assert [text for _, text, _ in blocks("<p>one<br>two<br><br>three")] == ["one\ntwo", "three"]


def test_a_table_that_lays_out_the_page_is_not_read_as_rows() -> None:
    page = "<table><tr><td><h1>Left</h1><p>a</p></td><td><p>b</p></td></tr></table>"
    assert [role for role, _, _ in blocks(page)] == ["heading", "paragraph", "paragraph"]


def test_hidden_text_is_kept_apart_from_what_shows() -> None:
    page = "<p>seen <span style='display:none'>unseen</span> again</p>"
    assert part(page, "body") == "seen again"
    assert part(page, "hidden") == "unseen"
    assert any(isinstance(found, Notice) and found.code == "hidden_part" for found in read(page))


def test_an_escape_in_a_style_sheet_is_also_read_plain() -> None:
    assert "secret" in part(r"<p>x</p><style>p:after{content:'\73 ecret'}</style>", "scripts")


def test_what_the_parser_drops_is_read_all_the_same() -> None:
    page = '<p title="first" title="second words">x</p data-z="on the end tag">'
    assert "second words" in part(page, "left-over")
    assert "on the end tag" in part(page, "left-over")


def test_an_ordinary_page_leaves_nothing_over() -> None:
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title></head>'
    page = head + '<body class="wide"><p>Text &amp; more</p></body></html>'
    assert part(page, "left-over") == ""
    assert gaps(page) == set()


def test_data_addresses_become_children_and_pixels_do_not() -> None:
    pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    page = f'<img src="data:image/gif;base64,{pixel}"><a href="data:text/plain,two%20words">x</a>'
    children = [found for found in read(page) if isinstance(found, Blob)]
    assert [(child.media_type, child.data) for child in children] == [("text/plain", b"two words")]


@pytest.mark.parametrize(
    ("page", "doubt"),
    [
        ("<p>Größe</p>".encode(), False),
        ("<p>Größe und Länge des Tisches</p>".encode("cp1252"), False),
        ('<meta charset="koi8-r"><p>Привет</p>'.encode("koi8-r"), False),
        ('<meta charset="iso-8859-1"><p>Привет</p>'.encode(), True),
        ('<meta charset="utf-8"><p>Größe</p>'.encode("cp1252"), True),
        ("<p>Привет, как дела сегодня</p>".encode("koi8-r"), True),
        ("<p>Größe</p>".encode("utf-16"), False),
    ],
)
def test_encoding_is_doubted_exactly_where_readers_may_differ(page: bytes, doubt: bool) -> None:
    assert ("encoding_uncertain" in gaps(page)) is doubt


def test_a_page_with_text_and_libraries_is_complete() -> None:
    library = (
        "<script>" + "function f(a){document.body.appendChild(a);return String.fromCharCode(65)}" * 200 + "</script>"
    )
    words = "<p>" + "This page has text of its own, written by hand. " * 5 + "</p>"
    assert gaps(words + library) == set()
    assert gaps(library + "<div id=app></div>") == {"script_built"}


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=("Cs",)), max_size=60)
)
def test_words_never_get_lost_whatever_surrounds_them(noise: str) -> None:
    page = f"<p>{noise}</p><p>quincunx</p>{noise}<p>zeugma"
    text = " ".join(found.text for found in read(page) if isinstance(found, Part))
    children = b" ".join(found.data for found in read(page) if isinstance(found, Blob))
    for word in ("quincunx", "zeugma"):
        assert word in text or word.encode() in children
