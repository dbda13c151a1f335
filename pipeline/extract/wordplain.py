"""Reads the paragraphs that most documents are made of, runs of text and nothing else, at a fraction of the cost."""

from __future__ import annotations

from lxml import etree

from pipeline.extract.ooxml import local
from pipeline.extract.wordstyles import Styles, hides

BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_WHITE = frozenset({"tab", "br", "cr", "ptab"})
_EMPTY = frozenset({"lastRenderedPageBreak", "proofErr", "bookmarkStart", "bookmarkEnd", "softHyphen"})
# Run properties that may hide a run, by themselves or by a style; all others leave it as it is.
_TELLING = frozenset({"vanish", "specVanish", "webHidden", "strike", "dstrike", "color", "sz", "rStyle"})


def plain_pieces(paragraph: etree._Element, styles: Styles, *, filled: bool) -> list[str] | None:
    """The paragraph's text in pieces; None where it holds more than visible runs, for the full walk to read."""
    pieces: list[str] = []
    if paragraph.text and _solid(paragraph.text):
        return None
    for child in paragraph:
        name = local(child)
        if name == "r":
            if not _run(child, pieces, styles, filled=filled):
                return None
        elif name != "pPr" and (name not in _EMPTY or len(child) or child.text):
            return None
        if child.tail and _solid(child.tail):
            return None
    return pieces


def _run(run: etree._Element, pieces: list[str], styles: Styles, *, filled: bool) -> bool:
    """Add the run's text to `pieces`; whether it was all text, and in sight."""
    if run.text and _solid(run.text):
        return False
    for node in run:
        name = local(node)
        if name == "t":
            if len(node):
                return False
            pieces.append(node.text or "")
        elif name == "rPr":
            telling = any(local(mark) in _TELLING for mark in node)
            if telling and (node is not run[0] or hides(node, styles, inherited=False, filled=filled)):
                return False
        elif name in _WHITE and not len(node) and not node.text:
            pieces.append(BREAKS[name])
        elif name not in _EMPTY or len(node) or node.text:
            return False
        if node.tail and _solid(node.tail):
            return False
    return True


def _solid(text: str) -> bool:
    return not text.isspace()
