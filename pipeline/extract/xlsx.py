"""Reads workbooks in XML (XLSX, XLSM, XLTX, XLTM): every sheet whatever its state, and all other parts."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipeline.extract import worksheet
from pipeline.extract.ooxml import Package, PackagePart, attribute, local, open_package, parse
from pipeline.extract.ooxml_rest import Item, attributes, read_rest
from pipeline.extract.ooxml_words import text_lines
from pipeline.extract.parts import PartBuilder
from pipeline.extract.worksheet import Book
from pipeline.extract.zipped import Budget
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part, Where


def extract(blob: Blob, limits: Limits) -> Iterator[Item]:
    """All text and numbers of a SpreadsheetML package; one part a sheet, hidden cells and formulas apart."""
    package = open_package(blob.data, limits, Budget(limits))
    gaps: list[Gap] = []
    main = package.target("officeDocument")
    root = parse(main, limits, gaps) if main else None
    if main is None or root is None:
        yield Gap(stage="extract", code="damaged", path=blob.name, detail="the main part is missing")
        yield from gaps
        yield from read_rest(package, set())
        return
    taken = {main.key}
    book = _book(root, main, package, taken, gaps)
    for name, state, part in _sheets(root, main, package):
        taken.add(part.key)
        yield from _sheet(name, state, part, package, book)
    yield from _unreferenced(book)
    yield from _names(main, root)
    yield from attributes(main, package)
    yield from gaps
    yield from read_rest(package, taken)


def _book(root: etree._Element, main: PackagePart, package: Package, taken: set[str], gaps: list[Gap]) -> Book:
    book = Book()
    for relationship in main.relationships.values():
        part = package.parts.get(relationship.target)
        if part is None or relationship.kind not in ("sharedStrings", "styles"):
            continue
        tree = parse(part, package.limits, gaps)
        if tree is not None and relationship.kind == "sharedStrings":
            taken.add(part.key)
            book.strings = worksheet.shared_strings(tree)
        elif tree is not None:
            worksheet.styles(tree, book)
    for child in root:
        if local(child) == "workbookPr":
            book.epoch_1904 = child.get("date1904") in ("1", "true")
    return book


def _sheets(root: etree._Element, main: PackagePart, package: Package) -> Iterator[tuple[str, str, PackagePart]]:
    """Name, state and part of each sheet; then sheet parts that the workbook does not list."""
    seen: set[str] = set()
    for element in root.iter():
        if local(element) == "sheet":
            relationship = main.relationships.get(attribute(element, "id") or "")
            part = package.parts.get(relationship.target) if relationship else None
            if part and part.key not in seen and _is_sheet(part):
                seen.add(part.key)
                yield element.get("name") or "", element.get("state") or "visible", part
    for part in package.parts.values():
        if part.key not in seen and _is_sheet(part):
            yield part.name, "unlisted", part


def _is_sheet(part: PackagePart) -> bool:
    return part.content_type.endswith(("worksheet+xml", "macrosheet+xml", "dialogsheet+xml"))


def _sheet(name: str, state: str, part: PackagePart, package: Package, book: Book) -> Iterator[Item]:
    gaps: list[Gap] = []
    root = parse(part, package.limits, gaps)
    yield from gaps
    if root is None:
        return
    hidden = state != "visible"
    if hidden:
        yield Notice(code="hidden_part", path=part.name, visibility="hidden", detail=f"sheet {name!r} is {state}")
    if "macrosheet" in part.content_type:
        yield Notice(code="macros", path=part.name, detail="a sheet of Excel 4 macros")
    sheet = worksheet.read(root, book)
    place = Where(sheet=name)
    seen = PartBuilder(kind="table", path=part.name, visibility="hidden" if hidden else "visible", where=place)
    unseen = PartBuilder(kind="table", path=f"{part.name}#hidden", visibility="hidden", where=place)
    for row in sheet.rows:
        where = Where(sheet=name, cell=row.cell or None)
        seen.add(" | ".join(row.shown), role="row" if seen else "header_row", where=where)
        unseen.add(" | ".join(row.hidden), role="row", where=where)
    yield from seen.parts()
    yield from unseen.parts()
    if unseen:
        yield Notice(code="invisible_text", path=part.name, visibility="hidden", detail=f"cells of {name!r}")
    yield from _lines(part, "header", sheet.headers, "#print", place)
    yield from _lines(part, "code", [worksheet.spelled(formula) for formula in sheet.formulas], "#formulas", place)
    yield from _lines(part, "metadata", sheet.other, "#other", place)
    yield from attributes(part, package)


def _lines(part: PackagePart, kind: str, lines: list[str], suffix: str, where: Where) -> Iterator[Part]:
    builder = PartBuilder(
        kind="header" if kind == "header" else "code" if kind == "code" else "metadata",
        path=part.name + suffix,
        visibility="visible" if kind == "header" else "hidden",
        where=where,
    )
    for line in dict.fromkeys(lines):
        builder.add(line, role="line")
    yield from builder.parts()


def _unreferenced(book: Book) -> Iterator[Part]:
    """Strings that no cell shows any more: Excel drops them at the next save, other writers do not."""
    builder = PartBuilder(kind="table", path="xl/sharedStrings.xml#unreferenced", visibility="hidden")
    for number, text in enumerate(book.strings):
        if number not in book.used:
            builder.add(text, role="row")
    yield from builder.parts()


def _names(main: PackagePart, root: etree._Element) -> Iterator[Part]:
    """Sheet names and defined names with what they stand for."""
    builder = PartBuilder(kind="name", path=f"{main.name}#names")
    for element in root.iter():
        if local(element) == "sheet":
            builder.add(element.get("name") or "", role="line")
        elif local(element) == "definedName" and not (element.get("name") or "").startswith("_xlnm."):
            builder.add(f"{element.get('name')} = {element.text or ''}", role="line")
    yield from builder.parts()
    other = PartBuilder(kind="metadata", path=f"{main.name}#other", visibility="hidden")
    for child in root:
        for line in text_lines(child) if local(child) not in ("sheets", "definedNames") else ():
            other.add(line, role="line")
    yield from other.parts()
