"""Turn a walk over HTML elements into blocks of text: headings, list items, table rows, paragraphs."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from pipeline.extract.parts import PartBuilder
from pipeline.types import NOWHERE, Role, Where

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title"})
ITEMS = frozenset({"li", "dt", "dd"})
CELLS = frozenset({"td", "th"})
_OTHER_BLOCKS = """
address article aside blockquote body button canvas caption center details dialog dir div dl fieldset figcaption
figure footer form frameset header hr iframe legend main menu nav noscript object ol optgroup option p pre section
select summary table tbody template text textarea tfoot thead tr td th ul video audio plaintext xmp listing
""".split()  # noqa: SIM905
BLOCKS = HEADINGS | ITEMS | frozenset(_OTHER_BLOCKS)
PREFORMATTED = frozenset({"pre", "textarea", "plaintext", "xmp", "listing"})
NESTED = "table, ul, ol, h1, h2, h3, h4, h5, h6, form"
LONG_ROW = 2_000
SPACES = re.compile(r"[ \t\r\f\v\n]+")
INDENT = re.compile(r"[ \t]*\n[ \t]*")
BLANK_LINES = re.compile(r"\n{2,}")


class Flow:
    """Text gathered so far, cut into blocks at block elements; a simple table row becomes one block."""

    def __init__(self, builder: PartBuilder) -> None:
        self.builder = builder
        self.words = 0
        self._pieces: list[str] = []
        self._roles: list[Role] = ["paragraph"]
        self._preformatted = 0
        self._row = 0
        self._where = NOWHERE

    def text(self, text: str) -> None:
        self._pieces.append(text if self._preformatted else SPACES.sub(" ", text))

    def enter(self, node: LexborNode, tag: str) -> None:
        if tag in PREFORMATTED:
            self._preformatted += 1
        if tag == "br":
            self._pieces.append("\n")
        elif self._row:
            self._enter_in_row(tag)
        elif tag in BLOCKS:
            self.flush()
            if tag == "tr" and _is_row(node):
                self._row = 1
                self._roles.append("header_row" if _is_header(node) else "row")
            else:
                self._roles.append(_role(tag, self._roles[-1]))

    def leave(self, tag: str) -> None:
        if tag in PREFORMATTED:
            self._preformatted -= 1
        if self._row and tag == "tr":
            self.flush()
            self._row = 0
            self._roles.pop()
        elif not self._row and tag in BLOCKS:
            self.flush()
            self._roles.pop()

    def _enter_in_row(self, tag: str) -> None:
        if tag in CELLS and self._pieces:
            self._pieces.append(" | ")
        elif tag in BLOCKS:
            self._pieces.append(" ")

    def flush(self) -> None:
        """End the block at hand, if it has any text."""
        text = INDENT.sub("\n", "".join(self._pieces))
        self._pieces.clear()
        role = self._roles[-1]
        for block in BLANK_LINES.split(text):
            block = block if self._preformatted else re.sub(" {2,}", " ", block)
            if not block.strip(" |\n\t\xa0"):
                continue
            block = block.strip()
            if role == "heading":
                self._where = Where(section=SPACES.sub(" ", block)[:200])
            self.words += len(block.split())
            self.builder.add(block, role=role, where=self._where)


def _role(tag: str, outer: Role) -> Role:
    if tag in HEADINGS:
        return "heading"
    return "list_item" if tag in ITEMS else outer


def _is_row(row: LexborNode) -> bool:
    """A row of data, as against a row that only lays out the page."""
    return row.css_first(NESTED) is None and len(row.text()) <= LONG_ROW and len(row.css("td, th")) > 1


def _is_header(row: LexborNode) -> bool:
    return row.css_first("td") is None
