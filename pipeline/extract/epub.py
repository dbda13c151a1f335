"""Read EPUB books: chapters in reading order and everything else in the package; rights management is a gap."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from pipeline.extract.embedded import child, too_small_for_text
from pipeline.extract.odf_text import OdfText, without_doctype
from pipeline.extract.ooxml import Package, PackagePart, attribute, local, open_package, parse
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

Found = Part | Gap | Blob | Notice
CONTAINER, ENCRYPTION = "meta-inf/container.xml", "meta-inf/encryption.xml"
RIGHTS = ("meta-inf/rights.xml", "meta-inf/sinf.xml", "meta-inf/license.lcpl")
# Obfuscated fonts hold no text, and their key is the book's own identifier (EPUB 3.3, section 4.3).
FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
CHAPTERS = (".xhtml", ".html", ".htm", ".xml.html")
INLINE = (".opf", ".ncx", ".xml", ".smil", ".pls")


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """Chapters and pictures as children, package, table of contents and the other XML as parts."""
    package = open_package(blob.data, limits, Budget(limits))
    for report in package.reports:
        if isinstance(report, (Part, Gap, Notice)):
            yield report
    protected, whole = _protected(package, limits)
    if whole:
        yield Gap(stage="extract", code="rights_managed", path="encryption", detail=whole)
    for part in _ordered(package, limits):
        if part.key in protected:
            yield Gap(stage="extract", code="encrypted", path=part.name)
        elif part.data and part.key != "mimetype":
            yield from _member(part, limits)


def _protected(package: Package, limits: Limits) -> tuple[frozenset[str], str]:
    """Members that are encrypted, and the name of the rights management, if there is any."""
    rights = next((name for name in RIGHTS if name in package.parts), "")
    listing = package.parts.get(ENCRYPTION)
    root = parse(listing, limits, []) if listing else None
    if root is None:
        return frozenset(), rights or ("encryption.xml does not parse" if listing else "")
    found: set[str] = set()
    for data in (element for element in root.iter() if local(element) == "EncryptedData"):
        methods = [attribute(item, "Algorithm") for item in data if local(item) == "EncryptionMethod"]
        uris = [attribute(item, "URI") or "" for item in data.iter() if local(item) == "CipherReference"]
        if not methods or any(method not in FONT_OBFUSCATION for method in methods):
            found.update(unquote(uri).casefold().lstrip("/") for uri in uris)
    return frozenset(found), rights


def _ordered(package: Package, limits: Limits) -> list[PackagePart]:
    """The chapters of the spine first, in reading order, then the rest."""
    spine: dict[str, int] = {}
    for part in package.parts.values():
        root = parse(part, limits, []) if part.key.endswith(".opf") else None
        if root is None:
            continue
        items = {attribute(item, "id"): attribute(item, "href") or "" for item in root.iter() if local(item) == "item"}
        for reference in (element for element in root.iter() if local(element) == "itemref"):
            target = posixpath.join(posixpath.dirname(part.key), unquote(items.get(attribute(reference, "idref"), "")))
            spine.setdefault(posixpath.normpath(target).casefold(), len(spine))
    return sorted(package.parts.values(), key=lambda part: (spine.get(part.key, len(spine)), part.key))


def _member(part: PackagePart, limits: Limits) -> Iterator[Found]:
    if part.key.endswith(INLINE):
        gaps: list[Gap] = []
        root = parse(without_doctype(part), limits, gaps)
        yield from gaps
        if root is not None:
            reader = OdfText(f"{part.name}/", frozenset(), target="metadata")
            reader.walk(root)
            yield from reader.parts()
    elif part.key.endswith(".css"):
        yield Part(kind="code", path=part.name, text=part.text.strip() or "empty", visibility="hidden")
    elif part.key.endswith(CHAPTERS):
        yield child(part.data, part.name, "text/html")
    elif not too_small_for_text(part.data):
        yield child(part.data, part.name)
