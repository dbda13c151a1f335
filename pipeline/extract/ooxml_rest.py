"""Reads every part of an Office package that the format's own reader leaves: nothing is passed over by default."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

from pipeline.extract import ole_objects, vba
from pipeline.extract.embedded import child, too_small_for_text
from pipeline.extract.office_vocabulary import SILENT
from pipeline.extract.ooxml import CONTENT_TYPES, Package, PackagePart, external_references, open_package, parse
from pipeline.extract.ooxml_words import (
    SENTENCE,
    attribute_words,
    comments,
    has_text,
    labelled,
    packed_drawings,
    settings,
    text_lines,
)
from pipeline.extract.parts import PartBuilder
from pipeline.extract.zipped import Member
from pipeline.types import Blob, Gap, Notice, Part, PartKind, Visibility

Item = Part | Gap | Blob | Notice

_MEDIA = re.compile(r"audio/|video/|model/|font|inkml|activex", re.IGNORECASE)
_INK = re.compile(r"inkml|\bink\b", re.IGNORECASE)
_MEDIA_NAMES = re.compile(r"\.(?:odttf|fntdata|ttf|otf|wav|mp3|mp4|m4a|wma|wmv|avi|mov|glb|fbx)$")
_OFFICE_XML = re.compile(r"openxmlformats|\bms-|\.vml|vmldrawing|opendocument")
_DEVICE = re.compile(r"printersettings|devmode", re.IGNORECASE)
_BETWEEN_TAGS = re.compile(r">([^<]+)")
_PIVOT_TEXT = re.compile(r"""<(?:\w+:)?s\s[^>]*?\bv\s*=\s*(?:"([^"]+)"|'([^']+)')""")
_RUN_OF_TEXT = re.compile(r"[^\W_][\w .,:;/\\()@%+-]{5,}")

# Previews that come with a library's empty template and show nothing of the document: python-docx 1.x.
_TEMPLATE_PREVIEWS = frozenset({"96367138dc44ce09bf2c8f0f8e49348a1478d2c5c0af69bbc2bbc38b63cdcead"})


def read_rest(package: Package, taken: set[str]) -> Iterator[Item]:
    """What the ZIP reader reported, then all parts whose keys are not in `taken`, then links and outside references."""
    for report in package.reports:
        if not isinstance(report, Member):
            yield report
    for part in package.parts.values():
        if part.key not in taken and part.data and part.data not in SILENT:
            yield from read_part(part, package)
        yield from external_references(part)
    yield from _links(package)


def read_part(part: PackagePart, package: Package) -> Iterator[Item]:
    """One part by what it is: XML, picture, embedded file, macros, printer settings; all else is a child of its own."""
    if part.key == CONTENT_TYPES or part.key.endswith(".rels"):  # parsed already, but for words in odd places
        if has_text(part.text):
            yield from read_xml(part, package)
        elif SENTENCE.search(part.text) or "!--" in part.text:
            yield from attributes(part, package)
        return
    if _INK.search(part.content_type):  # XML, but its text is strokes of a pen
        yield Gap(stage="extract", code="unsupported_media", path=part.name, detail="ink")
    elif _is_xml(part):
        yield from read_xml(part, package)
    elif "vbaproject" in part.content_type or part.key.endswith("vbaproject.bin"):
        yield from vba.read(part.data, part.name)
    elif _MEDIA.search(part.content_type) or _MEDIA_NAMES.search(part.key):
        yield Gap(stage="extract", code="unsupported_media", path=part.name, detail=part.content_type)
    elif _DEVICE.search(part.content_type) or _DEVICE.search(part.key):
        yield from _device_settings(part)
    elif "/embeddings/" in part.key or "oleobject" in part.content_type:
        yield from ole_objects.unwrap(part.data, part.name)
    elif part.key == "ppt/metadata" and _is_noise(part.data):
        yield Notice(code="embedded_file", path=part.name, detail="sealed by Google Slides")
    elif not too_small_for_text(part.data) and hashlib.sha256(part.data).hexdigest() not in _TEMPLATE_PREVIEWS:
        yield child(part.data, part.name, part.content_type)


