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
    ],
)
def test_a_name_that_lies_is_noticed(media_type: str, name: str, differs: bool) -> None:
    assert mismatch(media_type, name) is differs


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.docx", "a", "a.json"]))
def test_sniffing_never_raises(data: bytes, name: str) -> None:
    assert "/" in sniff(data, name)
    sniff(b"PK\x03\x04" + data, name)
    sniff(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data, name)
