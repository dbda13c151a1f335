"""Workbooks that hide text in states, formats, formulas, caches and records (rows 31 to 45 and 78)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

from tests.hostile.case import Case
from tests.hostile.office_making import NAMESPACES, SHEETS, cell, office_case, row, workbook
from tests.hostile.office_records import biff, native_stream, vba_module, xls

Make = Callable[[str], bytes]

_EXCEL = "application/vnd.ms-excel."
_STYLED = 's="1"'


def sheet_part(name: str, content: str, content_type: str = "", kind: str = "customXml") -> Make:
    """An XLSX whose workbook points to a part of `content`."""
    return lambda text: workbook(
        row("Blue"),
        parts={f"xl/{name}": content.format(text)},
        types={f"xl/{name}": content_type} if content_type else {},
        links=[(kind, name)],
    )


_WHITE = (
    '<fonts><font/><font><color rgb="FFFFFFFF"/></font></fonts><fills><fill/></fills>'
    '<cellXfs><xf fontId="0" fillId="0"/><xf fontId="1" fillId="0"/></cellXfs>'
)
_NOTHING = '<numFmts><numFmt numFmtId="170" formatCode=";;;"/></numFmts><cellXfs><xf/><xf numFmtId="170"/></cellXfs>'


def after(pattern: str) -> Make:
    """A workbook with `pattern` behind the cells of its second sheet."""
    return lambda text: workbook(row("Blue"), after=pattern.format(text))


def names(pattern: str) -> Make:
    """A workbook with `pattern` among its defined names."""
    return lambda text: workbook(row("Blue"), names=f"<definedNames>{pattern.format(text)}</definedNames>")


def styled(styles: str) -> Make:
    """A workbook whose text has the second cell style of `styles`."""
    return lambda text: workbook(f'<row r="1">{cell(text, attributes=_STYLED)}</row>', styles=styles)


def formula(pattern: str, shown: str) -> Make:
    return lambda text: workbook(f'<row r="1"><c r="A1" t="str"><f>{pattern.format(text)}</f><v>{shown}</v></c></row>')


def spelled_by_codes(text: str) -> bytes:
    codes = "&amp;".join(f"CHAR({ord(char)})" for char in text)
    return workbook(f'<row r="1"><c r="A1" t="str"><f>{codes}</f><v>Blue</v></c></row>')


def macro_sheet(text: str) -> bytes:
    content = f'<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">{"{}"}</xm:macrosheet>'
    rows = f"<sheetData><row r='1'>{cell(text)}</row></sheetData>"
    return sheet_part("macrosheets/sheet1.xml", content.format(rows), _EXCEL + "macrosheet+xml")("")


def xls_note(text: str) -> bytes:
    box = biff(0x1B6, struct.pack("<HHHHHHHHH", 0, 0, 0, 0, 0, len(text), 16, 0, 0))
    return xls(sheet=box + biff(0x3C, b"\0" + text.encode()))


def xls_name(text: str) -> bytes:
    token = b"\x17" + struct.pack("<BB", len(text), 0) + text.encode()
    payload = struct.pack("<HBBHHHBBBB", 0, 0, 4, len(token), 0, 0, 0, 0, 0, 0) + b"\0Rate" + token
    return xls(globals_=biff(0x18, payload))


def xls_header(text: str) -> bytes:
    return xls(sheet=biff(0x14, struct.pack("<HB", len(text) + 2, 0) + b"&L" + text.encode()))


def xls_object(text: str) -> bytes:
    return xls(more={"MBD0001/\x01Ole10Native": native_stream(text.encode(), "note.txt")})


def xls_password(text: str) -> bytes:
    return xls(text, globals_=biff(0x2F, struct.pack("<HHH", 0, 1, 1) + b"\x11" * 48))


def ods(content: str) -> Make:
    def build(text: str) -> bytes:
        out = io.BytesIO()
        spaces = " ".join(
            f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
            for name in ("office", "table", "text", "style")
        )
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr(
                "content.xml", f"<office:document-content {spaces}>{content.format(text)}</office:document-content>"
            )
        return out.getvalue()

    return build


def _book(number: int, name: str, data: Make, code: str = "") -> Case:
    return office_case(number, name, data, "rooms.xlsx", code=code)


_COMMENTS = f'<comments xmlns="{SHEETS}"><comment><text><r><t>{{}}</t></r></text></comment></comments>'
_THREAD = "<ThreadedComments><threadedComment><text>{}</text></threadedComment></ThreadedComments>"
_TEXT_BOX = f"<wsDr {NAMESPACES}><a:p><a:r><a:t>{{}}</a:t></a:r></a:p></wsDr>"
_VML = "<xml xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox><div>{}<br></div></v:textbox></xml>"
_LIST = '<dataValidations><dataValidation><formula1>"{}"</formula1></dataValidation></dataValidations>'
_RULE = '<conditionalFormatting><cfRule><formula>A1="{}"</formula></cfRule></conditionalFormatting>'
_PIVOT = '<pivotCacheDefinition><sharedItems><s v="{}"/></sharedItems></pivotCacheDefinition>'
_CACHE = "<externalLink><sheetData><row><cell><v>{}</v></cell></row></sheetData></externalLink>"
_LOOSE_SHEET = f'<worksheet xmlns="{SHEETS}"><sheetData><row>{cell("{}")}</row></sheetData></worksheet>'
_THIRD = '<column/><sheets><sheet name="{}" sheetId="3"/></sheets>'
_COLUMN = '<cols><col min="3" max="3" hidden="1"/></cols>'

_XML_CASES = [
    _book(33, "comment", sheet_part("comments1.xml", _COMMENTS, "spreadsheetml.comments+xml")),
    _book(33, "threaded", sheet_part("threadedComments/c1.xml", _THREAD, _EXCEL + "threadedcomments+xml")),
    _book(33, "person", sheet_part("persons/person.xml", '<personList><person displayName="{}"/></personList>')),
    _book(34, "print-header", after("<headerFooter><oddHeader>&amp;L{}</oddHeader></headerFooter>")),
    _book(35, "text-box", sheet_part("drawings/drawing1.xml", _TEXT_BOX, "drawingml.drawing+xml")),
    _book(35, "vml", sheet_part("drawings/vmlDrawing1.vml", _VML)),
    _book(37, "hidden-sheet", lambda t: workbook(row(t), state='state="hidden"'), code="hidden_part"),
    _book(37, "very-hidden-sheet", lambda t: workbook(row(t), state='state="veryHidden"'), code="hidden_part"),
    _book(37, "hidden-row", lambda t: workbook(row(t, 'hidden="1"')), code="invisible_text"),
    _book(37, "hidden-column", lambda t: workbook(row(t, column="C"), before=_COLUMN), code="invisible_text"),
    _book(37, "white", styled(_WHITE), code="invisible_text"),
    _book(37, "empty-format", styled(_NOTHING), code="invisible_text"),
    _book(38, "name", names('<definedName name="Rate">"{}"</definedName>')),
    _book(38, "name-comment", names('<definedName name="Rate" comment="{}">1</definedName>')),
    _book(38, "validation", after(_LIST)),
    _book(38, "prompt", after('<dataValidations><dataValidation prompt="{}"/></dataValidations>')),
    _book(38, "conditional", after(_RULE)),
    _book(38, "pivot-items", sheet_part("pivotCache/pivotCacheDefinition1.xml", _PIVOT)),
    _book(
        38,
        "pivot-records",
        sheet_part("pivotCache/records1.xml", '<r><s v="{}"/></r>'),
    ),
    _book(
        38,
        "connection",
        sheet_part("connections.xml", '<connections><dbPr command="{}"/></connections>'),
    ),
    _book(38, "external-cache", sheet_part("externalLinks/externalLink1.xml", _CACHE)),
    _book(38, "custom-xml", sheet_part("customXml/item1.xml", "<root><a>{}</a></root>")),
    _book(39, "formula-only", formula('"{}"&amp;""', "Blue")),
    _book(39, "cache-only", lambda text: formula("1+1", text)("")),
    _book(39, "char-codes", spelled_by_codes),
    _book(44, "unreferenced-string", lambda t: workbook(row("Blue"), strings=[t])),
    _book(44, "unlisted-sheet", sheet_part("worksheets/sheet9.xml", _LOOSE_SHEET, "spreadsheetml.worksheet+xml")),
    _book(45, "macro-sheet", macro_sheet, code="macros"),
    _book(78, "sheet-name", lambda t: workbook(row("Blue"), names=_THIRD.format(t))),
]

_BINARY_CASES = [
    office_case(31, "password", xls_password, "rooms.xls", expect="hold", code="encrypted"),
    office_case(33, "comment", xls_note, "rooms.xls"),
    office_case(34, "print-header", xls_header, "rooms.xls"),
    office_case(37, "cell", xls, "rooms.xls"),
    office_case(37, "hidden-sheet", lambda t: xls(t, hidden=1), "rooms.xls", code="hidden_part"),
    office_case(38, "name", xls_name, "rooms.xls"),
    office_case(
        42,
        "ole-native",
        xls_object,
        "rooms.xls",
    ),
    office_case(
        45, "macros", lambda t: xls(more={"_VBA/VBA/Module1": vba_module(f"' {t}")}), "rooms.xls", code="macros"
    ),
]

_CELL = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
_NOTE = "<table:table-cell><office:annotation><text:p>{}</text:p></office:annotation></table:table-cell>"
_HIDING = "<style:style style:name='h'><style:table-properties table:display='false'/></style:style>"
_HIDDEN = "table:style-name='h'"
_CONDITION = "<table:content-validations><table:content-validation table:condition='{}'/></table:content-validations>"


def _table(cell: str, *, row: str = "", table: str = "") -> str:
    return f"<table:table {table}><table:table-row {row}>{cell}</table:table-row></table:table>"


_ODS_CASES = [
    office_case(33, "comment", ods(_table(_NOTE)), "rooms.ods"),
    office_case(
        37, "hidden-row", ods(_table(_CELL, row="table:visibility='collapse'")), "rooms.ods", code="invisible_text"
    ),
    office_case(37, "hidden-sheet", ods(_HIDING + _table(_CELL, table=_HIDDEN)), "rooms.ods", code="hidden_part"),
    office_case(38, "validation", ods(_CONDITION), "rooms.ods"),
]

CASES = _XML_CASES + _BINARY_CASES + _ODS_CASES
