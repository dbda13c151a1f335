"""Text that hides in its encoding, its control characters, its length, its name, or in code."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from typing import Literal

from tests.hostile.case import CANARY, HARMLESS, Case


def _case(
    row: int,
    name: str,
    filename: str,
    build: Callable[[str], bytes],
    expect: Literal["read", "hold"] = "read",
    code: str = "",
    *,
    twin: bool = True,
) -> Case:
    """One builder gives both the hostile file and its twin."""
    return Case(
        row=row,
        name=f"text-{name}",
        filename=filename,
        data=lambda: build(CANARY),
        expect=expect,
        code=code,
        twin=(lambda: build(HARMLESS)) if twin else None,
    )


def _encoded(encoding: str) -> Callable[[str], bytes]:
    return lambda text: f"{text}\nand a second line".encode(encoding)


def _utf7(text: str) -> bytes:
    run = base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=")
    return f"Agenda: +{run}- for all.".encode("ascii")


def _overprinted(text: str) -> bytes:
    return (text + "\b" * len(text) + "x" * len(text)).encode()


def _struck(text: str) -> bytes:
    return "".join(f"{char}\b{char}" for char in text).encode()


def _again(code: Callable[[bytes], bytes], times: int) -> Callable[[str], bytes]:
    def build(text: str) -> bytes:
        data = text.encode()
        for _ in range(times):
            data = b"see: " + code(data)
        return data

    return build


def _notebook(text: str) -> bytes:
    output = {"output_type": "display_data", "data": {"text/html": ["<b>", text, "</b>"]}}
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [output]}]}).encode()


_BOMB = '<!DOCTYPE b [<!ENTITY a "{0}"><!ENTITY b "&a;&a;&a;&a;">]><b>&b;&b;</b>'
_LONG = (HARMLESS + "\n\n").encode() * 20_000

CASES = [
    _case(49, "named-docx", "minutes.docx", str.encode, code="type_mismatch"),
    _case(49, "without-extension", "minutes", str.encode),
    _case(52, "xml-entity", "feed.xml", lambda text: _BOMB.format(text).encode(), "hold", "limit_xml", twin=False),
    _case(
        52, "xml-deep", "feed.xml", lambda t: b"<a>" * 999 + t.encode() + b"</a>" * 999, "hold", "limit_xml", twin=False
    ),
    _case(
        52, "svg-text", "plan.svg", lambda t: f'<svg xmlns="http://www.w3.org/2000/svg"><text>{t}</text></svg>'.encode()
    ),
    _case(52, "xml-comment", "feed.xml", lambda t: f"<?xml version='1.0'?><a><!-- {t} --></a>".encode()),
    _case(52, "xml-attribute", "feed.xml", lambda t: f"<?xml version='1.0'?><a b='{t}'/>".encode()),
    *(_case(64, encoding, "note.txt", _encoded(encoding)) for encoding in ("utf-16", "utf-16-le", "utf-16-be")),
    *(_case(64, encoding, "note.txt", _encoded(encoding)) for encoding in ("utf-32", "utf-32-be", "utf-8-sig")),
    _case(64, "ebcdic", "note.txt", _encoded("cp037"), code="encoding_uncertain", twin=False),
    _case(64, "utf7", "note.txt", _utf7, code="encoding_uncertain", twin=False),
    _case(64, "bad-byte", "note.txt", lambda t: b"\xe9\xff\xfe caf\xc3\xa9 " * 3 + t.encode(), "hold", twin=False),
    _case(64, "latin1", "note.txt", lambda t: f"Café: {t}".encode("latin-1")),
    _case(65, "nul-between-letters", "note.txt", lambda t: ("\0".join("intro ") + t).encode() + b"\n" * 90),
    _case(65, "backspaces", "note.txt", _overprinted, code="covered_text"),
    _case(65, "overstrike", "note.txt", _struck),
    _case(65, "terminal-colours", "log.txt", lambda text: text.replace(" ", " \x1b[8m").encode()),
    _case(65, "one-very-long-line", "note.txt", lambda text: b"word " * 400_000 + text.encode()),
    _case(65, "carriage-returns", "note.txt", lambda text: f"{text}\rharmless words on top".encode()),
    _case(70, "base64", "note.txt", _again(base64.b64encode, 1)),
    _case(70, "base64-three-times", "note.txt", _again(base64.b64encode, 3)),
    _case(70, "gzip-base64", "note.txt", _again(lambda data: base64.b64encode(gzip.compress(data, mtime=0)), 1)),
    _case(70, "hex", "table.csv", lambda text: f"id,data\n1,{text.encode().hex()}\n".encode()),
    _case(70, "unicode-escapes", "app.py", lambda t: f's = "{"".join(f"{chr(92)}u{ord(c):04x}" for c in t)}"'.encode()),
    _case(70, "percent", "link.md", lambda t: f"[a](https://example.org/{t.replace(' ', '%20')})".encode()),
    _case(70, "json-escapes", "a.json", lambda t: ('{"a": "' + "".join(f"\\u{ord(c):04x}" for c in t) + '"}').encode()),
    _case(
        70,
        "noise",
        "note.txt",
        lambda t: base64.b64encode(bytes(i * i * 7 % 251 for i in range(4000))),
        "hold",
        twin=False,
    ),
    _case(78, "file-name", f"{CANARY}.txt", lambda text: HARMLESS.encode(), twin=False),
    _case(59, "name-with-override", f"\u202e{CANARY}.txt", str.encode, code="right_to_left_override", twin=False),
    _case(
        80,
        "unknown-binary",
        "data.bin",
        lambda t: bytes(range(256)) * 9 + t.encode(),
        "hold",
        "unsupported_type",
        twin=False,
    ),
    _case(80, "sqlite", "data.db", lambda t: b"SQLite format 3\0" + t.encode(), "hold", "unsupported_type", twin=False),
    _case(47, "sound", "talk.mp3", lambda t: b"ID3\4" + t.encode(), "hold", "unsupported_media", twin=False),
    _case(35, "notebook-output", "work.ipynb", _notebook),
    _case(33, "source-comment", "train.py", lambda text: f"x = 1  # {text}\n".encode()),
    _case(33, "tex-comment", "paper.tex", lambda text: f"\\section{{A}}\n% {text}\n".encode()),
    _case(33, "markdown-comment", "README.md", lambda text: f"# A\n\n<!-- {text} -->\n".encode()),
    _case(91, "last-bytes-of-a-text", "long.txt", lambda text: _LONG + text.encode()),
    _case(91, "last-row-of-a-table", "long.csv", lambda text: b"a,b\n" + b"1,2\n" * 50_000 + f"3,{text}".encode()),
    _case(91, "last-line-of-json-lines", "long.jsonl", lambda t: b'{"a":1}\n' * 20_000 + json.dumps({"b": t}).encode()),
]
