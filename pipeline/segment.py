"""Divides what was read into passages, the smallest pieces that a reviewer would judge on their own.

A passage is a block of a part: a paragraph, a list item, a table row with its header as `lead`. Blocks longer than
`MAX_WORDS` are split at sentence ends. Short neighbours are read a second time, joined (`joined=True`), because a
bullet often makes sense only with the next one; joined readings can add findings, never take one away. Every
non-space character of a part lies in at least one passage: what the blocks leave out becomes passages of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.types import Block, Document, Part, Passage, Where

MAX_WORDS = 180
SHORT_WORDS = 25
OVERLAP_WORDS = 20
BORDER_WORDS = 60
# A "word" of a text without spaces (a base64 run, Chinese) must not make a passage of megabytes.
MAX_CHARS = 4_000

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?![ \t]*\n)[^\n]*)*")
_LIST_START = re.compile(r"^[ \t]*(?:[-*•–▪◦]|\(?\d{1,3}[.)]|\(?[a-z][.)])[ \t]+", re.MULTILINE)
_MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+\S[^\n]*\Z")
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]*\s+(?=\S)|\n+(?=\s*\S)")
_WORD = re.compile(r"\S+")
_PAGE = re.compile(r"(?:.*[/!])?page/(\d+)\Z")
_DIGITS = re.compile(r"\d+")

Span = tuple[int, int]


def segment(documents: Sequence[Document]) -> tuple[Passage, ...]:
    """The passages of all documents, in reading order; `where.section` is the heading that they stand under."""
    return tuple(passage for document in documents for passage in _document(document))


def _document(document: Document) -> Iterator[Passage]:
    location, previous = document.blob.location, None
    for part in document.parts:
        yield from _part(part, location)
        if previous is not None and _follows(previous, part):
            yield from _border(previous, part, location)
        previous = part


def _part(part: Part, location: str) -> Iterator[Passage]:
    section, header, header_text = part.where.section, None, ""
    run: list[Passage] = []
    for block in _blocks(part):
        if block.role == "header_row":
            header, header_text = block, part.text[block.start : block.end].strip()
        elif block.role != "row":
            header, header_text = None, ""
        lead = header_text if header is not None and block.role == "row" else ""
        place = _place(part.where, block.where, section)
        pieces = [_passage(part, location, span, place, lead) for span in _split(part.text, block.start, block.end)]
        yield from pieces
        if block.role == "heading":
            section = part.text[block.start : block.end].strip().lstrip("#").strip()
        if lead:
            yield from _joined(run, part)
            run = []
            continue
        run.extend(pieces)
        if block.role != "list_item" and not _is_short(run[-1]):
            yield from _joined(run, part)
            run = []
    yield from _joined(run, part)


def _passage(part: Part, location: str, span: Span, place: Where, lead: str = "") -> Passage:
    start, end = span
    return Passage(
        text=part.text[start:end], kind=part.kind, location=location, path=part.path, start=start, end=end,
        where=place, visibility=part.visibility, lead=lead,
    )  # fmt: skip


def _place(outer: Where, inner: Where, section: str | None) -> Where:
    if inner == Where() and section == outer.section:
        return outer
    return Where(
        page=inner.page or outer.page, slide=inner.slide or outer.slide, sheet=inner.sheet or outer.sheet,
        cell=inner.cell or outer.cell, line=inner.line or outer.line, section=inner.section or section,
        boxes=inner.boxes or outer.boxes,
    )  # fmt: skip


def _blocks(part: Part) -> Iterator[Block]:
    """The part's blocks without blank edges, and the stretches between them that no block covers."""
    text, reached = part.text, 0
    for block in sorted(part.blocks, key=lambda b: (b.start, b.end)):
        start, end = max(0, block.start), min(len(text), block.end)
        yield from _paragraphs(text, reached, start)
        trimmed = _trim(text, start, end)
        if trimmed is not None:
            yield replace(block, start=trimmed[0], end=trimmed[1])
        reached = max(reached, end)
    yield from _paragraphs(text, reached, len(text))


def _paragraphs(text: str, start: int, end: int) -> Iterator[Block]:
    """Paragraphs of [start, end) by blank lines; list items and Markdown headings stand alone."""
    for match in _PARAGRAPH.finditer(text, start, end):
        cuts = [m.start() for m in _LIST_START.finditer(text, match.start(), match.end())]
        edges = sorted({match.start(), *cuts, match.end()})
        for left, right in pairwise(edges):
            trimmed = _trim(text, left, right)
            if trimmed is None:
                continue
            heading = _MARKDOWN_HEADING.match(text, *trimmed) is not None
            role = "heading" if heading else "list_item" if left in cuts else "paragraph"
            yield Block(start=trimmed[0], end=trimmed[1], role=role)  # type: ignore[arg-type]


