"""Cut RTF (specification 1.9.1) into groups, control words, bytes of text and binary runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.extract import charset

TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,40})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.DOTALL
)
# \fcharset of a font -> Windows code page
CHARSETS = {
    77: 10000, 78: 932, 79: 949, 80: 936, 81: 950, 83: 1255, 84: 1256, 85: 1253, 86: 1254, 87: 874, 88: 1250, 89: 1251,
    128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257,
    204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}  # fmt: skip


class Token(NamedTuple):
    """`kind`: "{", "}", "word", "symbol", "hex" (one byte of text), "text", "binary"; `end` is where it ends."""

    kind: str
    name: str
    number: int | None
    data: bytes
    end: int


def tokens(data: bytes) -> Iterator[Token]:
    """All tokens of `data`, in order."""
    at = 0
    while match := TOKEN.match(data, at):
        at = match.end()
        word, number, code, symbol, brace, text = match.groups()
        if word is not None:
            value = int(number) if number else None
            if word == b"bin":
                end = min(at + max(value or 0, 0), len(data))
                yield Token("binary", "bin", value, data[at:end], end)
                at = end
            else:
                yield Token("word", word.decode("ascii"), value, b"", at)
        elif code is not None:
            yield Token("hex", "", None, bytes.fromhex(code.decode("ascii")), at)
        elif symbol is not None:
            yield Token("symbol", symbol.decode("latin-1"), None, b"", at)
        elif brace is not None:
            yield Token(brace.decode("ascii"), "", None, b"", at)
        elif text is not None:
            yield Token("text", "", None, text, at)


def page_codec(number: int) -> str | None:
    """The codec of a Windows code page as RTF numbers them; None for an unknown one."""
    special = {10000: "mac-roman", 65001: "utf-8", 1361: "johab", 708: "iso8859-6", 819: "cp1252", 0: "cp1252"}
    return charset.lookup(special.get(number, f"cp{number}"))
