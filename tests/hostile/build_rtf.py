"""RTF that hides: hidden and deleted text, notes, comments, fields, objects, pictures, what stands behind its end."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial

from tests.hostile.case import CANARY, HARMLESS, Case
from tests.hostile.ole_making import compound_file

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman\fcharset0 Times New Roman;}{\f1\fcharset204 Arial Cyr;}}"
    r"{\colortbl;\red255\green255\blue255;\red0\green0\blue0;}{\stylesheet{\s0 Normal;}{\s1 heading 1;}}"
)


def rtf(inside: str, *, behind: bytes = b"") -> bytes:
    return (
        HEAD + r"\pard\plain\s1 Canteen\par\pard\plain The soup is good.\par " + inside + r"\par}"
    ).encode() + behind


def read(row: int, name: str, build: Callable[[str], str | bytes]) -> Case:
    def data(text: str) -> bytes:
        built = build(text)
        return built if isinstance(built, bytes) else rtf(built)

    return Case(
        row=row, name=f"rtf-{name}", filename="note.rtf", expect="read",
        data=partial(data, CANARY), twin=partial(data, HARMLESS),
    )  # fmt: skip


def counted(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def ole1(class_name: str, native: bytes) -> str:
    head = struct.pack("<II", 0x501, 2) + counted(class_name.encode() + b"\0") + counted(b"") + counted(b"")
    return (head + counted(native)).hex()


def packaged(text: str) -> str:
    native = (
        b"\2\0note.txt\0C:\\note.txt\0" + struct.pack("<HH", 0, 3) + counted(b"C:\\note.txt\0") + counted(text.encode())
    )
    return rf"{{\object\objemb{{\*\objclass Package}}{{\*\objdata {ole1('Package', native)}}}{{\result x}}}}"


def storage(text: str) -> str:
    native = compound_file({"CONTENTS": f"{text}\n".encode() * 3})
    return rf"{{\object\objemb{{\*\objdata {ole1('Some.Class', native)}}}}}"


def unicode_escapes(text: str) -> str:
    return "".join(rf"\u{ord(char)}?" for char in text)


def hexadecimal(text: str) -> str:
    return "".join(rf"\'{byte:02x}" for byte in text.encode("cp1252"))


CASES = [
    read(32, "deleted", lambda text: rf"{{\deleted {text}}}"),
    read(33, "annotation", lambda text: rf"{{\*\atnid X}}{{\*\atnauthor Ada}}{{\*\annotation\pard\plain {text}}}"),
    read(34, "first-page-header", lambda text: rf"{{\headerf\pard {text}\par}}"),
    read(34, "footer", lambda text: rf"{{\footer\pard {text}\par}}"),
    read(35, "footnote", lambda text: rf"word{{\footnote\pard {text}}}"),
    read(35, "text-box", lambda text: rf"{{\shp{{\*\shpinst{{\sp{{\sn txt}}{{\sv 1}}}}{{\shptxt {text}}}}}}}"),
    read(36, "hidden", lambda text: rf"{{\v {text}}}"),
    read(36, "white", lambda text: rf"{{\cf1 {text}}}"),
    read(36, "outside-a-page", lambda text: rf"{{\*\unknownthing {text}}}"),
    read(41, "alternative-text", lambda text: rf"{{\shp{{\*\shpinst{{\sp{{\sn wzDescription}}{{\sv {text}}}}}}}}}"),
    read(41, "link-target", lambda text: rf'{{\field{{\*\fldinst HYPERLINK "{text}"}}{{\fldrslt here}}}}'),
    read(41, "bookmark", lambda text: rf"{{\*\bkmkstart {text}}}"),
    read(41, "document-variable", lambda text: rf"{{\*\docvar {{name}}{{{text}}}}}"),
    read(11, "info", lambda text: rf"{{\info{{\title x}}{{\subject {text}}}{{\doccomm y}}}}"),
    read(42, "packaged-file", packaged),
    read(42, "ole-storage", storage),
    read(64, "unicode-escapes", unicode_escapes),
    read(64, "hexadecimal", hexadecimal),
    read(64, "font-code-page", lambda text: r"{\f1 \'cf\'f0\'e8\'e2\'e5\'f2}. " + text),
    read(64, "fallback-of-unicode", lambda text: rf"\uc{len(text)}\u8226{text}\uc1 "),
    read(68, "split-by-groups", lambda text: "".join(rf"{{\b {char}}}" if char != " " else " " for char in text)),
    read(28, "behind-its-end", lambda text: rtf("x", behind=f"\n{text}".encode())),
    Case(
        row=24,
        name="rtf-cut-off",
        filename="note.rtf",
        expect="hold",
        code="truncated",
        data=lambda: rtf(CANARY)[:-30],
        twin=lambda: rtf(HARMLESS),
    ),
]
