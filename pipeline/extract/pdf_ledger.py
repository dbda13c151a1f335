"""Turns the strings found in the objects of a PDF into parts, one for each family."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pikepdf
from lxml import etree

from pipeline.extract.parts import PartBuilder
from pipeline.extract.pdf_objects import Text
from pipeline.types import NOWHERE, Part, PartKind, Visibility, Where

KINDS: dict[str, PartKind] = {
    "annotations": "comment",
    "fonts": "metadata",
    "form": "body",
    "javascript": "code",
    "layers": "name",
    "links": "name",
    "names": "name",
    "other": "metadata",
    "outline": "name",
    "structure": "note",
}
_MARKS = re.compile(r"[<>\0]")
_DATE = re.compile(r"\s*|D:\d{4}[\d'Zz+-]*")
_REPEATED = frozenset({"structure", "outline"})  # these mostly say again what the pages say
_MARKUP = re.compile(r"\s*<(?:\?xml|\w+[^>]*xmlns|body|p\b)")


def text_parts(texts: list[Text], shown: str, visibility: Visibility = "visible", prefix: str = "") -> Iterator[Part]:
    """A part for each family and visibility. `shown` is the text of the pages: what only repeats it is left out."""
    builders: dict[tuple[str, bool], PartBuilder] = {}
    seen: dict[str, set[str]] = defaultdict(set)
    visible = squeezed(shown) if any(item.family in _REPEATED for item in texts) else ""
    for item in texts:
        text = markup_text(item.text) if _MARKUP.match(item.text) else item.text
        key = squeezed(text)
        if key in seen[item.family] or (item.family in _REPEATED and key in visible):
            continue
        seen[item.family].add(key)
        slot = (item.family, item.hidden)
        if slot not in builders:
            builders[slot] = PartBuilder(
                kind=KINDS[item.family],
                path=f"{prefix}{item.family}{'/hidden' if item.hidden else ''}",
                visibility="hidden" if item.hidden and visibility == "visible" else visibility,
            )
        builders[slot].add(text, where=Where(page=item.page) if item.page else NOWHERE)
    for builder in builders.values():
        yield from builder.parts()


def info_part(pdf: pikepdf.Pdf) -> Iterator[Part]:
    """Title, author and whatever else the Info dictionary holds."""
    builder = PartBuilder(kind="metadata", path="info")
    info = pdf.trailer.get("/Info")
    if isinstance(info, pikepdf.Dictionary):
        for key, value in info.items():
            if isinstance(value, pikepdf.String | pikepdf.Name) and not _DATE.fullmatch(str(value)):
                builder.add(f"{key[1:]}: {value}", role="line")
    yield from builder.parts()


def squeezed(text: str) -> str:
    """Without white space, hyphens and case, for comparing what two places say."""
    return "".join(text.split()).replace("-", "").casefold()


def markup_text(data: str | bytes) -> str:
    """Text and attribute values of XML, a line each; entities are not expanded. Empty where it is not XML."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False, encoding=None)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    # libxml2 leaves out what follows an error, and what a declaration of entities says
    if root is None or len(parser.error_log) or b"<!DOCTYPE" in raw:
        return " ".join(_MARKS.sub(" ", raw.decode("utf-8", "replace")).split())
    lines: list[str] = []
    for node in (*root.itersiblings(preceding=True), *root.iter(), *root.itersiblings()):
        if isinstance(node, etree._ProcessingInstruction) and node.target == "xpacket":
            continue
        lines.extend(str(v) for k, v in node.attrib.items() if not str(v).startswith(("uuid:", "xmp.")))
        lines.extend(t.strip() for t in (node.text, node.tail) if t and t.strip())
    return "\n".join(line for line in lines if line.strip())
