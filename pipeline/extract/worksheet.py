"""Reads one worksheet of SpreadsheetML: rows as shown, cells hidden from view, formulas, and print headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.extract import numberformat
from pipeline.extract.ooxml import local, texts
from pipeline.extract.ooxml_words import text_lines

_REFERENCE = re.compile(
    r"\$?[A-Z]{1,3}\$?\d+|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\b(?:TRUE|FALSE)\b|[A-Z][A-Z0-9.]*\(|_xl\w+\."
)
_PIECE = re.compile(r'(?:UNI)?CHAR\((\d{1,7})\)|"((?:[^"]|"")*)"')
_HEADER_CODE = re.compile(r'&"[^"]*"|&K(?:[0-9A-F]{6}|\d\d[+-]\d{3})|&\d+|&[A-Z+-]')
_WHITE = ("FFFFFFFF", "00FFFFFF")


@dataclass(slots=True)
class Book:
    """What the sheets of one workbook share: strings, number formats, and which cell styles hide their cells."""

    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    hiding: set[int] = field(default_factory=set)
    epoch_1904: bool = False
    used: set[int] = field(default_factory=set)

    def cell(self, element: etree._Element) -> str:
        """A cell's text as shown."""
        kind, raw = element.get("t"), ""
        for child in element:
            name = local(child)
            if name == "v":
                raw = child.text or ""
            elif name == "is":
                return "".join(texts(child))
        if kind == "s" and raw.isdigit() and int(raw) < len(self.strings):
            self.used.add(int(raw))
            return self.strings[int(raw)]
        if kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE"
        if kind in (None, "n") and raw:
            style = element.get("s") or "0"
            code = self.formats[int(style)] if style.isdigit() and int(style) < len(self.formats) else "General"
            return numberformat.shown(raw, code, epoch_1904=self.epoch_1904)
        return raw


@dataclass(slots=True)
class Row:
    """One row: the reference of its first cell, what is seen, and what is there but not seen."""

    cell: str
    shown: list[str]
    hidden: list[str]


@dataclass(slots=True)
class Sheet:
    rows: list[Row] = field(default_factory=list)
    formulas: dict[str, None] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)


def read(root: etree._Element, book: Book) -> Sheet:
    """Everything on the sheet; `other` holds validation lists, conditional formats and whatever else has text."""
    sheet = Sheet()
    columns: list[tuple[int, int]] = []
    for child in root:
        name = local(child)
        if name == "cols":
            columns = list(_hidden_columns(child))
        elif name == "sheetData":
            sheet.rows.extend(_rows(child, book, columns, sheet))
        elif name == "headerFooter":
            sheet.headers.extend(filter(None, (_print_header(text) for text in texts(child))))
        else:
            lines = (_print_header(line) if line.startswith("&") else line for line in text_lines(child))
            sheet.other.extend(line for line in lines if _words(line))
    return sheet


def styles(root: etree._Element, book: Book) -> None:
    """Fill in number formats, and the cell styles that hide their cells: `;;;`, or white on white."""
    custom: dict[int, str] = {}
    white_fonts, filled = set(), set()
    for group in root:
        name = local(group)
        if name == "numFmts":
            custom = {int(row.get("numFmtId") or 0): row.get("formatCode") or "" for row in group}
        elif name == "fonts":
            white_fonts = {number for number, font in enumerate(group) if _is_white(font)}
        elif name == "fills":
            filled = {number for number, fill in enumerate(group) if _is_filled(fill)}
        elif name == "cellXfs":
            for number, xf in enumerate(group):
                code = numberformat.code_of(int(xf.get("numFmtId") or 0), custom)
                book.formats.append(code)
                white = int(xf.get("fontId") or 0) in white_fonts and int(xf.get("fillId") or 0) not in filled
                if white or numberformat.hides(code):
                    book.hiding.add(number)


def shared_strings(root: etree._Element) -> list[str]:
    """One string an item; what is no item comes as a string that no cell refers to."""
    return ["".join(texts(item)) for item in sorted(root, key=lambda item: local(item) != "si")]


def _rows(data: etree._Element, book: Book, columns: list[tuple[int, int]], sheet: Sheet) -> Iterator[Row]:
    for element in data:
        row = Row("", [], [])
        row_hidden = element.get("hidden") in ("1", "true") or element.get("ht") == "0"
        sheet.other.extend(_loose(element))
        for place, cell in enumerate(element, start=1):
            sheet.other.extend(_loose(cell))
            for child in cell:
                if local(child) not in ("v", "is") and child.text and _words(child.text):
                    sheet.formulas[child.text] = None
            text = book.cell(cell).strip()
            if text:
                row.cell = row.cell or cell.get("r") or ""
                unseen = row_hidden or _style(cell) in book.hiding or (columns and _covered(cell, place, columns))
                (row.hidden if unseen else row.shown).append(text)
        if row.shown or row.hidden:
            yield row


def _loose(element: etree._Element) -> Iterator[str]:
    """Text where the format has none: in a row or cell itself, or behind it."""
    for text in (element.text, element.tail):
        if text and text.strip():
            yield text


def spelled(formula: str) -> str:
    """The text that a formula builds from literals and CHAR(), joined; the formula itself where it builds none."""
    pieces = [chr(int(code)) if code and int(code) < 0x110000 else text for code, text in _PIECE.findall(formula)]
    return f"{formula}\n{''.join(pieces)}" if len(pieces) > 1 else formula


def _words(text: str) -> bool:
    """Whether letters are left once references and function names are taken away."""
    if '"' in text or "CHAR(" in text.upper():
        return True
    return re.search(r"[^\W\d_]{2,}", _REFERENCE.sub("", text)) is not None


def _style(cell: etree._Element) -> int:
    style = cell.get("s") or ""
    return int(style) if style.isdigit() else -1


def _hidden_columns(columns: etree._Element) -> Iterator[tuple[int, int]]:
    for column in columns:
        if column.get("hidden") in ("1", "true") or column.get("width") == "0":
            yield int(column.get("min") or 0), int(column.get("max") or 0)


def _covered(cell: etree._Element, place: int, columns: list[tuple[int, int]]) -> bool:
    letters = (cell.get("r") or "").rstrip("0123456789")
    if letters:
        place = 0
        for letter in letters.upper():
            place = place * 26 + ord(letter) - 64
    return any(first <= place <= last for first, last in columns)


def _print_header(text: str) -> str:
    return " ".join(_HEADER_CODE.sub(" ", text).split())


def _is_white(font: etree._Element) -> bool:
    colours = [child for child in font if local(child) == "color"]
    return any(c.get("rgb") in _WHITE or (c.get("theme") == "0" and not c.get("tint")) for c in colours)


def _is_filled(fill: etree._Element) -> bool:
    for pattern in fill:
        if local(pattern) == "patternFill" and pattern.get("patternType") in (None, "none"):
            continue
        colours = [child.get("rgb") for child in pattern if local(child) == "fgColor"]
        return colours not in (["FFFFFFFF"], ["00FFFFFF"])
    return False
