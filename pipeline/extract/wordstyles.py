"""Knows what Word's styles and properties say of text: heading, list item, symbol, or hidden from the reader's eye."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.extract.ooxml import STRICT, attribute, local
from pipeline.types import Role

_OFF = ("0", "false", "off", "none")
_HIDING = ("vanish", "specVanish", "webHidden", "strike", "dstrike")
_OWN = frozenset({"pPr", "tcPr", "tblPr"})  # first of all in their element
_TINY_HALF_POINTS = 4
_ID = re.compile(r'styleId="([^"]*)"')
_PAPER = ("ffffff", "fefefe", "fdfdfd")


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str
    hidden: bool | None
    white: bool
    heading: bool
    item: bool


_PLAIN = _Style("", "", None, False, False, False)


class Styles:
    """The styles of one document, each read when it is first asked for, together with those it is based on."""

    def __init__(self, sources: Mapping[str, etree._Element | str] | None = None, head: str = "") -> None:
        self._sources, self._head = sources or {}, head
        self._known: dict[str, _Style] = {}
        self._hidden: dict[tuple[str, bool], bool] = {}

    @classmethod
    def of_text(cls, text: str) -> Styles | None:
        """Styles cut out of the part's text; None where it is not written as Word does."""
        start = text.find("<w:styles")
        head = text[start : text.find(">", start) + 1]
        pieces = text.split("<w:style ")
        if start < 0 or len(pieces) < 2 or head.endswith("/>"):
            return None
        identified = ((_ID.search(piece), piece) for piece in pieces[1:])
        return cls({found[1]: piece.partition("</w:style>")[0] for found, piece in identified if found}, head)

    @classmethod
    def of_tree(cls, root: etree._Element) -> Styles:
        return cls({attribute(e, "styleId") or "": e for e in root if local(e) == "style"})

    def of_paragraph(self, paragraph: etree._Element) -> str:
        for child in _properties(paragraph):
            if local(child) == "pStyle":
                return attribute(child, "val") or ""
        return ""

    def hidden(self, style: str, *, filled: bool = False) -> bool:
        """Whether the style hides its text; on a `filled` ground white is a colour like others."""
        if (style, filled) not in self._hidden:
            chain = self._chain(style)
            white = not filled and any(s.white for s in chain)
            self._hidden[style, filled] = white or next((s.hidden for s in chain if s.hidden is not None), False)
        return self._hidden[style, filled]

    def role(self, style: str, paragraph: etree._Element) -> Role:
        """What the paragraph is, by its own properties first and then by its style."""
        item = False
        for child in _properties(paragraph):
            name = local(child)
            if name == "outlineLvl" and attribute(child, "val") in tuple("012345678"):
                return "heading"
            item = item or name == "numPr"
        chain = self._chain(style)
        if any(s.heading for s in chain):
            return "heading"
        return "list_item" if item or any(s.item for s in chain) else "paragraph"

    def _chain(self, style: str) -> list[_Style]:
        chain: list[_Style] = []
        while style in self._sources and len(chain) < 16:
            if style not in self._known:
                self._known[style] = self._read(self._sources[style])
            chain.append(self._known[style])
            style = chain[-1].based_on
        return chain

    def _read(self, source: etree._Element | str) -> _Style:
        if not isinstance(source, str):
            return _style(source)
        text = f"{self._head}<w:style {source}</w:style></w:styles>"
        try:
            return _style(etree.fromstring(text.encode("utf-8", "replace"), STRICT)[0])
        except (etree.XMLSyntaxError, IndexError):
            return _PLAIN  # the part's own reading says that it is damaged


def _properties(paragraph: etree._Element) -> Iterable[etree._Element]:
    if len(paragraph) and local(paragraph[0]) == "pPr":
        return paragraph[0]
    return ()


def is_filled(element: etree._Element, marks: tuple[str, ...]) -> bool:
    """Whether the element's own properties colour its ground, themselves or by a table style."""
    if not len(element) or local(element[0]) not in _OWN:
        return False
    return any(local(mark) in marks for mark in element[0])


def hides(properties: etree._Element, styles: Styles, *, inherited: bool, filled: bool) -> bool:
    """Whether run properties hide the run: vanish, tiny, struck out, white on white, or by a character style."""
    own, white = _hidden(properties)
    if white and not filled:
        return True
    if own is not None:
        return own
    for child in properties:
        if local(child) == "rStyle" and styles.hidden(attribute(child, "val") or "", filled=filled):
            return True
    return inherited


def _hidden(properties: etree._Element) -> tuple[bool | None, bool]:
    """Hidden or not (None where the properties are silent), and whether white without a ground of its own."""
    verdict: bool | None = None
    white = shaded = False
    for child in properties:
        name, value = local(child), (attribute(child, "val") or "").casefold()
        if name in _HIDING:
            verdict = bool(verdict) or value not in _OFF
        elif name == "color":
            white = value in _PAPER
        elif name in ("shd", "highlight"):
            shaded = True
        elif name == "sz" and value.isdigit() and int(value) <= _TINY_HALF_POINTS:
            verdict = True
    return verdict, white and not shaded


def _style(element: etree._Element) -> _Style:
    name = based_on = ""
    hidden: bool | None = None
    white = heading = item = False
    for child in element:
        tag = local(child)
        if tag == "name":
            name = (attribute(child, "val") or "").casefold()
        elif tag == "basedOn":
            based_on = attribute(child, "val") or ""
        elif tag == "rPr":
            hidden, white = _hidden(child)
        elif tag == "pPr":
            inner = {local(grandchild): attribute(grandchild, "val") for grandchild in child}
            heading = inner.get("outlineLvl") in tuple("012345678")
            item = "numPr" in inner
    heading = heading or name.startswith("heading ") or name in ("title", "subtitle")
    return _Style(name, based_on, hidden, white, heading, item)


def symbol(element: etree._Element) -> str:
    """A w:sym: Wingdings and its kin draw pictures, other fonts the letter itself."""
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    if 0xF000 <= code <= 0xF0FF:
        font = (attribute(element, "font") or "").casefold()
        return "•" if any(name in font for name in ("wingdings", "webdings", "symbol")) else chr(code & 0xFF)
    return chr(code) if code < 0x110000 else ""
