"""What makes Word documents quick to read changes nothing of what is read: the short way, templates, known tags."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.extract import docx as reader
from pipeline.extract import office_templates, office_vocabulary, ooxml_rest, ooxml_words, wordprocessing
from pipeline.extract.ooxml_words import attribute_words
from pipeline.extract.wordstyles import Styles
from pipeline.limits import Limits
from pipeline.types import Blob, Part

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PROPERTIES = st.sampled_from(
    [
        "",
        "<w:b/>",
        "<w:vanish/>",
        "<w:strike w:val='0'/>",
        "<w:color w:val='FFFFFF'/>",
        "<w:sz w:val='2'/>",
        "<w:sz w:val='22'/>",
    ]
)
TEXTS = st.text(alphabet="ab .é", min_size=1, max_size=6)
NODES = st.sampled_from(
    ["<w:tab/>", "<w:br/>", "<w:noBreakHyphen/>", "<w:delText>x</w:delText>", "<w:other>y</w:other>", ""]
)
DELETED = "<w:del><w:r><w:t>d</w:t></w:r></w:del>"
BETWEEN = st.sampled_from(["", " ", "loose", "<w:bookmarkStart w:name='b'/>", DELETED])
RUNS = st.builds(
    "<w:r><w:rPr>{}</w:rPr><w:t xml:space='preserve'>{}</w:t>{}</w:r>{}".format,
    PROPERTIES, TEXTS, NODES, BETWEEN,
)  # fmt: skip
PARAGRAPHS = st.lists(st.builds("<w:p>{}</w:p>".format, st.lists(RUNS, max_size=4).map("".join)), max_size=5)


def read(xml: str) -> list[Part]:
    story = wordprocessing.Story("body", "body", Styles())
    story.read(etree.fromstring(xml))
    return list(story.parts())


@given(PARAGRAPHS, st.booleans())
def test_the_short_way_reads_what_the_full_walk_reads(paragraphs: list[str], in_table: bool) -> None:
    inside = "".join(paragraphs)
    body = f"<w:tbl><w:tr><w:tc>{inside}</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>" if in_table else inside
    xml = f"<w:document xmlns:w='{W}'><w:body>{body}</w:body></w:document>"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wordprocessing, "plain_pieces", lambda *_, **__: None)
        full = read(xml)
    assert read(xml) == full


def words(data: bytes) -> str:
    found = reader.extract(Blob.of(data, name="a.docx"), Limits())
    return "\n".join(item.text for item in found if isinstance(item, Part))


def saved(edit: tuple[str, str] = ("", "")) -> bytes:
    document, out, changed = docx.Document(), io.BytesIO(), io.BytesIO()
    document.add_paragraph("Hello")
    document.save(out)
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name).decode("utf-8", "surrogateescape")
            if name == "word/styles.xml" and edit[0]:
                assert edit[0] in data
                data = data.replace(edit[0], edit[1], 1)
            new.writestr(name, data.encode("utf-8", "surrogateescape"))
    return changed.getvalue()


def test_knowing_the_templates_changes_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    office_templates.learn()
    assert office_vocabulary.HARMLESS
    quick = words(saved())
    monkeypatch.setattr(ooxml_words, "HARMLESS", set())
    monkeypatch.setattr(ooxml_rest, "SILENT", set())
    assert words(saved()) == quick


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('w:styleId="Heading1"', 'w:styleId="Heading1" w:title="the kestrel counted violet anchors"'),
        ('<w:name w:val="heading 1"/>', '<w:name w:val="kestrel anchors"/>'),
        ("</w:styles>", "<!-- the kestrel counted violet anchors --></w:styles>"),
        ("</w:styles>", "the kestrel counted violet anchors</w:styles>"),
        ('w:styleId="Heading1"', "w:styleId=\"Heading1\" w:x=\"it's\" w:y='>' w:title='the kestrel counted'"),
    ],
)
def test_a_template_with_one_word_more_is_read(before: str, after: str) -> None:
    office_templates.learn()
    assert "kestrel" in words(saved((before, after)))


def test_a_sign_that_ends_tags_inside_a_value_hides_nothing() -> None:
    for text in (
        '<a descr="x > the kestrel counted"/>',
        "<a descr='> the kestrel'/>",
        '<a b="\'" descr=">" c=\'"\' title="kestrel">',
    ):
        assert "kestrel" in " ".join(attribute_words(office_vocabulary.distinct_tags(text)))
