"""Bytes of a PDF that are no text to a reader: what does not parse is told, and what stands beside is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.pdf_cover import cover
from pipeline.extract.pdf_grammar import syntax, white_text
from pipeline.extract.pdf_words import words
from tests.hostile.pdf_making import plain

LINE = b"BT /F1 12 Tf 1 0 0 1 72 640 Tm [(The garden) -250 (club)] TJ 0 -14 Td (met \\(late\\)) Tj ET"

numbers = st.floats(-1e4, 1e4).map(lambda n: f"{n:.3f}".encode())
strings = st.binary(max_size=12).map(lambda raw: b"(%s)" % raw.translate(None, b"()\\"))
shown = st.one_of(
    strings.map(lambda s: s + b" Tj"),
    st.lists(st.one_of(strings, numbers), max_size=5).map(lambda parts: b"[%s]TJ" % b" ".join(parts)),
    st.lists(numbers, min_size=6, max_size=6).map(lambda ns: b" ".join(ns) + b" cm"),
    st.sampled_from(
        [b"q", b"Q", b"BT", b"ET", b"/F1 9 Tf", b"/Fm0 Do", b"/Span <</MCID 3>> BDC", b"EMC", b"0 0 9 9 re f*"]
    ),
)


@given(st.lists(shown, max_size=20))
def test_every_drawing_of_known_operators_parses(operators: list[bytes]) -> None:
    assert syntax(b"\n".join(operators)).parses


@pytest.mark.parametrize(
    "broken",
    [
        LINE.replace(b"Tf", b"Tx"),  # no font: a reader shows nothing
        LINE.replace(b"12 Tf", b"12Tf"),  # one unknown word
        LINE.replace(b"(met", b"met"),
        LINE.replace(b"late\\))", b"late\\)"),  # the string swallows the rest
        LINE.replace(b"] TJ", b" TJ"),
        LINE.replace(b") Tj", b") T*"),  # an operator that takes no string
        LINE.replace(b" ET", b"\x0bET"),
        b"x\x9c packed data where operators belong",
    ],
)
def test_a_broken_operator_is_noticed(broken: bytes) -> None:
    assert syntax(LINE).parses
    assert not syntax(broken).parses


def test_an_operator_that_nobody_knows_costs_nothing_where_it_has_numbers_only() -> None:
    assert syntax(b"0 0 12 12 re se Q " + LINE).parses


def test_inline_pictures_are_passed_over_and_kept() -> None:
    found = syntax(b"q BI /W 2 /H 2 /BPC 8 /CS /G ID \x00)(\xff EI Q " + LINE)
    assert found.parses
    assert found.pictures[0].endswith(b"EI")


def test_what_was_met_on_the_way_is_noted() -> None:
    found = syntax(b"/G0 gs 1 1 1 rg 3 Tr /Fm1 Do % aside\n/P <</MCID 0>> BDC 0 0 9 9 re f")
    assert (
        found.states and found.white and found.hides and found.calls and found.comments and found.marks and found.fills
    )
    plain_text = syntax(b"0 0 0 rg 0 Tr " + LINE)
    assert not (plain_text.white or plain_text.hides or plain_text.calls or plain_text.fills or plain_text.comments)


@pytest.mark.parametrize("white", [b"1 g", b"1.0 1.0 1.0 rg", b"0 0 0 0 k", b"1 1 1 scn"])
def test_white_text_is_told_from_a_white_ground(white: bytes) -> None:
    assert white_text(b"q " + white + b" " + LINE, True)
    assert not white_text(white + b" 0 0 600 800 re f 0 g " + LINE, True)


def test_one_part_of_an_ink_is_no_white() -> None:
    assert white_text(b"/Cs8 cs 1 scn " + LINE, True)
    assert not white_text(b"/Cs8 cs 1 scn " + LINE, False)


def accounted(data: bytes) -> tuple[list[str], list[str], list[str]]:
    found = cover(data, 0, len(data))
    return found.faults, found.stray, found.comments


def test_a_sound_file_is_accounted_for_to_the_last_byte() -> None:
    faults, stray, _ = accounted(plain("A hedge."))
    assert (faults, stray) == ([], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"4 0 obj", b"4 0 obq"),
        (b">>\nstream", b">>\x0bstream"),
        (b"endstream", b"endstraem"),
        (b"endobj\n3", b"endxxx\n3"),
        (b"/Type /Catalog", b"/Type ) /Catalog"),
    ],
)
def test_an_object_that_does_not_parse_is_a_fault(old: bytes, new: bytes) -> None:
    whole = plain("A hedge.")
    assert old in whole
    assert accounted(whole.replace(old, new, 1))[0]


def test_words_between_and_inside_objects_are_read() -> None:
    whole = (
        plain()
        .replace(b"endobj\n", b"endobj\nleft behind\n", 1)
        .replace(b"/Type /Catalog", b"%said aside\n/Type /Catalog")
    )
    faults, stray, comments = accounted(whole)
    assert faults == []
    assert "left behind" in stray
    assert "said aside" in comments


@given(st.integers(0, len(LINE)), st.text("()<>[]/%\\ BI0Tjd\n", max_size=6))
def test_broken_drawings_never_confuse_the_pattern(at: int, scrap: str) -> None:
    """A group that fails after it was entered makes the engine raise SystemError."""
    found = syntax(LINE[:at] + scrap.encode() + LINE[at:])
    assert found.parses in (True, False)
    assert not found.white


def test_words_in_a_font_are_read_and_its_notice_is_not() -> None:
    noise = bytes(range(128, 256)) * 4
    assert words(noise + b"\0the hedge was cut in may\0" + noise) == ["the hedge was cut in may"]
    assert words(noise + "the hedge was cut".encode("utf-16-be") + noise) == ["the hedge was cut"]
    assert words(b"%!PS-AdobeFont-1.0\n% the hedge was cut\n/x (and the path swept) def eexec" + noise) == [
        "the hedge was cut",
        "and the path swept",
    ]
    assert words(noise + b"Copyright of the maker, all rights reserved by law" + noise) == []
    assert words(noise) == []