def read_xml(part: PackagePart, package: Package, *, kind: PartKind | None = None) -> Iterator[Item]:
    """All words of an XML part that has no reader of its own."""
    gaps: list[Gap] = []
    properties = part.key.startswith("docprops/")
    lines = list(_text(part, package, gaps, properties=properties))
    yield from gaps
    builder = PartBuilder(kind=kind or _kind(part), path=part.name, visibility=_visibility(part))
    for line in lines:
        builder.add(line, role="line" if properties else "paragraph")
    yield from builder.parts()
    yield from attributes(part, package)


def _text(part: PackagePart, package: Package, gaps: list[Gap], *, properties: bool) -> Iterator[str]:
    if "pivotcache" in part.key:  # its texts are attributes named v
        yield from (unescape("".join(text)) for text in dict.fromkeys(_PIVOT_TEXT.findall(part.text)))
    if part.key.endswith(".vml"):  # XML in name only: Office writes unclosed tags
        yield from (unescape(text) for text in _BETWEEN_TAGS.findall(part.text) if text.strip())
    elif has_text(part.text):
        root = parse(part, package.limits, gaps)
        if root is not None:
            read = settings if part.key.endswith("settings.xml") and not part.content_type else text_lines
            yield from labelled(root) if properties else read(root)


def _kind(part: PackagePart) -> PartKind:
    if part.key.startswith(("docprops/", "customxml/")):
        return "metadata"
    return "comment" if "comment" in part.key else "body"


def attributes(part: PackagePart, package: Package) -> Iterator[Item]:
    """Alternative texts, titles, names, field codes and whatever else was written into attributes, once a package."""
    tags = [tag for tag in part.tags if tag not in package.seen_tags]
    package.seen_tags.update(tags)
    builder = PartBuilder(kind="metadata", path=f"{part.name}#attributes", visibility="hidden")
    for value in attribute_words(tags, everything=_is_foreign(part)) + comments(part.text):
        builder.add(value, role="line")
    yield from builder.parts()
    for number, drawing in enumerate(packed_drawings(tags), start=1):
        yield from _packed_drawing(drawing, f"{part.name}/gfxdata{number}", package)


def _packed_drawing(data: bytes, path: str, package: Package) -> Iterator[Item]:
    """A package inside an attribute is read on the spot: most documents with old drawings hold several."""
    if not data.startswith(b"PK"):
        yield child(data, path)
        return
    for item in read_rest(open_package(data, package.limits, package.budget), set()):
        yield (
            replace(item, name=f"{path}/{item.name}")
            if isinstance(item, Blob)
            else replace(item, path=f"{path}/{item.path}")
        )


def _links(package: Package) -> Iterator[Part]:
    """Where the hyperlinks lead."""
    targets = {
        relationship.target: None
        for part in package.parts.values()
        for relationship in part.relationships.values()
        if relationship.external
    }
    builder = PartBuilder(kind="metadata", path="links", visibility="hidden")
    for target in targets:
        builder.add(target, role="line")
    yield from builder.parts()


def _device_settings(part: PackagePart) -> Iterator[Part]:
    """A printer's DEVMODE: binary, but its names are text."""
    text = part.data.decode("utf-16-le", "replace")
    runs = [run for run in _RUN_OF_TEXT.findall(text) if run.isascii()]
    runs += [run for run in _RUN_OF_TEXT.findall(part.data.decode("ascii", "replace")) if " " in run]
    builder = PartBuilder(kind="metadata", path=part.name, visibility="hidden")
    for run in dict.fromkeys(runs):
        builder.add(run, role="line")
    yield from builder.parts()


def _is_foreign(part: PackagePart) -> bool:
    """XML that is no format of Office or OpenDocument."""
    return part.key != CONTENT_TYPES and not _OFFICE_XML.search(part.content_type)


def _is_noise(data: bytes) -> bool:
    """Whether all byte values are about as frequent, as in encrypted data: no text, no picture, no packed file."""
    if len(data) < 256:
        return False
    counts = Counter(data)
    expected = len(data) / 256
    deviation = sum((counts[value] - expected) ** 2 for value in range(256)) / expected
    return deviation < 400  # chi-squared with 255 degrees of freedom: 330 at p = 0.001


def _is_xml(part: PackagePart) -> bool:
    start = part.data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0")
    if part.content_type == "image/svg+xml" or "html" in part.content_type:
        return False
    return start.startswith(b"<") and not start[:9].lower().startswith((b"<html", b"<!doctype"))


def _visibility(part: PackagePart) -> Visibility:
    shown = ("chart", "diagram", "drawing", "comment")
    return "visible" if any(word in part.key for word in shown) else "hidden"
