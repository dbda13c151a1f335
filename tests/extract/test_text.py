"""The readers of text: encodings, control characters, structure, and what is written in code."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import zlib
from types import ModuleType
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import appended, control, delimited, encoded, jsondoc, notebook, text, xmldoc
from pipeline.extract.decoding import decode
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

LIMITS = Limits()
ENGLISH = "The evaluation of the café's model went well.\nIt solved 14 of 20 tasks — more than in May.\n"
RUSSIAN = "Оценка модели прошла хорошо, она решила четырнадцать задач из двадцати.\n" * 3
JAPANESE = "モデルの評価は順調に進み、二十の課題のうち十四を解決した。\n" * 3


def read(
    reader: ModuleType, data: str | bytes, media_type: str = "text/plain"
) -> tuple[list[Part], list[str], list[Blob]]:
    blob = Blob.of(data if isinstance(data, bytes) else data.encode(), name="x", media_type=media_type)
    found = list(reader.extract(blob, LIMITS))
    codes = [item.code for item in found if isinstance(item, Gap | Notice)]
    return [i for i in found if isinstance(i, Part)], codes, [i for i in found if isinstance(i, Blob)]


def roles(part: Part) -> list[tuple[str, str]]:
    return [(block.role, part.text[block.start : block.end]) for block in part.blocks]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp1252"]
)
def test_english_is_certain_in(encoding: str) -> None:
    reading = decode(ENGLISH.encode(encoding))
    assert (reading.text, reading.certain) == (ENGLISH, True)


@pytest.mark.parametrize(("sample", "encoding"), [(JAPANESE, "iso2022_jp"), (RUSSIAN, "utf-8"), (JAPANESE, "utf-8")])
def test_other_scripts_are_certain_where_the_bytes_say_so(sample: str, encoding: str) -> None:
    reading = decode(sample.encode(encoding))
    assert (reading.text, reading.certain) == (sample, True)


@pytest.mark.parametrize(("sample", "encoding"), [(ENGLISH.replace("—", "-"), "cp037"), ("the 评价 word 评价", "hz")])
def test_rare_encodings_are_read_and_doubted(sample: str, encoding: str) -> None:
    reading = decode(sample.encode(encoding))
    assert reading.text.replace("\x85", "\n") == sample
    assert not reading.certain


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "shift_jis", "euc_jp", "gb18030"])
def test_a_guess_is_never_certain(encoding: str) -> None:
    sample = RUSSIAN if encoding in ("cp1251", "koi8-r") else "モデルの評価は順調に進んだ。" * 5
    assert not decode(sample.encode(encoding)).certain


def test_one_bad_byte_in_utf8_is_doubted_and_the_rest_kept() -> None:
    reading = decode(ENGLISH.encode() * 5 + b"\xff" + ENGLISH.encode() * 5)
    assert not reading.certain
    assert reading.text.count("café") == 10


def test_hidden_utf7_is_seen_in_ascii() -> None:
    assert "secret" in decode(b"nothing +AHMAZQBjAHIAZQB0- here").text
    assert decode(b"1+abcdefgh-2 and a+bcdefghij-k").certain


@given(st.binary(max_size=300))
def test_decoding_never_raises(data: bytes) -> None:
    decode(data)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_no_visible_character_is_lost(sample: str) -> None:
    parts, _, _ = read(text, sample.encode("utf-8-sig"))
    kept = "".join("".join(part.text for part in parts).split())
    assert kept == "".join(control.lines(sample).replace("\ufeff", "", sample.startswith("\ufeff")).split())


def test_the_tail_of_a_long_line_is_kept() -> None:
    parts, _, _ = read(text, "word " * 500_000 + "tail")
    assert parts[-1].text.endswith("tail")


def test_controls_do_not_split_words() -> None:
    parts, _, _ = read(text, b"se\x00cr\x1b[31met\x1b[0m wo\x07rd")
    assert parts[0].text == "secret word"


def test_bold_overprinting_is_nothing_hidden() -> None:
    parts, codes, _ = read(text, "N\bNA\bAM\bME\bE and _\bu_\bn_\bd_\be_\br")
    assert ([part.text for part in parts], codes) == (["NAME and under"], [])


def test_what_overprinting_covers_is_read_and_shown() -> None:
    parts, codes, _ = read(text, "secret\b\b\b\b\b\bpublic")
    assert [(part.text, part.visibility) for part in parts] == [("public", "visible"), ("secretpublic", "hidden")]
    assert codes == ["covered_text"]


def test_markdown_has_headings_items_rows_and_fences() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    source = f"# Results\n\nA line\nand more\n\n- one\n- two\n\n{table}\n\nTitle\n=====\n```\n# no heading\n```"
    (part,), _, _ = read(text, source, "text/markdown")
    assert roles(part) == [
        ("heading", "# Results"),
        ("paragraph", "A line\nand more"),
        ("paragraph", "- one"),
        ("paragraph", "- two"),
        ("header_row", "| a | b |"),
        ("row", "|---|---|"),
        ("row", "| 1 | 2 |"),
        ("heading", "Title"),
        ("paragraph", "```\n# no heading\n```"),
    ]
    assert part.blocks[1].where.section == "Results"
    assert part.blocks[1].where.line == 3


def test_tex_sections_are_headings_and_comments_are_text() -> None:
    (part,), _, _ = read(text, "\\section{Setup}\nText % aside\n", "text/x-tex")
    assert roles(part) == [("heading", "\\section{Setup}"), ("paragraph", "Text % aside")]


def test_csv_rows_keep_their_line_and_their_header() -> None:
    (part,), _, _ = read(delimited, 'task;score\n"long;\ntext";3\n\nlast;4', "text/csv")
    assert roles(part) == [("header_row", "task | score"), ("row", "long;\ntext | 3"), ("row", "last | 4")]
    assert [block.where.line for block in part.blocks] == [1, 2, 5]


def test_json_keeps_equal_keys_and_undoes_escapes() -> None:
    (part,), _, _ = read(
        jsondoc, '{"a": "\\u0068idden", "a": "second", "n": [1, 2.50], "o": {"k": null}}', "application/json"
    )
    assert part.text.split("\n\n") == ["a: hidden", "a: second", "n: 1, 2.50", "o.k: null"]


def test_broken_json_is_read_as_text() -> None:
    (part,), _, _ = read(jsondoc, '{"a": "still here"', "application/json")
    assert "still here" in part.text


def test_json_lines_are_rows() -> None:
    (part,), _, _ = read(jsondoc, '{"a": 1}\n{"b": "x"}\n', "application/x-ndjson")
    assert roles(part) == [("row", "a: 1"), ("row", "b: x")]


def test_a_notebook_gives_cells_outputs_metadata_and_pictures() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Head\n", "prose"], "attachments": {"p.png": {"image/png": "YQ=="}}},
        {
            "cell_type": "code",
            "source": "x = 1",
            "outputs": [{"text": ["out\n", "put"]}],
            "metadata": {"note": "aside"},
        },
        {"cell_type": "raw", "source": "raw"},
    ]
    parts, codes, blobs = read(notebook, json.dumps({"nbformat": 4, "cells": cells, "metadata": {"who": "me"}}))
    everything = "\n".join(part.text for part in parts)
    assert all(word in everything for word in ("prose", "x = 1", "out\nput", "aside", "raw", "me"))
    assert ([blob.data for blob in blobs], codes) == ([b"a"], [])


def test_xml_gives_text_attributes_comments_from_everywhere() -> None:
    source = "<!-- before --><r a='attribute'><p>one <b>two</b> three</p><?pi four?><!-- in --></r><!-- after -->"
    parts, codes, _ = read(xmldoc, source)
    by_path = {part.path: part.text for part in parts}
    assert by_path["text"] == "one two three"
    assert by_path["attributes"] == "a=attribute"
    assert all(word in by_path["comments"] for word in ("before", "four", "in", "after"))
    assert codes == []


@pytest.mark.parametrize(
    "source",
    [
        '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><l>&b;</l>',
        '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>',
        "<a>" * 300 + "x" + "</a>" * 300,
    ],
)
def test_xml_entities_and_depth_are_a_gap(source: str) -> None:
    parts, codes, _ = read(xmldoc, source)
    assert "limit_xml" in codes
    assert not any("root:" in part.text for part in parts)


def test_broken_xml_is_a_gap_and_read_as_text() -> None:
    parts, codes, _ = read(xmldoc, "<a>still here")
    assert codes == ["damaged"]
    assert "still here" in parts[0].text


SECRET = "the kestrel counted violet anchors"
_RAW = SECRET.encode()
CODED = {
    "base64": base64.b64encode(_RAW).decode(),
    "base64url": base64.urlsafe_b64encode(_RAW + "ÿþ?".encode()).decode(),
    "base64 of utf-16": base64.b64encode(SECRET.encode("utf-16-le")).decode(),
    "wrapped base64": "\n" + base64.encodebytes(_RAW * 5).decode(),
    "hex": _RAW.hex(),
    "spaced hex": _RAW.hex(" "),
    "0x hex": ", ".join(f"0x{byte:02x}" for byte in _RAW),
    "percent": quote(SECRET),
    "all percent": "".join(f"%{byte:02X}" for byte in _RAW),
    "entities": "".join(f"&#{byte};" for byte in _RAW),
    "hex entities": "".join(f"&#x{byte:x};" for byte in _RAW),
    "unicode escapes": "".join(f"\\u{byte:04x}" for byte in _RAW),
    "byte escapes": "".join(f"\\x{byte:02x}" for byte in _RAW),
    "gzip": base64.b64encode(gzip.compress(_RAW)).decode(),
    "zlib": base64.b64encode(zlib.compress(_RAW)).decode(),
    "quoted-printable": "".join(f"={byte:02X}" for byte in _RAW),
}


@pytest.mark.parametrize("coding", CODED)
def test_what_is_written_in_code_is_found(coding: str) -> None:
    blobs = [found for found in encoded.decoded_runs(f"see {CODED[coding]} there") if isinstance(found, Blob)]
    assert SECRET in " ".join(blob.data.decode() for blob in blobs)


def test_a_bomb_in_code_stays_packed_for_its_own_reader() -> None:
    packed = gzip.compress(bytes(8 << 20))
    (blob,) = encoded.decoded_runs(f"see {base64.b64encode(packed).decode()}")
    assert isinstance(blob, Blob)
    assert blob.data == packed


_NOISE = random.Random(7).randbytes(3000)
HARMLESS = {
    "digest": hashlib.sha256(_RAW).hexdigest(),
    "digests": "\n".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(250)) * 3,
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "path": "/usr/local/lib/python3/site-packages/some_long_package_name/another",
    "signature": base64.b64encode(_NOISE[:256]).decode(),
    "certificate": base64.encodebytes(b"\x30\x82" + _NOISE).decode(),
    "public key": "ssh-rsa " + base64.b64encode(b"\x00\x00\x00\x07ssh-rsa" + _NOISE).decode(),
    "long word": "Internationalizationframeworkadministration",
    "rule": "-" * 80 + "\n" + "=" * 80 + "\n" + "_" * 80,
    "numbers": " ".join(f"{n:02}" for n in range(99)),
    "percentages": "10% of 20%, then 30% and 40%, 50%",
    "prose": ENGLISH * 20,
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_hashes_keys_and_prose_are_nothing_hidden(kind: str) -> None:
    assert list(encoded.decoded_runs(HARMLESS[kind])) == []


def test_a_long_run_of_noise_is_a_gap() -> None:
    (gap,) = encoded.decoded_runs(base64.b64encode(_NOISE).decode())
    assert isinstance(gap, Gap)
    assert gap.code == "undecodable"


def test_runs_are_counted_and_texts_come_together() -> None:
    runs = (base64.b64encode(f"{SECRET} {number}".encode()).decode() for number in range(encoded.MOST_FINDS + 9))
    gap, blob = encoded.decoded_runs(" ".join(runs))
    assert isinstance(gap, Gap)
    assert isinstance(blob, Blob)
    assert blob.data.count(b"kestrel") == encoded.MOST_FINDS


@given(st.text(max_size=300))
def test_looking_for_codes_never_raises(sample: str) -> None:
    list(encoded.decoded_runs(sample))


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_what_hangs_on_to_a_picture_is_a_child() -> None:
    notice, blob = appended.appended(PNG + _RAW, "image/png")
    assert isinstance(notice, Notice)
    assert isinstance(blob, Blob)
    assert (notice.code, blob.data) == ("trailing_data", _RAW)
    assert list(appended.appended(PNG + b"\0\n", "image/png")) == []


def test_scraps_behind_a_picture_are_read_where_they_are_legible() -> None:
    notice, part = appended.appended(PNG + b"\x1e\xff\xb4\x94" * 300 + _RAW + b"\x9c\xff" * 90, "image/png")
    assert isinstance(notice, Notice)
    assert isinstance(part, Part)
    assert part.text == SECRET


def test_much_of_no_known_form_behind_a_picture_is_a_gap() -> None:
    found = list(appended.appended(PNG + bytes([250, 251]) + random.Random(1).randbytes(40_000), "image/png"))
    assert "trailing_data" in [item.code for item in found if isinstance(item, Gap)]
