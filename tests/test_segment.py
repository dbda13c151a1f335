"""Passages: nothing of a part is dropped, and what belongs together is read together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.segment import MAX_CHARS, MAX_WORDS, segment
from pipeline.types import Blob, Block, Document, Part, Passage, Where


def _document(*parts: Part) -> Document:
    return Document(blob=Blob.of(b"", name="memo.txt"), extractor="text", parts=parts)


def _body(text: str, blocks: tuple[Block, ...] = (), path: str = "body") -> Part:
    return Part(kind="body", text=text, path=path, blocks=blocks)


def _plain(passages: Sequence[Passage]) -> list[str]:
    return [passage.text for passage in passages if not passage.joined]


def _blocks(*pieces: tuple[str, str]) -> Part:
    text, blocks = "", []
    for role, piece in pieces:
        blocks.append(Block(start=len(text), end=len(text) + len(piece), role=role))  # type: ignore[arg-type]
        text += piece + "\n\n"
    return _body(text, tuple(blocks))


_TEXTS = st.text(alphabet=st.sampled_from("ab.\n \t-*1#é中🙂\u0301\u200b"), max_size=400)


@pytest.mark.threat(91)
@given(_TEXTS)
def test_every_visible_character_lies_in_a_passage(text: str) -> None:
    covered = [False] * len(text)
    for passage in segment((_document(_body(text)),)):
        assert passage.text == text[passage.start : passage.end]
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
    assert all(seen or char.isspace() for seen, char in zip(covered, text, strict=True))


@given(_TEXTS, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=6))
def test_blocks_that_leave_gaps_or_overlap_lose_nothing(text: str, spans: list[tuple[int, int]]) -> None:
    blocks = tuple(Block(start=min(span), end=max(span)) for span in spans)
    covered = {i for p in segment((_document(_body(text, blocks)),)) for i in range(p.start, p.end)}
    assert {i for i, char in enumerate(text) if not char.isspace()} <= covered


@pytest.mark.threat(91)
def test_the_tail_of_a_long_text_is_read() -> None:
    text = "word " * 20_000 + "the canary"
    passages = segment((_document(_body(text)),))
    assert any(passage.text.endswith("the canary") for passage in passages)
    assert all(len(passage.text.split()) <= MAX_WORDS for passage in passages)


def test_a_line_without_blanks_is_cut_to_size_and_read_to_its_end() -> None:
    passages = segment((_document(_body("x" * 50_000 + "canary")),))
    assert max(len(passage.text) for passage in passages) <= MAX_CHARS
    assert any("canary" in passage.text for passage in passages)


def test_long_paragraphs_are_split_at_sentence_ends() -> None:
    sentence = "This sentence has exactly eight words in it. "
    passages = segment((_document(_body(sentence * 60)),))
    assert len(_plain(passages)) > 1
    assert all(text.endswith(".") for text in _plain(passages))


def test_a_heading_is_a_passage_and_names_the_section_of_what_follows() -> None:
    passages = segment((_document(_blocks(("heading", "2.1 Results"), ("paragraph", "It solved 14 of 20."))),))
    assert _plain(passages) == ["2.1 Results", "It solved 14 of 20."]
    assert [p.where.section for p in passages if p.text == "It solved 14 of 20."] == ["2.1 Results"]


def test_a_row_is_read_with_its_header_and_a_paragraph_ends_the_table() -> None:
    part = _blocks(
        ("header_row", "Model | Score"), ("row", "Kestrel | 14/20"), ("paragraph", "A remark."), ("row", "x | y")
    )
    leads = {p.text: p.lead for p in segment((_document(part),)) if not p.joined}
    assert leads == {"Model | Score": "", "Kestrel | 14/20": "Model | Score", "A remark.": "", "x | y": ""}


def test_short_neighbours_are_also_read_joined() -> None:
    part = _blocks(
        ("list_item", "Checkpoint 7"), ("list_item", "14 of 20 exploit tasks"), ("list_item", "launch in May")
    )
    joined = [p.text for p in segment((_document(part),)) if p.joined]
    assert joined and "Checkpoint 7" in joined[0] and "14 of 20" in joined[0]


def test_every_pair_of_short_neighbours_is_read_together_somewhere() -> None:
    items = [f"- item {n} of the list" for n in range(40)]
    joined = [p.text for p in segment((_document(_body("\n".join(items))),)) if p.joined]
    for one, two in pairwise(items):
        assert any(one in text and two in text for text in joined)


def test_passages_do_not_cross_parts() -> None:
    passages = segment((_document(_body("One.", path="a"), _body("Two.", path="b")),))
    assert [p.text for p in passages] == ["One.", "Two."]


def test_a_sentence_over_a_page_border_is_read_whole() -> None:
    first = _body("Header 1\n\nThe check-", path="page/1")
    second = _body("Header 2\n\npoint solved 14 of 20.\n\n2", path="page/2")
    border = [p for p in segment((_document(first, second),)) if p.joined and p.path == "page/1" and "point" in p.text]
    assert [p.text for p in border] == ["The check-\npoint solved 14 of 20."]
    assert border[0].path == "page/1"


def test_where_combines_the_part_and_its_blocks() -> None:
    part = Part(
        kind="table",
        text="a",
        path="s",
        where=Where(sheet="S"),
        blocks=(Block(start=0, end=1, where=Where(cell="B2")),),
    )
    (passage,) = segment((_document(part),))
    assert (passage.where.sheet, passage.where.cell) == ("S", "B2")
