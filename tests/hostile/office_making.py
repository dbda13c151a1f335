"""Makes Office packages part by part, so that a case can put its text anywhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from tests.hostile.case import CANARY, HARMLESS, Case

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NAMESPACES = (
    f'xmlns:w="{WORD}" xmlns:a="{DRAWING}" xmlns:p="{SLIDES}" xmlns:r="{OFFICE}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_MAIN = "application/vnd.openxmlformats-officedocument."
Parts = Mapping[str, str | bytes]


def package(parts: Parts, types: Mapping[str, str], *, main: str, comment: bytes = b"") -> bytes:
    """A ZIP of `parts`, with content types and the relationship to the main part added."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        archive.writestr("[Content_Types].xml", content_types(types))
        archive.writestr("_rels/.rels", relationships([("officeDocument", main)]))
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def content_types(types: Mapping[str, str]) -> str:
    rows = "".join(f'<Override PartName="/{name}" ContentType="{_full(kind)}"/>' for name, kind in types.items())
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'
    )


def _full(kind: str) -> str:
    return kind if "/" in kind else _MAIN + kind


def relationships(rows: Sequence[tuple[str, str]]) -> str:
    """`rows` are (kind, target); a target with a scheme is outside. Ids are rId1, rId2, …"""
    text = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if ":" in target else "/>")
        for number, (kind, target) in enumerate(rows, start=1)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{text}</Relationships>'


def word(
    body: str,
    *,
    parts: Parts | None = None,
    types: Mapping[str, str] | None = None,
    links: Sequence[tuple[str, str]] = (),
    main_type: str = "wordprocessingml.document.main+xml",
    comment: bytes = b"",
) -> bytes:
    """A DOCX whose body is `body` behind one harmless paragraph."""
    document = (
        f"<w:document {NAMESPACES}><w:body>{paragraph('Minutes of the weekly meeting.')}{body}</w:body></w:document>"
    )
    everything: dict[str, str | bytes] = {"word/document.xml": document, **(parts or {})}
    if links:
        everything["word/_rels/document.xml.rels"] = relationships(links)
    return package(
        everything, {"word/document.xml": main_type, **(types or {})}, main="word/document.xml", comment=comment
    )


def paragraph(text: str, properties: str = "", run: str = "") -> str:
    return f"<w:p>{properties}<w:r>{run}<w:t>{text}</w:t></w:r></w:p>"


def story(tag: str, text: str, *, name: str, kind: str, inner: str = "") -> bytes:
    """A DOCX with a second story (header, comments, notes …) of root `tag`, in part `name`."""
    content = f"<w:{inner}>{paragraph(text)}</w:{inner}>" if inner else paragraph(text)
    return word(
        "",
        parts={f"word/{name}.xml": f"<w:{tag} {NAMESPACES}>{content}</w:{tag}>"},
        types={f"word/{name}.xml": f"wordprocessingml.{kind}+xml"},
        links=[(kind, f"{name}.xml")],
    )


def beside(name: str, data: str | bytes, kind: str = "", content_type: str = "") -> bytes:
    """A DOCX with one more part; without `kind` nothing points to it."""
    return word(
        "",
        parts={name: data},
        types={name: content_type} if content_type else {},
        links=[(kind, "/" + name)] if kind else (),
    )


