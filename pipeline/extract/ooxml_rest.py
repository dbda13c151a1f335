"""Reads every part of an Office package that the format's own reader leaves: nothing is passed over by default."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract import ole_objects, vba
from pipeline.extract.embedded import child, too_small_for_text
from pipeline.extract.ooxml import CONTENT_TYPES, Package, PackagePart, external_references, parse
from pipeline.extract.ooxml_words import attribute_words, has_text, labelled, text_lines
from pipeline.extract.parts import PartBuilder
from pipeline.extract.zipped import Member
from pipeline.types import Blob, Gap, Notice, Part, PartKind, Visibility

Item = Part | Gap | Blob | Notice

_MEDIA = re.compile(r"audio/|video/|model/|font|inkml|activex", re.IGNORECASE)
_MEDIA_NAMES = re.compile(r"\.(?:odttf|fntdata|ttf|otf|wav|mp3|mp4|m4a|wma|wmv|avi|mov|glb|fbx)$")
_DEVICE = re.compile(r"printersettings|devmode", re.IGNORECASE)
_RUN_OF_TEXT = re.compile(r"[^\W_][\w .,:;/\\()@%+-]{5,}")


def read_rest(package: Package, taken: set[str]) -> Iterator[Item]:
    """What the ZIP reader reported, then all parts whose keys are not in `taken`, then links and outside references."""
    for report in package.reports:
        if not isinstance(report, Member):
            yield report
    for part in package.parts.values():
        if part.key not in taken and part.data:
            yield from read_part(part, package)
        yield from external_references(part)
    yield from _links(package)


def read_part(part: PackagePart, package: Package) -> Iterator[Item]:
    """One part by what it is: XML, picture, embedded file, macros, printer settings; all else is a child of its own."""
    if part.key == CONTENT_TYPES or part.key.endswith(".rels"):
        return
    if _is_xml(part):
        yield from read_xml(part, package)
    elif "vbaproject" in part.content_type or part.key.endswith("vbaproject.bin"):
        yield from vba.read(part.data, part.name)
    elif _MEDIA.search(part.content_type) or _MEDIA_NAMES.search(part.key):
        yield Gap(stage="extract", code="unsupported_media", path=part.name, detail=part.content_type)
    elif _DEVICE.search(part.content_type) or _DEVICE.search(part.key):
        yield from _device_settings(part)
    elif "/embeddings/" in part.key or "oleobject" in part.content_type:
        yield from ole_objects.unwrap(part.data, part.name)
    elif not too_small_for_text(part.data):
        yield child(part.data, part.name, part.content_type)


def read_xml(part: PackagePart, package: Package, *, kind: PartKind | None = None) -> Iterator[Item]:
    """All words of an XML part that has no reader of its own."""
    gaps: list[Gap] = []
    properties = part.key.startswith("docprops/")
    root = parse(part, package.limits, gaps) if has_text(part.text) else None
    yield from gaps
    if root is not None:
        lines = labelled(root) if properties else text_lines(root)
        kind = kind or ("metadata" if properties or "customxml" in part.key else "body")
        builder = PartBuilder(kind=kind, path=part.name, visibility=_visibility(part))
        for line in lines:
            builder.add(line, role="line" if properties else "paragraph")
        yield from builder.parts()
    if not properties:
        yield from attributes(part)


def attributes(part: PackagePart) -> Iterator[Part]:
    """Alternative texts, titles, names, field codes and whatever else was written into attributes."""
    builder = PartBuilder(kind="metadata", path=f"{part.name}#attributes", visibility="hidden")
    for value in attribute_words(part.text):
        builder.add(value, role="line")
    yield from builder.parts()


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


def _is_xml(part: PackagePart) -> bool:
    start = part.data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0")
    if part.content_type == "image/svg+xml" or "html" in part.content_type:
        return False
    return start.startswith(b"<") and not start[:9].lower().startswith((b"<html", b"<!doctype"))


def _visibility(part: PackagePart) -> Visibility:
    shown = ("chart", "diagram", "drawing")
    return "visible" if any(word in part.key for word in shown) else "hidden"
