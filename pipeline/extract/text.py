"""Reads plain text, Markdown, TeX and source code, in any encoding and to the last character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.extract import control
from pipeline.extract.decoding import decode
from pipeline.extract.mail_body import PGP, take_files
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part, Role, Where

Line = tuple[int, str]  # its number, from 1, and its text

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*$")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+\S")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*$")
_TABLE_RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$")
_TEX_HEADING = re.compile(r"\s*\\(?:part|chapter|(?:sub){0,2}section|paragraph|title)\*?\s*(?:\[[^\]]*\])?\{(.+)\}\s*$")
_TEX_ITEM = re.compile(r"\s*\\item\b")


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """The text in blocks; a gap where its encoding is not certain, a second part where overprinting hides some."""
    data, found = take_files(blob.data, "text")
    yield from read(data, blob.media_type, path="text")
    yield from found
    if PGP.search(data):
        yield Gap(stage="extract", code="encrypted", path="text", detail="inline PGP message")


def read(data: bytes, media_type: str, *, path: str) -> Iterator[Part | Gap | Blob | Notice]:
    """The parts of text in `data`; other readers use it for what turns out not to be what it says it is."""
    reading = decode(data)
    if not reading.certain or "\ufffd" in reading.text:
        yield Gap(stage="extract", code="encoding_uncertain", path=path, detail=reading.encoding)
    raw = control.lines(reading.text)
    seen, covered = control.overprinted(raw)
    yield from blocks(control.strip(seen), media_type, path=path)
    if covered:
        yield Notice(code="covered_text", path=path, visibility="hidden", detail="overprinted")
        for part in blocks(control.strip(raw), media_type, path=f"{path}#overprinted"):
            yield replace(part, visibility="hidden")


def blocks(text: str, media_type: str, *, path: str) -> Iterator[Part]:
    """`text` as one part, divided as its type divides it."""
    part = PartBuilder(kind="code" if media_type == "text/x-source" else "body", path=path)
    divide = {"text/markdown": _markdown, "text/x-tex": _tex}.get(media_type, _plain)
    divide(part, list(enumerate(text.split("\n"), 1)))
    yield from part.parts()


class _Paragraph:
    """Gathers lines until they make a block."""

    def __init__(self, part: PartBuilder) -> None:
        self.part, self.lines, self.section = part, list[Line](), ""

    def take(self, line: Line) -> None:
        self.lines.append(line)

    def end(self, role: Role = "paragraph") -> None:
        if self.lines:
            where = Where(line=self.lines[0][0], section=self.section or None)
            self.part.add("\n".join(text for _, text in self.lines), role, where)
            self.lines = []

    def only(self, line: Line, role: Role) -> None:
        """A block of one line."""
        self.end()
        self.take(line)
        self.end(role)


def _plain(part: PartBuilder, lines: list[Line]) -> None:
    paragraph = _Paragraph(part)
    for line in lines:
        if not line[1].strip():
            paragraph.end()
        elif _ITEM.match(line[1]):
            paragraph.end()
            paragraph.take(line)
        else:
            paragraph.take(line)
    paragraph.end()


def _tex(part: PartBuilder, lines: list[Line]) -> None:
    paragraph = _Paragraph(part)
    for number, text in lines:
        heading = _TEX_HEADING.match(text)
        if heading:
            paragraph.only((number, text), "heading")
            paragraph.section = heading.group(1)
        elif not text.strip():
            paragraph.end()
        else:
            if _TEX_ITEM.match(text):
                paragraph.end()
            paragraph.take((number, text))
    paragraph.end()


def _markdown(part: PartBuilder, lines: list[Line]) -> None:
    paragraph = _Paragraph(part)
    fence = ""
    in_table = False
    for number, text in lines:
        mark = _FENCE.match(text)
        if fence:
            paragraph.take((number, text))
            if mark and mark.group(1).startswith(fence):
                paragraph.end()
                fence = ""
        elif mark:
            paragraph.end()
            paragraph.take((number, text))
            fence = mark.group(1)
        elif _TABLE_ROW.match(text):
            paragraph.only((number, text), "row" if in_table else "header_row")
            in_table = True
            continue
        else:
            _markdown_line(paragraph, number, text)
        in_table = False
    paragraph.end()


def _markdown_line(paragraph: _Paragraph, number: int, text: str) -> None:
    heading = _HEADING.match(text)
    if heading:
        paragraph.only((number, text.strip()), "heading")
        paragraph.section = heading.group(1)
    elif _UNDERLINE.match(text) and len(paragraph.lines) == 1:
        paragraph.section = paragraph.lines[0][1].strip()
        paragraph.end("heading")
    elif not text.strip():
        paragraph.end()
    else:
        if _ITEM.match(text):
            paragraph.end()
        paragraph.take((number, text))
