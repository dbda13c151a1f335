"""Reads OpenDocument spreadsheets: rows as shown, hidden sheets, rows and columns, comments, and all other parts."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipeline.extract.ooxml import Package, PackagePart, attribute, local, open_package, parse
from pipeline.extract.ooxml_rest import Item, attributes, read_rest
from pipeline.extract.ooxml_words import text_lines
from pipeline.extract.parts import PartBuilder
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Where

_UNSEEN = ("collapse", "filter")
_MOST_REPEATS = 64


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """All text and numbers of the package; one part a sheet."""
    package = open_package(blob.data, limits, Budget(limits))
    gaps: list[Gap] = []
    manifest = package.parts.get("meta-inf/manifest.xml")
    if manifest is not None and "encryption-data" in manifest.text:
        yield Gap(stage="extract", code="encrypted", path=blob.name)
    content = package.parts.get("content.xml")
    root = parse(content, limits, gaps) if content else None
    yield from gaps
    taken = {"mimetype", "meta-inf/manifest.xml"}
    if content is None or root is None:
        yield Gap(stage="extract", code="damaged", path=blob.name, detail="content.xml cannot be read")
    else:
        taken.add(content.key)
        yield from _content(content, root, package)
    yield from read_rest(package, taken)


def _content(part: PackagePart, root: etree._Element, package: Package) -> Iterator[Item]:
    hidden_styles = {
        attribute(style, "name")
        for style in root.iter()
        if local(style) == "style" and any(attribute(node, "display") == "false" for node in style)
    }
    comments = PartBuilder(kind="comment", path=f"{part.name}#comments")
    other = PartBuilder(kind="body", path=f"{part.name}#other")
    number = 0
    for table in root.iter():
        if local(table) == "table":
            number += 1
            yield from _sheet(table, number, hidden_styles, comments)
        elif local(table) in ("shapes", "tracked-changes", "content-validations", "named-expressions"):
            for line in text_lines(table):
                other.add(line)
    yield from comments.parts()
    yield from other.parts()
    yield from attributes(part, package)


def _sheet(table: etree._Element, number: int, hidden_styles: set[str | None], comments: PartBuilder) -> Iterator[Item]:
    name = attribute(table, "name") or ""
    path, hidden = f"sheet/{number}", attribute(table, "style-name") in hidden_styles
    if hidden:
        yield Notice(code="hidden_part", path=path, visibility="hidden", detail=f"sheet {name!r} is hidden")
    place = Where(sheet=name)
    seen = PartBuilder(kind="table", path=path, visibility="hidden" if hidden else "visible", where=place)
    unseen = PartBuilder(kind="table", path=f"{path}#hidden", visibility="hidden", where=place)
    formulas = PartBuilder(kind="code", path=f"{path}#formulas", visibility="hidden", where=place)
    columns = list(_columns(table))
    line = 0
    for row in table.iter():
        if local(row) != "table-row":
            continue
        where = Where(sheet=name, cell=f"A{line + 1}")
        line += _count(row, "number-rows-repeated")
        shown, covered = _row(row, columns, comments, formulas)
        if attribute(row, "visibility") in _UNSEEN:
            shown, covered = [], shown + covered
        seen.add(" | ".join(shown), role="row" if seen else "header_row", where=where)
        unseen.add(" | ".join(covered), role="row", where=where)
    if unseen:
        yield Notice(code="invisible_text", path=path, visibility="hidden", detail=f"cells of {name!r}")
    for builder in (seen, unseen, formulas):
        yield from builder.parts()


def _row(
    row: etree._Element, columns: list[bool], comments: PartBuilder, formulas: PartBuilder
) -> tuple[list[str], list[str]]:
    """Texts of the cells in sight and of those in hidden columns; comments go to their own part."""
    shown: list[str] = []
    covered: list[str] = []
    column = 0
    for cell in row:
        if local(cell) not in ("table-cell", "covered-table-cell"):
            continue
        lines: list[str] = []
        for child in cell:
            target = comments if local(child) == "annotation" else None
            texts = text_lines(child)
            if target is not None:
                target.add("\n".join(texts))
            else:
                lines.extend(texts)
        formula = attribute(cell, "formula") or ""
        if '"' in formula:
            formulas.add(formula, role="line")
        text = " ".join(lines) or attribute(cell, "string-value") or (attribute(cell, "value") or "")
        hidden = column < len(columns) and columns[column]
        column += _count(cell, "number-columns-repeated")
        if text:
            (covered if hidden else shown).append(text)
    return shown, covered


def _columns(table: etree._Element) -> Iterator[bool]:
    """Whether each column is hidden; what repeats to the edge of the sheet is cut short."""
    for node in table.iter():
        if local(node) == "table-column":
            hidden = attribute(node, "visibility") in _UNSEEN
            yield from [hidden] * min(_count(node, "number-columns-repeated"), 16384 if hidden else _MOST_REPEATS)


def _count(element: etree._Element, name: str) -> int:
    value = attribute(element, name) or "1"
    return int(value) if value.isdigit() else 1
