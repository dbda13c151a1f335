"""Knows what a Word document's styles say about a paragraph: heading, list item, or hidden from the reader's eye."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from pipeline.extract.ooxml import attribute, local
from pipeline.types import Role

_OFF = ("0", "false", "off", "none")
_HIDING = ("vanish", "specVanish", "webHidden", "strike", "dstrike")
_TINY_HALF_POINTS = 4
_PAPER = ("ffffff", "fefefe", "fdfdfd")


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str
    hidden: bool | None
    heading: bool
    item: bool


class Styles:
    """The styles of one document, each read together with those it is based on."""

    def __init__(self, root: etree._Element | None = None) -> None:
        self._styles: dict[str, _Style] = {}
        for element in root if root is not None else ():
            if local(element) == "style":
                self._styles[attribute(element, "styleId") or ""] = _style(element)

    def of_paragraph(self, paragraph: etree._Element) -> str:
        for child in _properties(paragraph):
            if local(child) == "pStyle":
                return attribute(child, "val") or ""
        return ""

    def hidden(self, style: str) -> bool:
        return next((s.hidden for s in self._chain(style) if s.hidden is not None), False)

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
        while style in self._styles and len(chain) < 16:
            chain.append(self._styles[style])
            style = chain[-1].based_on
        return chain


def _properties(paragraph: etree._Element) -> Iterable[etree._Element]:
    if len(paragraph) and local(paragraph[0]) == "pPr":
        return paragraph[0]
    return ()


def hides(properties: etree._Element, styles: Styles, *, inherited: bool) -> bool:
    """Whether run properties hide the run: vanish, white or near-white, tiny, struck out, or by a character style."""
    own = _hidden(properties)
    if own is not None:
        return own
    for child in properties:
        if local(child) == "rStyle" and styles.hidden(attribute(child, "val") or ""):
            return True
    return inherited


def _hidden(properties: etree._Element) -> bool | None:
    """True or False where the properties say so themselves, None where they are silent."""
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
    return True if white and not shaded else verdict


def _style(element: etree._Element) -> _Style:
    name = based_on = ""
    hidden: bool | None = None
    heading = item = False
    for child in element:
        tag = local(child)
        if tag == "name":
            name = (attribute(child, "val") or "").casefold()
        elif tag == "basedOn":
            based_on = attribute(child, "val") or ""
        elif tag == "rPr":
            hidden = _hidden(child)
        elif tag == "pPr":
            inner = {local(grandchild): attribute(grandchild, "val") for grandchild in child}
            heading = inner.get("outlineLvl") in tuple("012345678")
            item = "numPr" in inner
    heading = heading or name.startswith("heading ") or name in ("title", "subtitle")
    return _Style(name, based_on, hidden, heading, item)
