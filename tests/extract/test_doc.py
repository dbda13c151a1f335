"""Binary Word documents and presentations: which words stand where, and what is apart."""

from __future__ import annotations

import struct

import pytest

from pipeline.extract import doc, ppt
from pipeline.extract.doc_properties import all_properties
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part
from tests.hostile.word_making import (
    AUTHORS,
    DELETED,
    HIDDEN,
    block,
    record,
    slide,
    slides,
    string,
    string_list,
    text,
    word,
)


def parts(data: bytes) -> dict[str, str]:
    reader = ppt if b"P\0o\0w\0e\0r" in data else doc
    return {
        item.path: item.text for item in reader.extract(Blob.of(data, name="a"), Limits()) if isinstance(item, Part)
    }


def gaps(data: bytes) -> list[str]:
    return [item.code for item in doc.extract(Blob.of(data, name="a.doc"), Limits()) if isinstance(item, Gap)]


def test_stories_are_kept_apart_and_paragraphs_too() -> None:
    found = parts(word("First.\rSecond\x07cell\x07\r", stories={"footnotes": "A note.\r", "comments": "A remark.\r"}))
    assert found["body"] == "First.\n\nSecond\n\ncell"
    assert found["footnotes"] == "A note."
    assert found["comments"] == "A remark."


@pytest.mark.parametrize("wide", [False, True])
def test_deleted_and_hidden_words_are_not_part_of_what_shows(wide: bool) -> None:
    data = word("We meet on Monday Tuesday at noon.\r", marks=[("Monday ", DELETED), (" at noon", HIDDEN)], wide=wide)
    found = parts(data)
    assert found["body"] == "We meet on Tuesday."
    assert (found["body#deleted"], found["body#hidden"]) == ("Monday", "at noon")


def test_the_result_of_a_field_stands_in_its_sentence_and_its_code_beside_it() -> None:
    found = parts(word('See \x13 HYPERLINK "https://example.org/a" \x14the page\x15 for more.\r'))
    assert found["body"] == "See the page for more."
    assert found["body#fields"] == 'HYPERLINK "https://example.org/a"'


def test_letters_of_other_alphabets_and_beyond_the_first_plane_stay_whole() -> None:
    found = parts(word("Привет 😀 мир\r", wide=True, chunks={AUTHORS: string_list("Дмитрий", "山田")}))
    assert found["body"] == "Привет 😀 мир"
    assert {"Дмитрий", "山田"} <= set(found["1Table"].split("\n\n"))


def test_a_text_longer_than_its_stories_say_is_not_cut() -> None:
    data = bytearray(word("First.\r"))
    at = data.index(struct.pack("<HH", 0xA5EC, 0xC1)) + 0x4C
    data[at : at + 4] = struct.pack("<I", 2)
    assert list(parts(bytes(data)).values()) == ["Fi", "rst."]


def test_bytes_of_the_data_stream_that_are_no_block_are_a_gap() -> None:
    assert gaps(word(streams={"Data": block(0x64, b"") + b"\x01\x02 words"})) == ["damaged"]
    properties = struct.pack("<HHBHB", 6, 0x2416, 1, 0x2417, 1)
    assert gaps(word(streams={"Data": properties + block(0x64, b"") + b"\0" * 40})) == []


def test_properties_are_told_from_other_bytes() -> None:
    assert all_properties(struct.pack("<HBHI", 0x2416, 1, 0x6649, 7))
    assert not all_properties(b"a line of text that is none")
    assert not all_properties(b"")


def test_slides_notes_and_masters_are_told_apart() -> None:
    data = slides(
        record(1000, text("Agenda\rSecond point"), container=True),
        slide(text("On the slide")),
        slide(text("A note"), kind=1008),
        slide(text("On the master"), string("Plain design"), kind=1016),
    )
    found = parts(data)
    assert found["document/1"] == "Agenda\n\nSecond point"
    assert (found["slide/1"], found["notes/1"], found["master/1"]) == ("On the slide", "A note", "On the master")
    assert found["master/1#names"] == "Plain design"


def test_room_behind_the_last_record_is_no_damage_and_other_bytes_are() -> None:
    def codes(tail: bytes) -> list[str]:
        data = slides(slide(text("On the slide")), tail)
        return [item.code for item in ppt.extract(Blob.of(data, name="a.ppt"), Limits()) if isinstance(item, Gap)]

    assert codes(b"\0" * 64) == []
    assert codes(b"words that are no record") == ["damaged"]
