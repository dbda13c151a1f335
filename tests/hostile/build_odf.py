"""OpenDocument files and EPUB books that hide: deletions, comments, styles, macros, encryption, rights management."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial

from tests.hostile.case import CANARY, HARMLESS, Case

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("meta", "meta"),
        ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"), ("presentation", "presentation"), ("script", "script"),
    ]
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip
XML = '<?xml version="1.0" encoding="UTF-8"?>'
TEXT = "application/vnd.oasis.opendocument.text"
MANIFEST = 'xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'


def content(body: str, *, styles: str = "", kind: str = "text") -> str:
    return (
        f"{XML}<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )


def package(members: dict[str, str | bytes], media_type: str = TEXT) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), media_type)
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def document(body: str, *, styles: str = "", **members: str) -> bytes:
    text = f"<text:h>Canteen</text:h><text:p>The soup is good.</text:p>{body}"
    return package(
        {"content.xml": content(text, styles=styles)}
        | {key.replace("__", "/"): value for key, value in members.items()}
    )


def slides(inside: str, *, hidden: bool = False) -> bytes:
    visibility = "hidden" if hidden else "visible"
    properties = f'<style:drawing-page-properties presentation:visibility="{visibility}"/>'
    style = f'<style:style style:name="dp1">{properties}</style:style>'
    page = f'<draw:page draw:name="One" draw:style-name="dp1"><text:p>Canteen</text:p>{inside}</draw:page>'
    return package(
        {"content.xml": content(page, styles=style, kind="presentation")}, TEXT.replace("text", "presentation")
    )


def read(row: int, name: str, build: Callable[[str], bytes], filename: str = "note.odt", code: str = "") -> Case:
    return Case(
        row=row, name=f"odf-{name}", filename=filename, expect="read", code=code,
        data=partial(build, CANARY), twin=partial(build, HARMLESS),
    )  # fmt: skip


def hidden_by_style(properties: str, text: str) -> bytes:
    style = f'<style:style style:name="T1"><style:text-properties {properties}/></style:style>'
    return document(f'<text:p>x <text:span text:style-name="T1">{text}</text:span></text:p>', styles=style)


def deletion(text: str) -> str:
    return (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>Ada</dc:creator>"
        f"</office:change-info><text:p>{text}</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    )


def header(text: str) -> str:
    return (
        f"{XML}<office:document-styles {NAMESPACES}><office:master-styles><style:master-page>"
        f"<style:header-first><text:p>{text}</text:p></style:header-first></style:master-page></office:master-styles>"
        "</office:document-styles>"
    )


def module(text: str) -> str:
    doctype = '<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">'
    return f"{XML}{doctype}<script:module {NAMESPACES}>Sub Main\n' {text}\nEnd Sub</script:module>"


def encrypted() -> bytes:
    entry = '<m:file-entry m:full-path="content.xml"><m:encryption-data m:checksum="x"/></m:file-entry>'
    return package(
        {"content.xml": bytes(range(256)), "META-INF/manifest.xml": f"{XML}<m:manifest {MANIFEST}>{entry}</m:manifest>"}
    )


def entity() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    return package({"content.xml": content("<text:p>&e;</text:p>").replace(XML, XML + doctype)})


CONTAINER = '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'


def book(members: dict[str, str], *, about: str = "") -> bytes:
    spine = '<manifest><item id="a" href="a.xhtml"/></manifest><spine><itemref idref="a"/></spine>'
    opf = f"<package><metadata>{about}</metadata>{spine}</package>"
    chapter = "<html><body><h1>Canteen</h1><p>The soup is good.</p></body></html>"
    fixed = {"META-INF/container.xml": CONTAINER, "book.opf": opf, "a.xhtml": chapter}
    return package(fixed | members, "application/epub+zip")


def encryption(algorithm: str) -> dict[str, str]:
    method = f'<EncryptionMethod Algorithm="{algorithm}"/>'
    data = f'<EncryptedData>{method}<CipherData><CipherReference URI="a.xhtml"/></CipherData></EncryptedData>'
    return {"META-INF/encryption.xml": f"<encryption>{data}</encryption>"}


def chapter(text: str) -> str:
    return f"<html><body><p>{text}</p></body></html>"


CASES = [
    read(32, "deletion", lambda text: document(deletion(text))),
    read(
        33,
        "comment",
        lambda text: document(
            "<text:p>x<office:annotation><dc:creator>Ada</dc:creator>"
            f"<text:p>{text}</text:p></office:annotation></text:p>"
        ),
    ),
    read(34, "first-page-header", lambda text: document("", **{"styles.xml": header(text)})),
    read(
        35,
        "footnote",
        lambda text: document(
            "<text:p>x<text:note><text:note-citation>1</text:note-citation>"
            f"<text:note-body><text:p>{text}</text:p></text:note-body></text:note></text:p>"
        ),
    ),
    read(
        35,
        "text-box",
        lambda text: document(
            f"<text:p><draw:frame><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame></text:p>"
        ),
    ),
    read(
        35,
        "formula",
        lambda text: document("", **{"Object 1__content.xml": f"{XML}<math><mtext>{text}</mtext></math>"}),
    ),
    read(36, "display-none", partial(hidden_by_style, 'text:display="none"')),
    read(36, "white", partial(hidden_by_style, 'fo:color="#ffffff"')),
    read(36, "hidden-text", lambda text: document(f'<text:p><text:hidden-text text:string-value="{text}"/></text:p>')),
    read(
        37,
        "collapsed-row",
        lambda text: document(
            '<table:table><table:table-row table:visibility="collapse">'
            f"<table:table-cell><text:p>{text}</text:p></table:table-cell></table:table-row></table:table>"
        ),
    ),
    read(
        40,
        "hidden-slide",
        lambda text: slides(f"<draw:frame><text:p>{text}</text:p></draw:frame>", hidden=True),
        "talk.odp",
    ),
    read(
        40,
        "speaker-notes",
        lambda text: slides(f"<presentation:notes><text:p>{text}</text:p></presentation:notes>"),
        "talk.odp",
    ),
    read(
        41,
        "description",
        lambda text: document(f"<text:p><draw:frame><svg:desc>{text}</svg:desc></draw:frame></text:p>"),
    ),
    read(41, "bookmark-name", lambda text: document(f'<text:p><text:bookmark text:name="{text}"/></text:p>')),
    read(
        11,
        "metadata",
        lambda text: document(
            "",
            **{
                "meta.xml": f"{XML}<office:document-meta {NAMESPACES}><office:meta>"
                f'<meta:user-defined meta:name="n">{text}</meta:user-defined></office:meta></office:document-meta>'
            },
        ),
    ),
    read(13, "xml-comment", lambda text: document(f"<!-- {text} --><text:p>x</text:p>")),
    read(44, "member-without-entry", lambda text: document("", **{"spare__note.txt": text + "\n"})),
    read(45, "basic-macro", lambda text: document("", **{"Basic__Standard__Module1.xml": module(text)}), code="macros"),
    read(
        42, "object-inside", lambda text: document("", **{"Object 1__content.xml": content(f"<text:p>{text}</text:p>")})
    ),
    read(
        48,
        "linked-picture",
        lambda text: document(f'<text:p><draw:image xlink:href="https://example.org/{text}.png"/></text:p>'),
        code="external_reference",
    ),
    read(49, "wrong-extension", lambda text: document(f"<text:p>{text}</text:p>"), "note.docx", "type_mismatch"),
    Case(
        row=1,
        name="odf-encrypted",
        filename="note.odt",
        expect="hold",
        code="encrypted",
        data=encrypted,
        twin=lambda: document(f"<text:p>{HARMLESS}</text:p>"),
    ),
    Case(row=52, name="odf-entity", filename="note.odt", expect="hold", code="limit_xml", data=entity),
    read(44, "book-chapter-beside-the-spine", lambda text: book({"z.xhtml": chapter(text)}), "book.epub"),
    read(11, "book-metadata", lambda text: book({}, about=f"<description>{text}</description>"), "book.epub"),
    read(61, "book-style-sheet", lambda text: book({"s.css": f"/* {text} */"}), "book.epub"),
    Case(
        row=4,
        name="odf-book-rights",
        filename="book.epub",
        expect="hold",
        code="encrypted",
        data=lambda: book(encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")),
        twin=lambda: book(encryption("http://www.idpf.org/2008/embedding")),
    ),
]
