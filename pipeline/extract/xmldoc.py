"""Reads XML and SVG: text, attributes, comments, processing instructions; entities are shown, never expanded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from lxml import etree

from pipeline.extract.parts import PartBuilder
from pipeline.extract.text import read
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part, Where

_TOO_DEEP = ("ERR_NAME_TOO_LONG", "ERR_RESOURCE_LIMIT", "ERR_ENTITY_LOOP", "ERR_INTERNAL_ERROR", "ERR_USER_STOP")


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Text, then what stands beside it. XML that does not parse is a gap, read as plain text."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=False
    )
    try:
        root = etree.fromstring(blob.data, parser)
    except etree.XMLSyntaxError as error:
        deep = "depth" in str(error.msg or "").lower() or any(
            entry.type_name in _TOO_DEEP for entry in parser.error_log
        )
        yield Gap(stage="extract", code="limit_xml" if deep else "damaged", path="", detail=f"line {error.lineno}")
        yield from read(blob.data, "text/plain", path="text")
        return
    tree = root.getroottree()
    yield from _declarations(tree)
    yield from _text(root)
    yield from _aside(tree)


def _declarations(tree: etree._ElementTree) -> Iterator[Part | Gap | Notice]:
    """Entities: shown where they are declared. Where the document uses one, a reader would see more than we do."""
    dtd = tree.docinfo.internalDTD
    if dtd is None:
        return
    entities = PartBuilder(kind="metadata", path="entities", visibility="hidden")
    for entity in dtd.iterentities():  # type: ignore[attr-defined]
        entities.add(f"{entity.name}: {entity.content or ''}", "line")
    yield from entities.parts()
    if tree.docinfo.system_url and not tree.docinfo.public_id:  # type: ignore[attr-defined]
        yield Notice(code="external_reference", path="doctype")
    if entities and any(True for _ in tree.iter(etree.Entity)):
        yield Gap(stage="extract", code="limit_xml", path="entities", detail="entities are not expanded")


def _text(root: etree._Element) -> Iterator[Part]:
    body = PartBuilder(kind="body", path="text")
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if _is_mixed(element) or _is_paragraph(element):
            line = element.sourceline
            text = "".join(_inner(element))
            body.add(" ".join(text.split()), where=Where(line=line if isinstance(line, int) else None))
        else:
            waiting.extend(child for child in reversed(element) if isinstance(child.tag, str))
    yield from body.parts()


def _is_mixed(element: etree._Element) -> bool:
    """Whether text stands directly inside: then it is read as one paragraph with all that is inside."""
    if element.text and element.text.strip():
        return True
    return any((child.tail and child.tail.strip()) or child.tag is etree.Entity for child in element)


def _is_paragraph(element: etree._Element) -> bool:
    """Whether it is a paragraph by its name: its runs may cut words in two (Word 2003, DocBook, slides)."""
    return str(element.tag).rpartition("}")[2] in ("p", "para")


def _inner(element: etree._Element) -> Iterator[str]:
    """The text inside, entities by their name, comments left out (they are read on their own)."""
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start" and str(node.tag).rpartition("}")[2] in ("br", "tab", "cr"):
            yield " "
        if event == "start" and node.text:
            yield node.text
        if event != "start" and node is not element and node.tail:
            yield node.tail


def _aside(tree: etree._ElementTree) -> Iterator[Part]:
    """Attributes, comments and processing instructions, also those outside the root element."""
    attributes = PartBuilder(kind="metadata", path="attributes")
    comments = PartBuilder(kind="comment", path="comments", visibility="hidden")
    root = tree.getroot()
    outside = [*root.itersiblings(preceding=True), *root.itersiblings()]
    for node in chain(outside, root.iter()):
        if not isinstance(node.tag, str):  # a comment, a processing instruction or an entity
            comments.add(node.text or "")
        elif node.attrib:
            pairs = (f"{str(name).rpartition('}')[2]}={value!s}" for name, value in node.attrib.items())
            attributes.add(" ".join(pairs), "line")
    yield from attributes.parts()
    yield from comments.parts()
