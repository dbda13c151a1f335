"""Opens an Office Open XML package and reads what its formats have in common.

Every part is read by default; what is known to be harmless is subtracted by content type and by vocabulary, never the
other way round. Layout: ECMA-376 part 2 (packages); both the transitional and the strict namespaces are understood,
because names are compared without them.
"""

from __future__ import annotations

import codecs
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import unquote

from lxml import etree

from pipeline.extract.office_vocabulary import distinct_tags
from pipeline.extract.zipped import Budget, Item, Member, members
from pipeline.limits import Limits
from pipeline.types import Gap, Notice

CONTENT_TYPES = "[content_types].xml"
_PLAIN = (b'<?xml version="1.0" encoding="UTF-8"', b"<?xml version='1.0' encoding='UTF-8'")
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


_NAMES: dict[object, str] = {}  # one process reads one document


@dataclass(frozen=True, slots=True)
class Relationship:
    """One row of a .rels part: `kind` is the last word of its type, `target` a part name or an outside address."""

    id: str
    kind: str
    target: str
    external: bool


@dataclass(slots=True)
class PackagePart:
    """A part of the package; `key` is its name in lower case, since part names do not distinguish cases."""

    key: str
    name: str
    content_type: str
    data: bytes
    relationships: dict[str, Relationship] = field(default_factory=dict)
    _text: str | None = None
    _tags: dict[str, None] | None = None

    @property
    def text(self) -> str:
        """The part's characters, decoded once."""
        if self._text is None:
            self._text = text_of(self.data)
        return self._text

    @property
    def tags(self) -> dict[str, None]:
        """The part's distinct tags, found once."""
        if self._tags is None:
            self._tags = distinct_tags(self.text)
        return self._tags


@dataclass(slots=True)
class Package:
    """All parts by key, and what the ZIP reader had to report."""

    parts: dict[str, PackagePart]
    relationships: dict[str, Relationship]
    reports: list[Item]
    limits: Limits
    budget: Budget
    seen_tags: set[str] = field(default_factory=set)

    def target(self, kind: str) -> PackagePart | None:
        """The first part that the package itself points to by a relationship of `kind`."""
        for relationship in self.relationships.values():
            if relationship.kind == kind and not relationship.external:
                return self.parts.get(relationship.target)
        return None


def open_package(data: bytes, limits: Limits, budget: Budget) -> Package:
    """Unpack `data`; parts of one name are all kept (the second as `name#2`), and the gap says so."""
    parts: dict[str, PackagePart] = {}
    reports: list[Item] = []
    for item in members(data, budget):
        if isinstance(item, Member):
            name = item.name.replace("\\", "/").lstrip("/")
            key = name.casefold()
            if key in parts:
                name, key = f"{name}#{item.index}", f"{key}#{item.index}"
            parts[key] = PackagePart(key, name, "", item.data)
        else:
            reports.append(item)
    package = Package(parts, {}, reports, limits, budget)
    _assign_types(package)
    _assign_relationships(package)
    return package


def local(element: etree._Element) -> str:
    """The element's name without its namespace; empty for comments and processing instructions."""
    tag = element.tag
    try:
        return _NAMES[tag]
    except KeyError:
        name = _NAMES[tag] = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        return name


def texts(element: etree._Element) -> Iterator[str]:
    """All text nodes below `element`, in order."""
    return cast("Iterator[str]", element.itertext())


def attribute(element: etree._Element, name: str) -> str | None:
    """The value of the attribute `name`, whatever its namespace."""
    for key, value in cast("list[tuple[str, str]]", element.items()):
        if key.rpartition("}")[2] == name:
            return value
    return None