def slides(
    shapes: str,
    *,
    attributes: str = "",
    parts: Parts | None = None,
    types: Mapping[str, str] | None = None,
    links: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A PPTX of one slide with `shapes` behind a harmless title."""
    title = shape("Weekly meeting", placeholder='<p:ph type="title"/>')
    slide = f"<p:sld {NAMESPACES} {attributes}><p:cSld><p:spTree>{title}{shapes}</p:spTree></p:cSld></p:sld>"
    deck = (
        f'<p:presentation {NAMESPACES}><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/></p:presentation>'
    )
    everything: dict[str, str | bytes] = {
        "ppt/presentation.xml": deck,
        "ppt/_rels/presentation.xml.rels": relationships([("slide", "slides/slide1.xml")]),
        "ppt/slides/slide1.xml": slide,
        **(parts or {}),
    }
    if links:
        everything["ppt/slides/_rels/slide1.xml.rels"] = relationships(links)
    names = {
        "ppt/presentation.xml": "presentationml.presentation.main+xml",
        "ppt/slides/slide1.xml": "presentationml.slide+xml",
    }
    return package(everything, {**names, **(types or {})}, main="ppt/presentation.xml")


def shape(text: str, *, placeholder: str = "", properties: str = "", name: str = 'name="Box"') -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" {name}/><p:cNvSpPr/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{properties}</p:spPr><p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def at(x: int, y: int) -> str:
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="3000000" cy="500000"/></a:xfrm>'


def workbook(
    rows: str,
    *,
    before: str = "",
    after: str = "",
    state: str = "",
    names: str = "",
    styles: str = "",
    strings: Sequence[str] = (),
    parts: Parts | None = None,
    types: Mapping[str, str] | None = None,
    links: Sequence[tuple[str, str]] = (),
) -> bytes:
    """An XLSX: a harmless first sheet, and a second one of `rows` with `state`."""
    head = f'<worksheet xmlns="{SHEETS}" xmlns:r="{OFFICE}">'
    plain = f'{head}<sheetData><row r="1">{cell("Room")}{cell("Colour", "B1")}</row></sheetData></worksheet>'
    book = (
        f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets><sheet name="Rooms" sheetId="1" r:id="rId1"/>'
        f'<sheet name="Data" sheetId="2" r:id="rId2" {state}/></sheets>{names}</workbook>'
    )
    everything: dict[str, str | bytes] = {
        "xl/workbook.xml": book,
        "xl/worksheets/sheet1.xml": plain,
        "xl/worksheets/sheet2.xml": f"{head}{before}<sheetData>{rows}</sheetData>{after}</worksheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}">' + "".join(f"<si><t>{s}</t></si>" for s in strings) + "</sst>",
        "xl/styles.xml": f'<styleSheet xmlns="{SHEETS}">{styles}</styleSheet>',
        "xl/_rels/workbook.xml.rels": relationships(
            [
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("sharedStrings", "sharedStrings.xml"),
                ("styles", "styles.xml"),
                *links,
            ]
        ),
        **(parts or {}),
    }
    kinds = {
        "xl/workbook.xml": "spreadsheetml.sheet.main+xml",
        "xl/worksheets/sheet1.xml": "spreadsheetml.worksheet+xml",
        "xl/worksheets/sheet2.xml": "spreadsheetml.worksheet+xml",
        "xl/sharedStrings.xml": "spreadsheetml.sharedStrings+xml",
        "xl/styles.xml": "spreadsheetml.styles+xml",
    }
    return package(everything, {**kinds, **(types or {})}, main="xl/workbook.xml")


def cell(text: str, place: str = "A1", attributes: str = "") -> str:
    return f'<c r="{place}" t="inlineStr" {attributes}><is><t>{text}</t></is></c>'


def row(text: str, attributes: str = "", *, column: str = "A") -> str:
    return f'<row r="1" {attributes}>{cell(text, column + "1")}</row>'


def office_case(
    number: int,
    name: str,
    data: Callable[[str], bytes],
    filename: str = "minutes.docx",
    *,
    expect: Literal["read", "hold"] = "read",
    code: str = "",
) -> Case:
    """The case `data` makes of the canary, with a twin of harmless text where it must be read."""
    return Case(
        row=number,
        name=f"{filename.rpartition('.')[2]}-{name}",
        filename=filename,
        data=lambda: data(CANARY),
        expect=expect,
        code=code,
        twin=(lambda: data(HARMLESS)) if expect == "read" else None,
    )
