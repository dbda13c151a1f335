"""Bytes to text where a charset is declared (HTML, mail), the declaration held against what the bytes say.

The order is that of the HTML standard (BOM over transport over <meta>), with one check more: what is
valid UTF-8 with multi-byte sequences is read as UTF-8, and a declaration that would spell other letters is a conflict.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pipeline.extract import decoding

MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# What the label means on the web and in mail, where it is not what Python means by it.
WEB_LABELS = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252", "iso-8859-9": "cp1254", "shift_jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "big5": "big5hkscs", "tis-620": "cp874", "x-mac-roman": "mac-roman", "macintosh": "mac-roman",
    "x-euc-jp": "euc-jp", "unicode": "utf-16-le", "iso-8859-8-i": "iso8859-8", "windows-31j": "cp932",
    "dos-862": "cp862", "unicode-1-1-utf-7": "utf-7",
}  # fmt: skip
UTF7_RUN = re.compile(rb"\+([A-Za-z0-9+/]{12,})-")
ODD_CP1252 = frozenset("¤¦§ª¬¯±²³µ¶¸¹º¼½¾×÷ƒˆ˜‡†‰‹›")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text, the encoding it was read in, and why one should doubt it (empty: no reason)."""

    text: str
    encoding: str
    doubt: str = ""
    utf7: str = ""


def lookup(label: str) -> str | None:
    """The Python codec for a charset label as the web and mail use it; None for an unknown one."""
    label = label.strip().strip("\"'").lower()
    name = WEB_LABELS.get(label, label)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return found.name if found._is_text_encoding else None


def decode(data: bytes, *declared: str) -> Decoded:
    """Read `data`, with the charset labels declared for it, the strongest first. Never raises."""
    if data.startswith(MARKS) or data[:4096].count(0) > len(data[:4096]) / 5:
        return _detect(data)
    known = [name for name in (lookup(label) for label in declared if label) if name]
    unknown = [label for label in declared if label and not lookup(label)]
    if data.isascii() and not any(_stateful(name) for name in known) and b"\x1b" not in data:
        return Decoded(text=data.decode("ascii"), encoding="ascii", utf7=_utf7(data))
    if known:
        return _declared(data, known)
    found = _detect(data)
    if unknown and not found.doubt and found.encoding != "utf-8":
        return Decoded(text=found.text, encoding=found.encoding, doubt=f"unknown charset {unknown[0][:40]!r}")
    return found


def _declared(data: bytes, known: list[str]) -> Decoded:
    first = known[0]
    found = _read(data, first, "UTF-7 is declared: readers differ on it" if first == "utf-7" else "")
    if first != "utf-8" and _is_utf8(data):
        return _read(data, "utf-8", f"declared {first}, but it is UTF-8")
    for name in sorted(set(known[1:]) - {first}):
        if _read(data, name, "").text != found.text:
            return Decoded(text=found.text, encoding=first, doubt=found.doubt or f"{first} and {name} both claim it")
    return found


def _read(data: bytes, encoding: str, doubt: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except (UnicodeError, ValueError):
        text = data.decode(encoding, "replace")
        if encoding == "cp1252":  # browsers map the five holes of the code page to control characters
            text = "".join(_cp1252(byte) for byte in data)
        if "�" in text:
            doubt = doubt or f"not valid {encoding}"
    return Decoded(text=text, encoding=encoding, doubt=doubt)


def _cp1252(byte: int) -> str:
    return bytes((byte,)).decode("cp1252", "ignore") or chr(byte)


def _detect(data: bytes) -> Decoded:
    if not data.isascii() and not _is_utf8(data) and (western := _western(data)):
        return western
    found = decoding.decode(data)
    certain = found.certain and found.encoding.startswith(("utf", "iso2022"))
    return Decoded(text=found.text, encoding=found.encoding, doubt="" if certain else f"looks like {found.encoding}")


def _is_utf8(data: bytes) -> bool:
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeError:
        return False


def _western(data: bytes) -> Decoded | None:
    """Latin letters with a few accents and typographic marks: Windows-1252, as every reader guesses."""
    high = sum(byte >= 0x80 for byte in data)
    letters = sum(chr(byte).isalpha() for byte in data if byte < 0x80)
    if high * 5 > letters or any(byte in data for byte in b"\x81\x8d\x8f\x90\x9d\0"):
        return None
    text = data.decode("cp1252")
    odd = sum(char in ODD_CP1252 for char in text)
    return Decoded(text=text, encoding="cp1252") if odd * 4 <= high else None


def _stateful(encoding: str) -> bool:
    """Whether plain ASCII bytes may spell something else in this encoding."""
    return encoding.startswith(("utf-7", "hz", "iso2022", "utf-16", "utf-32", "cp037", "cp500"))


def _utf7(data: bytes) -> str:
    """Text that only a UTF-7 reader sees, or empty."""
    try:
        runs = [match.group().decode("utf-7") for match in UTF7_RUN.finditer(data)]
    except UnicodeError:
        return ""
    return data.decode("utf-7", "replace") if any(run.isascii() and run.isprintable() for run in runs) else ""
