"""Reads presentations (PPTX, PPSX, POTX and their macro siblings): slides, notes, comments and all other parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.drawing import Line, Shapes
from pipeline.extract.ooxml import Package, PackagePart, attribute, local, open_package, parse
from pipeline.extract.ooxml_rest import Item, attributes, read_rest
from pipeline.extract.parts import PartBuilder
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits
from pipeline.types import NOWHERE, Blob, Gap, Notice, Part, PartKind, Where

_PROMPT = re.compile(
    r"Click (?:icon )?to (?:edit|add) (?:the |Master )?(?:title|text|subtitle|notes|outline|picture|table|chart|media)"
    r"(?: text)?(?: format)?(?: styles?)?|Edit Master text styles|Drag picture to placeholder or click icon to add|"
    r"(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth)(?: Outline)? level|‹#›|<#>|\d+/\d+/\d+",
    re.IGNORECASE,
)


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """All text of a PresentationML package; each slide is a part with its number."""
    package = open_package(blob.data, limits, Budget(limits))
    gaps: list[Gap] = []
    main = package.target("officeDocument")
    root = parse(main, limits, gaps) if main else None
    if root is None:
        yield Gap(stage="extract", code="damaged", path=blob.name, detail="the main part is missing")
    width, height = _size(root)
    taken: set[str] = set()
    for number, slide in enumerate(_slides(package, main, root), start=1):
        taken.add(slide.key)
        where = Where(slide=number)
        yield from _slide(slide, package, Shapes(width, height), where)
        for kind, other in _beside(slide, package):
            if other.key not in taken:
                taken.add(other.key)
                yield from _plain(other, package, kind, where)
    for part in package.parts.values():
        if part.key not in taken and _is_backdrop(part):
            taken.add(part.key)
            yield from _backdrop(part, package)
    yield from gaps
    yield from read_rest(package, taken)


def _size(root: object) -> tuple[int, int]:
    for element in root if root is not None else ():  # type: ignore[attr-defined]
        if local(element) == "sldSz":
            return int(element.get("cx") or 0), int(element.get("cy") or 0)
    return 0, 0


def _slides(package: Package, main: PackagePart | None, root: object) -> Iterator[PackagePart]:
    """Slides in the order of the presentation; then those that it does not list."""
    seen: set[str] = set()
    for element in root.iter() if root is not None else ():  # type: ignore[attr-defined]
        if local(element) == "sldId" and main is not None:
            keys = [value for key, value in element.items() if key.endswith("}id")]
            relationship = main.relationships.get(keys[0]) if keys else None
            part = package.parts.get(relationship.target) if relationship else None
            if part and part.key not in seen:
                seen.add(part.key)
                yield part
    for part in package.parts.values():
        if part.key not in seen and part.content_type.endswith("presentationml.slide+xml"):
            yield part


def _slide(part: PackagePart, package: Package, shapes: Shapes, where: Where) -> Iterator[Item]:
    gaps: list[Gap] = []
    root = parse(part, package.limits, gaps)
    yield from gaps
    if root is None:
        return
    hidden = (attribute(root, "show") or "1") in ("0", "false")
    if hidden:
        yield Notice(code="hidden_part", path=part.name, visibility="hidden", detail=f"slide {where.slide} is hidden")
    lines = shapes.read(root)
    yield from _parts(part, [line for line in lines if not line.hidden], "body", where, hidden=hidden)
    unseen = [line for line in lines if line.hidden]
    yield from _parts(part, unseen, "body", where, hidden=True, suffix="#hidden")
    if unseen:
        yield Notice(code="invisible_text", path=part.name, visibility="hidden")
    yield from attributes(part, package)


def _parts(
    part: PackagePart, lines: list[Line], kind: PartKind, where: Where, *, hidden: bool, suffix: str = ""
) -> Iterator[Part]:
    title = next((" ".join(line.text.split()) for line in lines if line.role == "heading"), None)
    builder = PartBuilder(kind=kind, path=part.name + suffix, visibility="hidden" if hidden else "visible", where=where)
    for line in lines:
        builder.add(line.text, role=line.role, where=Where(slide=where.slide, section=title))
    yield from builder.parts()


def _beside(slide: PackagePart, package: Package) -> Iterator[tuple[PartKind, PackagePart]]:
    """What hangs on one slide and needs its number: notes, comments, SmartArt, charts."""
    kinds: dict[str, PartKind] = {"notesSlide": "note", "comments": "comment", "diagramData": "body", "chart": "body"}
    for relationship in slide.relationships.values():
        part = package.parts.get(relationship.target)
        if part is not None and relationship.kind in kinds and not relationship.external:
            yield kinds[relationship.kind], part


def _plain(part: PackagePart, package: Package, kind: PartKind, where: Where) -> Iterator[Item]:
    gaps: list[Gap] = []
    root = parse(part, package.limits, gaps)
    yield from gaps
    if root is not None:
        yield from _parts(part, Shapes().read(root), kind, where, hidden=False)
        yield from attributes(part, package)


def _is_backdrop(part: PackagePart) -> bool:
    return part.content_type.endswith(("slidemaster+xml", "slidelayout+xml", "notesmaster+xml", "handoutmaster+xml"))


def _backdrop(part: PackagePart, package: Package) -> Iterator[Item]:
    """A master or layout: the prompts that PowerPoint writes are passed over, every other word is read."""
    gaps: list[Gap] = []
    root = parse(part, package.limits, gaps)
    yield from gaps
    if root is not None:
        lines = [line for line in Shapes().read(root) if not _PROMPT.fullmatch(line.text.strip())]
        yield from _parts(part, lines, "body", NOWHERE, hidden=False)
        yield from attributes(part, package)
