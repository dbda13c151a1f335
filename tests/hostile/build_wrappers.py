"""Mail and office text in unusual wrappers: flat files, signed and packed messages, broken heads, wrong labels."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable
from functools import partial

from tests.hostile.build_mail import (
    HEAD,
    OID_DATA,
    OID_ENVELOPED,
    OID_SIGNED,
    cms,
    der,
    mail,
    multipart,
    plain,
    read,
    smime,
    yencoded,
)
from tests.hostile.case import CANARY, HARMLESS, Case

OID_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W2003 = "http://schemas.microsoft.com/office/word/2003/wordml"
PKG = "http://schemas.microsoft.com/office/2006/xmlPackage"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
XML = "<?xml version='1.0' encoding='UTF-8'?>\n"


def flat_odf(kind: str, inside: str) -> bytes:
    head = f"xmlns:office='{OFFICE}' xmlns:text='{TEXT}' xmlns:table='{TABLE}'"
    return (
        f"{XML}<office:document {head} office:mimetype='application/vnd.oasis.opendocument.{kind}'>"
        f"<office:body><office:{kind}>{inside}</office:{kind}></office:body></office:document>"
    ).encode()


def flat_odt(text: str) -> bytes:
    return flat_odf("text", f"<text:p>{text[:9]}<text:span>{text[9:]}</text:span></text:p>")


def flat_ods(text: str) -> bytes:
    cell = f"<table:table-cell><text:p>{text}</text:p></table:table-cell>"
    return flat_odf(
        "spreadsheet", f"<table:table table:name='A'><table:table-row>{cell}</table:table-row></table:table>"
    )


def runs(text: str) -> str:
    """A paragraph whose runs cut a word in two."""
    return f"<w:p><w:r><w:t>{text[:7]}</w:t></w:r><w:r><w:t xml:space='preserve'>{text[7:]}</w:t></w:r></w:p>"


def word_2003(text: str) -> bytes:
    body = f"<w:wordDocument xmlns:w='{W2003}'><w:body>{runs(text)}</w:body></w:wordDocument>"
    return f"{XML}<?mso-application progid='Word.Document'?>{body}".encode()


def flat_package(text: str) -> bytes:
    rels = (
        f"<Relationships xmlns='{RELATIONS}'><Relationship Id='r' Target='word/document.xml' "
        "Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument'/></Relationships>"
    )
    document = f"<w:document xmlns:w='{W}'><w:body>{runs(text)}</w:body></w:document>"
    parts = (
        ("/_rels/.rels", "application/vnd.openxmlformats-package.relationships+xml", rels),
        ("/word/document.xml", MAIN, document),
    )
    inside = "".join(
        f"<pkg:part pkg:name='{name}' pkg:contentType='{kind}'><pkg:xmlData>{content}</pkg:xmlData></pkg:part>"
        for name, kind, content in parts
    )
    return (
        f"{XML}<?mso-application progid='Word.Document'?><pkg:package xmlns:pkg='{PKG}'>{inside}</pkg:package>".encode()
    )


def entity(text: str) -> bytes:
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


def compressed(text: str) -> bytes:
    content = der(0x30, der(0x06, OID_DATA), der(0xA0, der(0x04, zlib.compress(entity(text)))))
    return smime(cms(OID_COMPRESSED, der(0x30, der(0x02, b"\0"), der(0x30), content)), "compressed-data")


def signed_data(content: bytes, kind: bytes = OID_DATA) -> bytes:
    inner = der(0x30, der(0x06, kind), der(0xA0, der(0x04, content)))
    return cms(OID_SIGNED, der(0x30, der(0x02, b"\1"), der(0x31), inner, der(0x31)))


def armoured(text: str) -> bytes:
    code = base64.encodebytes(signed_data(entity(text))).replace(b"\n", b"\r\n")
    return b"-----BEGIN PKCS7-----\r\n" + code + b"-----END PKCS7-----\r\n"


def sealed_inside_signed() -> bytes:
    inner = cms(OID_ENVELOPED, der(0x30, der(0x02, b"\0"), der(0x31, bytes(200))))
    return smime(signed_data(inner, OID_ENVELOPED), "signed-data")


def marked_rtf(text: str) -> bytes:
    return b"\xef\xbb\xbf{\\rtf1\\ansi " + text.encode() + b"\\par}"


def closed_twice(text: str) -> bytes:
    return multipart("mixed", plain("Hello."), close="--b--\r\n--b--\r\n", after=text)


def uu_file(text: str) -> bytes:
    data = (text + "\n").encode()
    code = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"The file:\n\nbegin 644 note.txt\n" + code + b"`\nend\n"


def eight_bit_yenc(text: str) -> bytes:
    """A yEnc body with so many bytes that are no text that only the headers make a mail of it."""
    padding = bytes((byte + 42) & 255 for byte in range(200, 256) if (byte + 42) & 255 not in (0, 10, 13, 61))
    return yencoded(text).replace(b"\r\n=yend", padding * 30 + b"\r\n=yend")


def pretended_yenc(text: str) -> bytes:
    return mail("text/plain", f"=ybegin line=128 size={len(text)} name=a.txt\r\n{text}\r\n=yend size={len(text)}\r\n")


def hold(row: int, name: str, build: Callable[[], bytes], code: str, twin: Callable[[], bytes] | None = None) -> Case:
    return Case(row=row, name=name, filename="mail.eml", expect="hold", code=code, data=build, twin=twin)


def packed(text: str, label: str) -> bytes:
    return mail("text/plain; charset=us-ascii", text, extra=f"Content-Transfer-Encoding: {label}\r\n")


CASES = [
    read(49, "flat-odt", flat_odt, "minutes.fodt"),
    read(49, "flat-odt-without-extension", flat_odt, "minutes"),
    read(49, "flat-ods", flat_ods, "table.fods"),
    read(49, "flat-package", flat_package, "minutes.xml"),
    read(49, "word-2003-xml", word_2003, "minutes.xml"),
    read(49, "rtf-behind-a-mark", marked_rtf, "minutes.rtf"),
    Case(
        row=49, name="html-named-doc", filename="minutes.doc", expect="read", code="type_mismatch",
        data=lambda: f"<html><body><p>{CANARY}</p></body></html>".encode(),
        twin=lambda: f"<html><body><p>{HARMLESS}</p></body></html>".encode(),
    ),
    read(55, "blank-lines-before-headers", lambda text: b"\r\n\r\n" + mail("text/plain", text)),
    read(55, "count-before-headers", lambda text: b"812       \n" + mail("text/plain", text), "mail.emlx"),
    read(55, "header-without-colon", lambda text: mail("text/plain", "Hello.", extra=f"{text}\r\n")),
    read(
        55,
        "injected-header",
        lambda text: mail("text/plain", "Hello.", head=f"Subject: a\rX-Note: {text}\r\n{HEAD}"),
    ),
    read(55, "text-behind-the-close", closed_twice),
    Case(
        row=56, name="yenc-of-many-bytes", filename="mail.eml", expect="read",
        data=lambda: eight_bit_yenc(CANARY), twin=lambda: yencoded(HARMLESS),
    ),
    read(56, "uuencoded-in-a-text-file", uu_file, "note.txt"),
    hold(56, "base64-on-words", lambda: packed(CANARY, "base64"), "undecodable", lambda: packed(HARMLESS, "7bit")),
    hold(56, "unknown-packing", lambda: packed(HARMLESS, "x-secret"), "undecodable", lambda: packed(HARMLESS, "8BIT")),
    hold(
        56,
        "uuencode-without-an-end",
        lambda: mail("text/plain", uu_file(CANARY * 3).decode().partition("\n`")[0]),
        "truncated",
        lambda: mail("text/plain", "We begin 644 metres above the sea, at the end of the road."),
    ),
    hold(
        56,
        "yenc-in-pieces",
        lambda: yencoded(CANARY).replace(b"=ybegin ", b"=ybegin part=2 "),
        "undecodable",
        partial(yencoded, HARMLESS),
    ),
    Case(
        row=56, name="words-between-uu-marks", filename="note.txt", expect="read",
        data=lambda: f"Note\n\nbegin 644 a.txt\n{CANARY}\nend\n".encode(), twin=lambda: uu_file(HARMLESS),
    ),
    Case(
        row=56, name="words-between-yenc-marks", filename="mail.eml", expect="read",
        data=lambda: pretended_yenc(CANARY), twin=lambda: yencoded(HARMLESS),
    ),
    read(58, "smime-compressed", compressed),
    read(58, "smime-armoured", armoured, "note.p7m"),
    read(58, "signed-file", lambda text: signed_data(text.encode()), "note.txt.p7m"),
    read(58, "signed-file-alone", lambda text: signed_data(flat_odt(text)), "note.fodt.p7m"),
    hold(58, "sealed-inside-signed", sealed_inside_signed, "encrypted"),
    Case(
        row=58, name="pgp-in-a-text-file", filename="note.txt", expect="hold", code="encrypted",
        data=lambda: b"Hello.\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA0\n-----END PGP MESSAGE-----\n",
        twin=lambda: b"Hello.\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nhQEMA0\n-----END PGP PUBLIC KEY BLOCK-----\n",
    ),
    read(
        59,
        "file-name-in-encoded-words",
        lambda text: multipart(
            "mixed",
            plain("Hello."),
            f'Content-Type: text/csv; name="=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="\r\n'
            "Content-Disposition: attachment\r\n\r\na,b\r\n1,2\r\n",
        ),
    ),
    read(
        59,
        "subject-in-quoted-words",
        lambda text: mail("text/plain", "Hello.", extra=f"X-Topic: =?utf-8?q?{text.replace(' ', '_')}?=\r\n"),
    ),
]  # fmt: skip
