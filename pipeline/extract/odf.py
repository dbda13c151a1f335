"""Read OpenDocument files (text, slides, drawings, flat XML): every member, deletions included."""

from __future__ import annotations

from collections.abc import Iterator

import olefile
from lxml import etree

from pipeline.extract import ole_objects
from pipeline.extract.embedded import child, printable, too_small_for_text
from pipeline.extract.odf_text import OdfText, hidden_styles, without_doctype
from pipeline.extract.ooxml import Package, PackagePart, attribute, local, open_package, parse
from pipeline.extract.parts import PartBuilder
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

Found = Part | Gap | Blob | Notice
MANIFEST = "meta-inf/manifest.xml"
# Read elsewhere, or a cache of positions without any text.
KNOWN = frozenset({"mimetype", "layout-cache"})
MACROS = ("basic/", "scripts/")
METAFILE = b"VCLMTF"


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """Content, styles, metadata, comments, deletions, macros; pictures and embedded objects as children."""
    if not blob.data.startswith(b"PK"):
        yield from _xml(PackagePart("content.xml", "content.xml", "", blob.data), "", frozenset(), limits)
        return
    package = open_package(blob.data, limits, Budget(limits))
    for report in package.reports:
        if isinstance(report, (Part, Gap, Notice)):
            yield report
    encrypted = _encrypted(package, limits)
    if encrypted:
        yield Gap(stage="extract", code="encrypted", path="manifest", detail=f"{len(encrypted)} members")
    elif "content.xml" not in package.parts:
        yield Gap(stage="extract", code="damaged", path="content.xml", detail="there is no content")
    styles = _hidden(package, limits)
    for part in _ordered(package):
        if part.key not in encrypted and part.data and part.key not in KNOWN:
            yield from _member(part, styles, limits)


def _ordered(package: Package) -> list[PackagePart]:
    """Content before everything else, as a reader meets it."""
    return sorted(package.parts.values(), key=lambda part: (part.key != "content.xml", part.key))


def _encrypted(package: Package, limits: Limits) -> frozenset[str]:
    """Keys of the members that the manifest calls encrypted."""
    manifest = package.parts.get(MANIFEST)
    root = parse(manifest, limits, []) if manifest else None
    if root is None:
        return frozenset()
    entries = (element for element in root.iter() if local(element) == "encryption-data")
    parents = (element.getparent() for element in entries)
    names = (attribute(parent, "full-path") for parent in parents if parent is not None)
    return frozenset(name.casefold() for name in names if name)


def _hidden(package: Package, limits: Limits) -> frozenset[str]:
    roots = [parse(part, limits, []) for key in ("styles.xml", "content.xml") if (part := package.parts.get(key))]
    return hidden_styles([root for root in roots if root is not None])


def _member(part: PackagePart, styles: frozenset[str], limits: Limits) -> Iterator[Found]:
    """One member by what it is."""
    folder, _, name = part.name.rpartition("/")
    if part.key.startswith(MACROS) and not part.key.endswith(("-lb.xml", "-lc.xml")):
        yield Notice(code="macros", path=part.name, visibility="hidden")
        yield from _macro(part, limits)
    elif part.key.endswith((".xml", ".rdf")) or part.data.lstrip()[:5] == b"<?xml":
        prefix = f"{folder}/" if name.casefold() in ("content.xml", "styles.xml", "meta.xml") and folder else ""
        yield from _xml(part, prefix, styles, limits)
    elif part.data.startswith(olefile.MAGIC):
        yield from ole_objects.unwrap(part.data, part.name)
    elif part.data.startswith(METAFILE):  # the drawn copy of an embedded object that is read itself
        yield from _text(part.name, printable(part.data))
    elif not too_small_for_text(part.data):
        yield child(part.data, part.name)


def _macro(part: PackagePart, limits: Limits) -> Iterator[Found]:
    gaps: list[Gap] = []
    root = parse(without_doctype(part), limits, gaps) if part.key.endswith((".xba", ".xml", ".xlb", ".xdl")) else None
    text = "".join(str(piece) for piece in root.itertext()) if root is not None else part.text
    yield Part(kind="code", path=part.name, text=text.strip() or "empty", visibility="hidden")
    yield from gaps


def _text(name: str, text: str) -> Iterator[Part]:
    builder = PartBuilder(kind="metadata", path=name, visibility="hidden")
    builder.add(text)
    yield from builder.parts()


def _xml(part: PackagePart, prefix: str, styles: frozenset[str], limits: Limits) -> Iterator[Found]:
    gaps: list[Gap] = []
    root = parse(part, limits, gaps)
    yield from gaps
    if root is None:
        yield from _text(part.name, part.text)
        return
    name = part.name.rpartition("/")[2].casefold()
    path = prefix or ("" if name == "content.xml" else f"{part.name}/")
    target = "body" if name in ("content.xml", "styles.xml") else "metadata"
    reader = OdfText(path, styles | hidden_styles([root]), target=target)
    if local(root) == "math":
        reader.add_block("body", " ".join(str(text).strip() for text in root.itertext() if text.strip()))
    else:
        reader.walk(root)
    yield from reader.parts()
    yield from _comments(part, root)


def _comments(part: PackagePart, root: etree._Element) -> Iterator[Part]:
    """XML comments, which the parser leaves out."""
    if b"<!--" in part.data:
        pieces = part.text.split("<!--")[1:]
        yield from _text(f"{part.name}/xml-comments", "\n".join(piece.partition("-->")[0] for piece in pieces))
