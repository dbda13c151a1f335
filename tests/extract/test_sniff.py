"""Sniffing: content decides, the name only between text types."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import signatures
from pipeline.extract.sniff import UNKNOWN, mismatch, sniff


def packed(members: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def ooxml(main: str, folder: str) -> bytes:
    return packed(
        {"[Content_Types].xml": f'<Types><Override ContentType="{main}"/></Types>', f"{folder}/main.xml": "<x/>"}
    )


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return stream.getvalue()


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_XLSB = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
_POTX = "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml"
_DOCM = "application/vnd.ms-word.document.macroEnabled.main+xml"
_MAIL = b"Received: from a\nFrom: a@example.org\nTo: b@example.org\nSubject: x\n\nBody\n"
_NOTE = b"From: a@example.org\nTo: b@example.org\nSubject: x\n\n=ybegin line=128 size=9 name=a\n"
_FLAT = (
    "<?xml version='1.0'?>\n<!-- flat --><office:document xmlns:office='urn:o' "
    "office:mimetype='application/vnd.oasis.opendocument.{}'/>"
)
_MSO = "<?xml version='1.0'?><?mso-application progid='x'?>"
_PACKAGE = "http://schemas.microsoft.com/office/2006/xmlPackage"
_PKCS7, _SMIME = bytes.fromhex("2a864886f70d0107"), bytes.fromhex("2a864886f70d010910")
_TENSORS = struct.pack("<Q", 2) + b"{}"

SAMPLES: dict[str, tuple[bytes, str, str]] = {
    "pdf": (b"%PDF-1.7\n", "a.pdf", "application/pdf"),
    "pdf after junk": (b"junk\n" * 40 + b"%PDF-1.4\n", "a.pdf", "application/pdf"),
    "docx": (ooxml(_WORD, "word"), "a.docx", signatures.WORD),
    "docm named zip": (ooxml(_DOCM, "word"), "a.zip", signatures.WORD),
    "xlsb": (ooxml(_XLSB, "xl"), "a.xlsx", signatures.SHEET_BINARY),
    "potx": (ooxml(_POTX, "ppt"), "a.potx", signatures.SLIDES),
    "docx cut off": (ooxml(_WORD, "word")[:-60], "a.docx", signatures.WORD),
    "odt template": (packed({"mimetype": signatures.ODF + "text-template"}), "a.ott", signatures.ODF + "text"),
    "epub": (packed({"mimetype": "application/epub+zip"}), "a.epub", signatures.EPUB),
    "pytorch": (packed({"model/data.pkl": ""}), "a.docx", signatures.PYTORCH),
    "zip": (packed({"a.txt": "x"}), "a.docx", signatures.ZIP),
    "tar": (tarred(), "a", "application/x-tar"),
    "gzip": (gzip.compress(b"x"), "a.txt", "application/gzip"),
    "pickle": (pickle.dumps({"a": [1, 2]}), "a.txt", "application/x-pickle"),
    "safetensors": (_TENSORS, "a.txt", "application/x-safetensors"),
    "mail": (_MAIL, "a.txt", "message/rfc822"),
    "mbox": (b"From a@example.org Mon Jan  1 00:00:00 2024\n" + _MAIL, "a.txt", "application/mbox"),
    "html without a name": (b"<!DOCTYPE html><html><p>x", "a", "text/html"),
    "xml": (b"<?xml version='1.0'?><a/>", "a.txt", "application/xml"),
    "json": (b'{"a": 1}', "a.txt", "application/json"),
    "notebook": (json.dumps({"cells": [], "nbformat": 4}).encode(), "a.json", "application/x-ipynb+json"),
    "csv": (b"a,b\n1,2\n", "a.csv", "text/csv"),
    "markdown": (b"# a\n", "README.md", "text/markdown"),
    "source": (b"import os\n", "a.py", "text/x-source"),
    "source with html": (b"<?php echo 1 ?>\n<html>", "a.php", "text/x-source"),
    "text": (b"Dear all,\n\nthis is it.", "a.docx", "text/plain"),
    "russian": ("Оценка модели прошла хорошо".encode("koi8-r"), "a.txt", "text/plain"),
    "utf-16": ("Dear all".encode("utf-16-le"), "a.txt", "text/plain"),
    "binary": (bytes(range(256)) * 4, "a.txt", UNKNOWN),
    "nothing": (b"", "a.txt", UNKNOWN),
    "memory scraps": (b"\0\xc0\x13\x95\0@1\xe6\x01\xff\xff\xff\xff" + bytes(500), "a.txt", UNKNOWN),
    "postscript": (b"%!PS-Adobe-3.0\n(T) show", "a.txt", "application/postscript"),
    "web archive": (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "a.txt", "application/warc"),
    # RTF by other first bytes than the usual
    "rtf named doc": (b"{\\rtf1\\ansi x}", "a.doc", "application/rtf"),
    "rtf behind a mark": (b"\xef\xbb\xbf\r\n{\\rtf1 x}", "a.rtf", "application/rtf"),
    # XML by its root element
    "flat odt": (_FLAT.format("text").encode(), "a.fodt", signatures.FLAT_ODF),
    "flat ods without a name": (_FLAT.format("spreadsheet").encode(), "a", signatures.FLAT_ODF),
    "flat package": (f"{_MSO}<pkg:package xmlns:pkg='{_PACKAGE}'/>".encode(), "a.xml", signatures.FLAT_PACKAGE),
    "word 2003": (f"{_MSO}<w:wordDocument xmlns:w='urn:w'/>".encode(), "a.doc", "application/xml"),
    "spreadsheet 2003": (f"{_MSO}<Workbook xmlns='urn:s'/>".encode(), "a.xls", "application/xml"),
    "svg behind a comment": (b"<!-- drawn --><svg xmlns='x'/>", "a", "image/svg+xml"),
    "svg with a doctype": (b"<!DOCTYPE svg [<!ENTITY a '>'>]>\n<svg/>", "a", "image/svg+xml"),
    "svg with a prefix": (b"<?xml version='1.0'?><svg:svg/>", "a", "image/svg+xml"),
    "svg inside xml": (b"<?xml version='1.0'?><doc><svg/></doc>", "a.xml", "application/xml"),
    "html inside xml": (b"<?xml version='1.0'?><rss><![CDATA[<html><body>]]></rss>", "a.xml", "application/xml"),
    "xml without a declaration": (b"<doc><w>x</w></doc>\n", "a.txt", "application/xml"),
    "xhtml": (b"<?xml version='1.0'?><!DOCTYPE html><html/>", "a", "text/html"),
    # what is not what its name says
    "html named doc": (b"<html xmlns:o='urn:o'><meta charset=utf-8><body>x", "a.doc", "text/html"),
    "html named xls": (b"<table border=1><tr><td>1</table>", "a.xls", "text/html"),
    "mhtml named doc": (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "a.doc", "message/rfc822"),
    "csv named xls": (b"a;b\n1;2\n", "a.xls", "text/csv"),
    # mail
    "mail without the usual fields": (b"X-Mailer: x\nDate: today\n\nHello", "a.eml", "message/rfc822"),
    "mail of one field": (b"Content-Type: multipart/mixed; boundary=b\n\n--b", "a", "message/rfc822"),
    "mail behind blank lines": (b"\r\n\r\n" + _MAIL, "a", "message/rfc822"),
    "mail with a binary body": (_MAIL + bytes(range(256)) * 40, "a", "message/rfc822"),
    "mail with a yenc body": (_NOTE + bytes(range(1, 256)) * 40, "a", "message/rfc822"),
    "mail of apple": (b"1234      \n" + _MAIL, "a.emlx", "message/rfc822"),
    "minutes": (b"Subject: lunch\nDate: today\n\nWe met.", "a.txt", "text/plain"),
    "settings": (b"from: a\nto: b\nsubject: c\n", "a.yaml", "text/plain"),
    "log": (b"INFO: a\nERROR: b\nDEBUG: c\n", "a.log", "text/plain"),
    "source without a name": (b"#!/bin/sh\necho\n", "a", "text/x-source"),
    "tex without a name": (b"% a\n\\documentclass{article}\n", "a", "text/x-tex"),
    # CMS: each form of a length, each type of content
    "signed, short": (b"\x30\x20\x06\x09" + _PKCS7 + b"\x02\xa0\x13" + bytes(19), "a", "application/pkcs7-mime"),
    "signed, open": (b"\x30\x80\x06\x09" + _PKCS7 + b"\x02\xa0\x80", "a", "application/pkcs7-mime"),
    "compressed": (b"\x30\x82\x01\x00\x06\x0b" + _SMIME + b"\x01\x09\xa0" + bytes(99), "a", "application/pkcs7-mime"),
    "signed, armoured": (b"-----BEGIN PKCS7-----\r\nMIIB\r\n", "a.p7m", "application/pkcs7-mime"),
    "signed, in base64": (b"MIIBxgYJKoZIhvcNAQcCoIIBtzCCAbMCAQEx\n", "a.p7m", "application/pkcs7-mime"),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_content_says_what_it_is(sample: str) -> None:
    data, name, media_type = SAMPLES[sample]
    assert sniff(data, name) == media_type


def test_a_declared_type_helps_where_content_is_plain() -> None:
    assert sniff(b"just words", "part", "text/html") == "text/html"
    assert sniff(b"%PDF-1.4", "part", "text/html") == "application/pdf"


@pytest.mark.parametrize(
    ("media_type", "name", "differs"),
    [
        ("application/pdf", "a.docx", True),
        ("application/pdf", "A.PDF", False),
        ("text/plain", "a.docx", True),
        ("application/pdf", "a.txt", True),
        ("text/html", "a.txt", False),
        ("application/json", "a.py", False),
        ("application/pdf", "a", False),
        ("application/pdf", "a.2024", False),
        ("application/rtf", "a.doc", False),
        (signatures.OLE_ENCRYPTED, "a.docx", False),
        (signatures.OLE_ENCRYPTED, "a.pdf", True),
        (signatures.FLAT_ODF, "a.fodt", False),
        ("application/mbox", "a.eml", False),
        ("text/html", "a.xls", True),
    ],
)
def test_a_name_that_lies_is_noticed(media_type: str, name: str, differs: bool) -> None:
    assert mismatch(media_type, name) is differs


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.docx", "a", "a.json"]))
def test_sniffing_never_raises(data: bytes, name: str) -> None:
    assert "/" in sniff(data, name)
    sniff(b"PK\x03\x04" + data, name)
    sniff(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data, name)
