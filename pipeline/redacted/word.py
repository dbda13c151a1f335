"""A DOCX made anew of the text that a reader sees: paragraphs, tables, notes, headers; blocks where passages stood.

Nothing of the file itself is kept: no style, comment, change, picture, field or property.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import docx

from .. import gaps, reading
from ..errors import Unfit
from ..limits import Limits
from ..sandbox import Sandbox
from ..types import Blob, Document, Part, Passage, Role
from .places import places
from .traces import Span, Traces, merged

BLOCK = "█████"  # one length for all: how long a passage was is nobody's business
_KEPT = frozenset({"body", "table", "note", "header"})
_CELLS = " | "  # how the reader parts the cells of a row
_ROWS = ("header_row", "row")
_COLUMNS = 63  # the most that Word has in a table
_RAGGED = 4  # times as many fields as were read; a table of more is none
_FIELDS = 20_000  # paragraphs and cells of one copy: making them takes a millisecond each
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A paragraph or a row of the copy."""

    kind: str
    role: Role
    text: str


def copy(blob: Blob, passages: Sequence[Passage], sandbox: Sandbox, limits: Limits) -> bytes:
    """The DOCX. Raises Unfit where a passage is not in the file, or is left anywhere."""
    document = reading.read(blob, sandbox, limits)[0]
    if document.blob.media_type != blob.media_type:
        raise Unfit("this is no Word document")
    found, traces = places(passages, document)
    pieces = list(_pieces(document, found, traces))
    if sum(1 + piece.text.count(_CELLS) for piece in pieces) > _FIELDS:
        raise Unfit("it has too many paragraphs for a copy")
    made = _docx(pieces)
    _hold_clean(made, traces, sandbox, limits)
    return made


def _pieces(document: Document, found: Any, traces: Traces) -> Iterator[Piece]:
    for part in document.parts:
        if part.kind in _KEPT and part.visibility == "visible":
            covered = merged([*found.get(part.path, ()), *traces.spans(part.text)])
            for block in part.blocks:
                text = _masked(part, (block.start, block.end), covered)
                yield Piece(kind=part.kind, role=block.role, text=_NOT_XML.sub("", text))


def _masked(part: Part, within: Span, covered: Iterable[Span]) -> str:
    """The text of one block, each covered stretch as one BLOCK."""
    at, stop = within
    pieces: list[str] = []
    for start, end in covered:
        if start < stop and at < end:
            pieces += (part.text[at : max(start, at)], BLOCK)
            at = min(end, stop)
    return "".join((*pieces, part.text[at:stop]))


def _docx(pieces: Sequence[Piece]) -> bytes:
    made = _empty()
    for header in dict.fromkeys(piece.text for piece in pieces if piece.kind == "header"):
        made.sections[0].header.add_paragraph(header)
    table = 0  # which table a row belongs to; 0 for a paragraph
    numbered: list[tuple[int, Piece]] = []
    for piece in (piece for piece in pieces if piece.kind in ("body", "table")):
        table += piece.role == "header_row"
        numbered.append((table if piece.role in _ROWS else 0, piece))
    for number, group in groupby(numbered, lambda pair: pair[0]):
        stretch = [piece for _, piece in group]
        _table(made, stretch) if number else _paragraphs(made, stretch)
    notes = [piece for piece in pieces if piece.kind == "note"]
    if notes:
        made.add_heading("Notes", level=1)
        _paragraphs(made, notes)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _empty() -> Any:
    """The template of the library without what it says of itself."""
    made = docx.Document()
    for name in ("author", "comments", "title", "last_modified_by"):
        setattr(made.core_properties, name, "")
    relations = made.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[key]
    return made


def _paragraphs(made: Any, pieces: Iterable[Piece]) -> None:
    styles = {"heading": "Heading 1", "list_item": "List Bullet"}
    for piece in pieces:
        made.add_paragraph(piece.text, style=styles.get(piece.role))


def _table(made: Any, rows: Sequence[Piece]) -> None:
    cells = [row.text.split(_CELLS) for row in rows]
    columns = max(map(len, cells))
    if columns > _COLUMNS or columns * len(cells) > _RAGGED * sum(map(len, cells)):
        _paragraphs(made, rows)
        return
    table = made.add_table(rows=len(cells), cols=columns, style="Table Grid")
    for row, texts in zip(table.rows, cells, strict=True):
        for cell, text in zip(row.cells, texts, strict=False):
            cell.text = text


def _hold_clean(made: bytes, traces: Traces, sandbox: Sandbox, limits: Limits) -> None:
    """Read the copy as any document is read: whole, and without a passage."""
    read = reading.read(Blob.of(made, name=""), sandbox, limits)
    unread = [gap for document in read for gap in document.gaps]
    if unread:
        raise Unfit(f"the copy could not be read again: {gaps.sentence(unread[0].code)}")
    if traces.left_in("\n".join(part.text for document in read for part in document.parts)):
        raise Unfit("the text of a passage can still be read in the copy")