def _trim(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return None if left == len(piece) else (start + left, start + len(piece.rstrip()))


def _split(text: str, start: int, end: int) -> list[Span]:
    """[start, end) whole, or in pieces within MAX_WORDS and MAX_CHARS: sentences while they fit, else with overlap."""
    if end - start <= MAX_WORDS or _fits(text, start, end):
        return [(start, end)]
    pieces: list[Span] = []
    for left, right in _sentences(text, start, end):
        if pieces and _fits(text, pieces[-1][0], right):
            pieces[-1] = (pieces[-1][0], right)
        elif _fits(text, left, right):
            pieces.append((left, right))
        else:
            pieces.extend(_hard_split(text, left, right))
    return pieces


def _fits(text: str, start: int, end: int) -> bool:
    return end - start <= MAX_CHARS and len(text[start:end].split()) <= MAX_WORDS


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    left = start
    for match in _SENTENCE_END.finditer(text, start, end):
        yield left, match.start()
        left = match.end()
    yield left, end


def _hard_split(text: str, start: int, end: int) -> Iterator[Span]:
    """One over-long sentence, in pieces that overlap so that nothing is cut in two without being read whole once."""
    words = [word for match in _WORD.finditer(text, start, end) for word in _slices(*match.span())]
    first = 0
    while first < len(words):
        last = first + 1
        while last < len(words) and last - first < MAX_WORDS and words[last][1] - words[first][0] <= MAX_CHARS:
            last += 1
        yield words[first][0], words[last - 1][1]
        if last == len(words):
            return
        first = max(first + 1, last - OVERLAP_WORDS)


def _slices(start: int, end: int) -> Iterator[Span]:
    """A word, or slices of a word that is itself too long; a tenth of each is read twice."""
    step = MAX_CHARS // 2
    while end - start > step:
        yield start, start + step
        start += step - step // 10
    yield start, end


def _is_short(passage: Passage) -> bool:
    return len(passage.text) < SHORT_WORDS * 12 and len(passage.text.split()) < SHORT_WORDS


def _joined(run: Sequence[Passage], part: Part) -> Iterator[Passage]:
    """Windows over a run of neighbours, each grown to SHORT_WORDS words, each beginning with the end of the last."""
    first = 0
    while first < len(run) - 1:
        last, words = first, 0
        while last < len(run) - 1 and (last == first or words < SHORT_WORDS):
            words += len(run[last].text.split())
            last += 1
        start, end = run[first].start, run[last].end
        if start < run[last].start and _fits(part.text, start, end):
            yield replace(run[first], text=part.text[start:end], start=start, end=end, joined=True)
        first = last


def _follows(before: Part, after: Part) -> bool:
    left, right = _PAGE.match(before.path), _PAGE.match(after.path)
    same = before.kind == after.kind and before.visibility == after.visibility
    return left is not None and right is not None and same and int(left[1]) + 1 == int(right[1])


def _border(before: Part, after: Part, location: str) -> Iterator[Passage]:
    """The sentence that runs over a page border: the tail of one page with the head of the next.

    [start, end) is the tail's place on the first page, so that a finding leads there; `text` goes on beyond `end`.
    Running headers, footers and page numbers (equal on both pages up to their digits) are left out.
    """
    left, right = list(_blocks(before)), list(_blocks(after))
    common = {_furniture(before, block) for block in left} & {_furniture(after, block) for block in right} | {""}
    tail = next((block for block in reversed(left) if _furniture(before, block) not in common), None)
    head = next((block for block in right if _furniture(after, block) not in common), None)
    if tail is None or head is None:
        return
    start = ([m.start() for m in _WORD.finditer(before.text, tail.start, tail.end)][-BORDER_WORDS:] or [tail.start])[0]
    words = [m.end() for m in _WORD.finditer(after.text, head.start, head.end)][:BORDER_WORDS]
    start = max(start, tail.end - MAX_CHARS // 2)
    beyond = after.text[head.start : min(words[-1], head.start + MAX_CHARS // 2)]
    passage = _passage(before, location, (start, tail.end), _place(before.where, tail.where, before.where.section))
    yield replace(passage, text=f"{passage.text}\n{beyond}", joined=True)


def _furniture(part: Part, block: Block) -> str:
    return _DIGITS.sub("", part.text[block.start : block.end]).strip(" -–|/.\n\t").lower()
