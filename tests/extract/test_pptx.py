"""Presentations: slides in order, titles first, what is not shown apart."""

from __future__ import annotations

import io

import pptx
from pptx.util import Inches

from pipeline.extract import pptx as reader
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from tests.hostile.office_making import at, shape, slides

Item = Part | Gap | Blob | Notice


def read(data: bytes) -> list[Item]:
    return list(reader.extract(Blob.of(data, name="talk.pptx"), Limits()))


def parts(items: list[Item], kind: str) -> list[Part]:
    return [item for item in items if isinstance(item, Part) and item.kind == kind]


def deck() -> bytes:
    talk = pptx.Presentation()
    for number in (1, 2):
        slide = talk.slides.add_slide(talk.slide_layouts[1])
        slide.shapes.title.text = f"Title {number}"
        slide.placeholders[1].text = f"Point {number}"
        slide.notes_slide.notes_text_frame.text = f"Say {number}"
    grid = talk.slides[0].shapes.add_table(2, 2, Inches(1), Inches(4), Inches(4), Inches(1)).table
    for place, text in zip(((0, 0), (0, 1), (1, 0), (1, 1)), ("Room", "Colour", "12", "blue"), strict=True):
        grid.cell(*place).text = text
    out = io.BytesIO()
    talk.save(out)
    return out.getvalue()


def test_slides_keep_number_title_and_table() -> None:
    first, second = (item for item in parts(read(deck()), "body") if "slides/" in item.path)
    assert (first.where.slide, second.where.slide) == (1, 2)
    assert [block.role for block in first.blocks] == ["heading", "paragraph", "header_row", "row"]
    assert first.text.split("\n\n") == ["Title 1", "Point 1", "Room | Colour", "12 | blue"]
    assert {block.where.section for block in first.blocks} == {"Title 1"}


def test_notes_carry_the_number_of_their_slide() -> None:
    notes = parts(read(deck()), "note")
    assert [(note.where.slide, "Say" in note.text) for note in notes] == [(1, True), (2, True)]


def test_prompts_of_masters_are_passed_over_and_nothing_is_a_gap() -> None:
    items = read(deck())
    assert not [item for item in items if isinstance(item, Gap)]
    assert not [item for item in parts(items, "body") if "Click to edit" in item.text]


def test_a_sentence_that_begins_like_a_prompt_is_read() -> None:
    text = "Click to edit the list of open vaults before noon"
    tree = f"<p:cSld><p:spTree>{shape(text)}</p:spTree></p:cSld>"
    name = "ppt/slideMasters/slideMaster1.xml"
    master = f'<p:sldMaster xmlns:p="p" xmlns:a="a">{tree}</p:sldMaster>'
    items = read(slides("", parts={name: master}, types={name: "presentationml.slideMaster+xml"}))
    assert any(text in item.text for item in items if isinstance(item, Part))


def test_shapes_are_read_from_top_to_bottom() -> None:
    data = slides(shape("below", properties=at(0, 3_000_000)) + shape("above", properties=at(0, 1_000_000)))
    body = parts(read(data), "body")[0]
    assert body.text.index("above") < body.text.index("below")


def test_off_the_slide_is_hidden() -> None:
    hidden = [item for item in read(slides(shape("far away", properties=at(0, 9_000_000)))) if isinstance(item, Part)]
    assert [item.visibility for item in hidden if "far away" in item.text] == ["hidden"]