def text_of(data: bytes) -> str:
    """The characters of an XML part, by byte order mark, then by declaration, then UTF-8."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if data[:2] in (b"<\0", b"\0<"):
        return data.decode("utf-16-le" if data[0] == 0x3C else "utf-16-be", "replace")
    declared = _DECLARED.search(data[:200])
    try:
        return data.decode(declared.group(1).decode("ascii") if declared else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def parse(part: PackagePart, limits: Limits, gaps: list[Gap]) -> etree._Element | None:
    """The part's XML tree. No entities, no network; damage is repaired where it can be, and is a gap either way."""
    text = part.text
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        gaps.append(_gap("limit_xml", part.name, "a document type declaration"))
        return None
    if "\ufffd" in text:
        gaps.append(_gap("encoding_uncertain", part.name))
    source = (
        part.data if part.data.startswith(_PLAIN) else _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    )
    try:
        root = etree.fromstring(source, STRICT)
    except etree.XMLSyntaxError as error:
        code = "limit_xml" if "depth" in str(error).lower() else "damaged"
        gaps.append(_gap(code, part.name, str(error)))
        root = _recovered(source) if code == "damaged" else None
    if root is not None and _too_deep(root, limits.xml_depth):
        gaps.append(_gap("limit_xml", part.name, f"nested more than {limits.xml_depth} deep"))
        return None
    return root


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,  # read from the raw text, together with the attributes
        remove_pis=True,
        recover=recover,
        encoding="utf-8",
    )


STRICT, _LENIENT = _parser(), _parser(recover=True)


def _recovered(source: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(source, _LENIENT)
    except etree.XMLSyntaxError:
        return None


def _too_deep(root: etree._Element, limit: int) -> bool:
    # libxml2 itself stops at 256 without huge_tree; only a stricter limit needs the walk.
    if limit >= 256:
        return False
    level = [root]
    for _ in range(limit):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def _assign_types(package: Package) -> None:
    part = package.parts.get(CONTENT_TYPES)
    root = parse(part, package.limits, _gaps(package)) if part else None
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}
    for row in root if root is not None else ():
        kind = row.get("ContentType", "").casefold()
        if local(row) == "Default":
            defaults[row.get("Extension", "").casefold()] = kind
        elif local(row) == "Override":
            overrides[row.get("PartName", "").lstrip("/").casefold()] = kind
    for key, entry in package.parts.items():
        plain = key.partition("#")[0]
        entry.content_type = overrides.get(plain) or defaults.get(plain.rpartition(".")[2], "")


def _assign_relationships(package: Package) -> None:
    for key in [key for key in package.parts if key.endswith(".rels")]:
        folder, _, name = key.rpartition("/")
        parent = folder.removesuffix("_rels").rstrip("/")
        owner = posixpath.join(parent, name.removesuffix(".rels"))
        rows = dict(_relationships(package, package.parts[key], parent))
        if owner in package.parts:
            package.parts[owner].relationships = rows
        elif key == "_rels/.rels":
            package.relationships = rows


def _relationships(package: Package, part: PackagePart, base: str) -> Iterator[tuple[str, Relationship]]:
    root = parse(part, package.limits, _gaps(package))
    for row in root if root is not None else ():
        target, external = row.get("Target", ""), row.get("TargetMode", "") == "External"
        if not external:
            target = unquote(target.partition("#")[0])
            target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
            target = target.casefold()
        kind = row.get("Type", "").rstrip("/").rpartition("/")[2]
        yield row.get("Id", ""), Relationship(row.get("Id", ""), kind, target, external)


def _gaps(package: Package) -> list[Gap]:
    return package.reports  # type: ignore[return-value]


def external_references(part: PackagePart) -> Iterator[Notice]:
    """What the part would load or open from outside; hyperlinks are content, not loading, and are left out."""
    for relationship in part.relationships.values():
        if relationship.external and relationship.kind != "hyperlink":
            yield Notice(
                code="external_reference", path=part.name, detail=f"{relationship.kind}: {relationship.target}"
            )


def _gap(code: str, path: str, detail: str = "") -> Gap:
    return Gap(stage="extract", code=code, path=path, detail=detail)
