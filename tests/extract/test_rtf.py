"""RTF: text by destination, code pages, tables, HTML inside, objects."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import rtf
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part


def read(text: str | bytes) -> list[Part | Gap | Blob | Notice]:
    data = text.encode("latin-1") if isinstance(text, str) else text
    return list(rtf.extract(Blob.of(data, name="note.rtf"), Limits()))


def part(text: str, path: str = "body") -> str:
    return next((item.text for item in read(text) if isinstance(item, Part) and item.path == path), "")


def gaps(text: str) -> list[str]:
    return [item.code for item in read(text) if isinstance(item, Gap)]


def test_paragraphs_headings_and_rows() -> None:
    text = (
        r"{\rtf1{\stylesheet{\s0 Normal;}{\s3 heading 2;}}\pard\s3 Menu\par\pard Soup.\par"
        r"\trowd\trhdr\pard\intbl Day\cell Dish\cell\row"
        r"\trowd\pard\intbl Monday\cell Stew\par and rice\cell\row\pard End}"
    )
    body = next(item for item in read(text) if isinstance(item, Part) and item.path == "body")
    assert [(block.role, body.text[block.start : block.end]) for block in body.blocks] == [
        ("heading", "Menu"),
        ("paragraph", "Soup."),
        ("header_row", "Day | Dish"),
        ("row", "Monday | Stew\nand rice"),
        ("paragraph", "End"),
    ]


def test_characters_by_font_code_page_and_by_unicode_with_its_fallback() -> None:
    fonts = r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}"
    assert (
        part(rf"{{\rtf1\ansi\ansicpg1252{fonts}caf\'e9 {{\f1 \'e4\'e0}} {{\f2 \'93\'fa}} \u8364?\uc2\u960xx.}}")
        == "café да 日 €π."
    )
    assert part(r"{\rtf1 \u-10179?\u-8704?}") == "😀"


def test_hidden_and_deleted_text_end_with_their_group_or_with_plain() -> None:
    text = r"{\rtf1 a {\v b}{\deleted c} d\v e\plain f}"
    assert part(text) == "a  df"
    assert part(text, "hidden") == "be"
    assert part(text, "deleted") == "c"


def test_html_that_outlook_wrapped_comes_out_as_it_was() -> None:
    text = (
        r"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf \par\htmlrtf0 a < b {\*\htmltag84 &amp;}{\*\htmltag72 </p>}}"
    )
    assert [item.data for item in read(text) if isinstance(item, Blob)] == ["<p>a &lt; b &amp;</p>".encode("utf-8-sig")]


def test_an_unknown_destination_is_read_as_hidden() -> None:
    found = [item for item in read(r"{\rtf1 a{\*\novelty words}}") if isinstance(item, Part) and item.path == "novelty"]
    assert [(item.text, item.visibility) for item in found] == [("words", "hidden")]


def test_raw_bytes_outside_of_a_picture_become_a_child() -> None:
    assert [item.data for item in read(b"{\\rtf1 a\\bin4 {}\\\\b}") if isinstance(item, Blob)] == [b"{}\\\\"]


def test_a_file_that_is_cut_off_says_so_wherever_the_cut() -> None:
    whole = r"{\rtf1\ansi {\b Menu}\par Soup {\v and} bread\par}"
    assert gaps(whole) == []
    for cut in range(7, len(whole)):
        assert "truncated" in gaps(whole[:cut])


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=40))
def test_escaped_text_comes_back(text: str) -> None:
    written = "".join(char if char.isalnum() and char.isascii() else rf"\u{ord(char)}?" for char in text)
    assert part(rf"{{\rtf1 x{written}x}}").split() == f"x{text}x".split()
