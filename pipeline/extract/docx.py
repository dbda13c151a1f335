"""Reads Word documents and templates (DOCX, DOCM, DOTX, DOTM): every part of the package, each text where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.extract import office_templates
from pipeline.extract.embedded import child
from pipeline.extract.ooxml import Package, PackagePart, open_package, parse
from pipeline.extract.ooxml_rest import Item, attributes, read_rest
from pipeline.extract.parts import PartBuilder
from pipeline.extract.wordprocessing import Story
from pipeline.extract.wordstyles import Styles
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, PartKind

_STORIES: dict[str, PartKind] = {
    "header": "header",
    "footer": "header",
    "footnotes": "note",
    "endnotes": "note",
    "comments": "comment",
}


def warm(profile: str) -> None:
    """Learn what the templates of the libraries look like, while their files can still be opened."""
    office_templates.learn()


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """All text of a WordprocessingML package; embedded files and pictures come out as children."""
    package = open_package(blob.data, limits, Budget(limits))
    gaps: list[Gap] = []
    main = package.target("officeDocument")
    if main is None:
        yield Gap(stage="extract", code="damaged", path=blob.name, detail="the main part is missing")
    styles = _styles(package, main, gaps)
    taken: set[str] = set()
    for part in _ordered(package, main):
        kind = "body" if part is main or "glossary" in part.content_type else _kind(part)
        if kind:
            taken.add(part.key)
            yield from _story(part, kind, styles, package)
        elif "afchunk" in part.key or _is_chunk(part, main):
            taken.add(part.key)
            yield child(part.data, part.name)
    yield from gaps
    yield from read_rest(package, taken)


def _story(part: PackagePart, kind: PartKind, styles: Styles, package: Package) -> Iterator[Item]:
    gaps: list[Gap] = []
    root = parse(part, package.limits, gaps)
    yield from gaps
    if root is None:
        return
    hidden = "glossary" in part.key
    story = Story(part.name, kind, styles, visibility="hidden" if hidden else "visible")
    story.read(root)
    yield from story.parts()
    yield from story.notices()
    codes = PartBuilder(kind="metadata", path=f"{part.name}#fields", visibility="hidden")
    for code in dict.fromkeys(story.codes):
        codes.add(code, role="line")
    yield from codes.parts()
    yield from attributes(part, package)


def _styles(package: Package, main: PackagePart | None, gaps: list[Gap]) -> Styles:
    for relationship in main.relationships.values() if main else ():
        if relationship.kind == "styles" and relationship.target in package.parts:
            part = package.parts[relationship.target]
            styles = Styles.of_text(part.text)
            root = parse(part, package.limits, gaps) if styles is None else None
            return styles or (Styles() if root is None else Styles.of_tree(root))
    return Styles()


def _ordered(package: Package, main: PackagePart | None) -> list[PackagePart]:
    """The main part first, then the package's own order."""
    return sorted(package.parts.values(), key=lambda part: part is not main)


def _kind(part: PackagePart) -> PartKind | None:
    """What story a part tells, by its content type; by its name where the type is missing."""
    if "wordprocessingml" in part.content_type:
        word = part.content_type.rpartition("wordprocessingml.")[2].partition("+")[0]
    elif part.content_type in ("", "application/xml") and part.key.startswith("word/"):
        word = part.key.removeprefix("word/").partition(".")[0].rstrip("0123456789")
    else:
        return None
    return _STORIES.get(word) or ("body" if word == "document" or word.endswith(".main") else None)


def _is_chunk(part: PackagePart, main: PackagePart | None) -> bool:
    return main is not None and any(r.kind == "aFChunk" and r.target == part.key for r in main.relationships.values())
