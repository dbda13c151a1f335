"""Packages: content types, relationships, encodings, limits, and every part that no format claims."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import emf, ole_objects, ooxml, vba, wmf, zipped
from pipeline.extract.docx import extract
from pipeline.extract.ooxml_words import attribute_words, has_text
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from tests.hostile.office_making import beside, paragraph, word
from tests.hostile.office_records import emf as metafile
from tests.hostile.office_records import ole_native, vba_module


def items(data: bytes, limits: Limits | None = None) -> list[Part | Gap | Blob | Notice]:
    return list(extract(Blob.of(data, name="minutes.docx"), limits or Limits()))


def tags(xml: str) -> list[str]:
    return xml.split("<")


def test_relationships_are_resolved_against_their_part() -> None:
    data = word("", links=[("image", "../media/a.png"), ("hyperlink", "https://x.example/")])
    package = ooxml.open_package(data, Limits(), zipped.Budget(Limits()))
    main = package.target("officeDocument")
    assert main is not None
    assert [(r.target, r.external) for r in main.relationships.values()] == [
        ("media/a.png", False),
        ("https://x.example/", True),
    ]


def test_attributes_of_people_are_words_and_those_of_machines_are_not() -> None:
    xml = '<w:a w:rsidR=\'00A1\' w:val="center" descr="a red door" w:author="Ada" xmlns:w="http://x"/>'
    assert attribute_words(tags(xml)) == ["a red door", "Ada"]


@pytest.mark.parametrize("xml", ["<a descr = 'red door'/>", '<a\ndescr="red door"/>', "<a x:descr='red door' b='1'/>"])
def test_attributes_are_found_however_they_are_written(xml: str) -> None:
    assert attribute_words(tags(xml)) == ["red door"]


def test_xml_of_no_office_format_is_read_to_the_last_attribute() -> None:
    found = items(beside("customXml/item1.xml", '<root key="vault"/>'))
    assert any("vault" in item.text for item in found if isinstance(item, Part))


def test_a_sentence_in_an_identifier_is_read() -> None:
    assert attribute_words(tags('<a id="the vault is open at noon"/>')) == ["the vault is open at noon"]


@pytest.mark.parametrize(
    "inner", ["the vault", "<w:lsdException w:name='the vault'/>", '<w:lsdException w:name="the vault"/>']
)
def test_the_list_of_styles_hides_nothing(inner: str) -> None:
    styles = f'<w:styles xmlns:w="w"><w:latentStyles>{inner}</w:latentStyles></w:styles>'
    found = items(beside("word/styles.xml", styles, "styles", "wordprocessingml.styles+xml"))
    assert any("the vault" in item.text for item in found if isinstance(item, Part))


def test_text_between_tags_is_noticed() -> None:
    assert not has_text("<a>\n <b c='1'/> </a>")
    assert has_text("<a><b/>x</a>")
    assert has_text("<a><![CDATA[x]]></a>")
    assert has_text("<a>x></a>")


def test_a_property_that_only_looks_like_the_program_is_read() -> None:
    found = items(beside("docProps/app.xml", "<Properties><Application>open the vault</Application></Properties>"))
    assert any("open the vault" in item.text for item in found if isinstance(item, Part))


@pytest.mark.parametrize(
    ("name", "xml"),
    [
        ("word/_rels/a.xml.rels", "<Relationships><!-- the vault --></Relationships>"),
        ("word/_rels/a.xml.rels", "<Relationships><Relationship Id='open the vault at noon'/></Relationships>"),
        ("docProps/custom.xml", "<Properties><property name='the vault'/></Properties>"),
        ("word/settings.xml", "<w:settings>the vault ></w:settings>"),
    ],
)
def test_no_part_is_too_dull_to_hide_words(name: str, xml: str) -> None:
    assert any("the vault" in item.text for item in items(beside(name, xml)) if isinstance(item, Part))


def test_damaged_xml_is_read_and_a_gap() -> None:
    found = items(beside("word/notes.xml", "<a><b>half a sentence</a>"))
    assert any("half a sentence" in item.text for item in found if isinstance(item, Part))
    assert [item.code for item in found if isinstance(item, Gap)] == ["damaged"]


def test_limits_are_gaps() -> None:
    codes = [item.code for item in items(word(paragraph("x")), Limits(members=2)) if isinstance(item, Gap)]
    assert "limit_members" in codes
    codes = [
        item.code for item in items(word(paragraph("x" * 9000)), Limits(unpacked_bytes=5000)) if isinstance(item, Gap)
    ]
    assert "limit_unpacked" in codes
    codes = [item.code for item in items(word(paragraph("x")), Limits(xml_depth=3)) if isinstance(item, Gap)]
    assert "limit_xml" in codes


def test_an_embedded_file_comes_out_of_its_wrapping() -> None:
    (found,) = ole_objects.unwrap(ole_native(b"plain text", "note.txt"), "oleObject1.bin")
    assert isinstance(found, Blob)
    assert (found.name, found.data) == ("note.txt", b"plain text")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300))
def test_macro_source_survives_packing(source: str) -> None:
    assert vba.decompress(vba_module(source)).decode("cp1252").endswith(source)


@given(st.binary(max_size=200))
def test_a_bad_container_is_a_value_error(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        vba.decompress(b"\x01" + data)


def test_a_metafile_gives_its_text() -> None:
    assert [item.text for item in emf.extract(Blob.of(metafile("red door"), name="a.emf"), Limits())] == ["red door"]  # type: ignore[union-attr]


def test_a_metafile_cut_short_is_a_gap() -> None:
    found = list(emf.extract(Blob.of(metafile("red door")[:-30], name="a.emf"), Limits()))
    assert [item.code for item in found if isinstance(item, Gap)] == ["damaged"]


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_metafile_readers_survive_anything(data: bytes) -> None:
    for reader in (emf, wmf):
        list(reader.extract(Blob.of(data, name="a"), Limits()))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2000))
def test_a_package_cut_anywhere_is_never_complete(at: int) -> None:
    data = word(paragraph("violet anchors at dusk"))
    found = items(data[: min(at, len(data) - 1)])
    assert [item for item in found if isinstance(item, Gap)]


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.text("abc/", min_size=1, max_size=6), st.binary(max_size=2000), max_size=5),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]),
)
def test_every_member_comes_back(contents: dict[str, bytes], method: int) -> None:
    contents = {name: data for name, data in contents.items() if not name.endswith("/") and not name.startswith("/")}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    found = [
        item for item in zipped.members(out.getvalue(), zipped.Budget(Limits())) if isinstance(item, zipped.Member)
    ]
    assert {member.name: member.data for member in found} == contents


@pytest.mark.parametrize("place", ["front", "back"])
def test_bytes_outside_of_the_members_are_a_gap(place: str) -> None:
    data = word(paragraph("x"))
    note = b"the vault is open at noon, tell nobody"
    data = note + data if place == "front" else data + note
    assert "trailing_data" in {item.code for item in items(data) if isinstance(item, Gap)}
