"""Bytes to text where a charset is declared (HTML, mail), the declaration held against what the bytes say.

The order is that of the HTML standard (BOM over transport over <meta>), with one check more: what is
valid UTF-8 with multi-byte sequences is read as UTF-8, and a declaration that would spell other letters is a conflict.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from pipeline.extract import decoding
from pipeline.extract.western import western

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
TURNED_CASE = re.compile(r"\b[^\W\d_a-zA-Z]*[а-яё][А-ЯЁ]{2,}")  # KOI8 and Windows-1251 taken for each other
RIGHT_CASE = re.compile(r"\b[А-ЯЁ]?[а-яё]{2,}\b")
LETTERS_IN_A_ROW = re.compile(r"[À-ÖØ-öø-ÿ]{4,}")
# Codecs that spell ASCII otherwise. Web browsers know none of them, so that two readers see two texts.
FOREIGN = ("utf-7", "hz", "cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text, the encoding it was read in, and why one should doubt it (empty: no reason).

    `other` is what a reader who goes by another encoding sees in the same bytes, where that is no nonsense.
    """

    text: str
    encoding: str
    doubt: str = ""
    other: str = ""


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
        return _ascii(data)
    if known:
        return _declared(data, known)
    found = _detect(data)
    if unknown and not found.doubt and found.encoding != "utf-8":
        return Decoded(text=found.text, encoding=found.encoding, doubt=f"unknown charset {unknown[0][:40]!r}")
    return found


def _ascii(data: bytes) -> Decoded:
    found = decoding.decode(data)
    if found.certain:
        return Decoded(text=data.decode("ascii"), encoding="ascii")
    if found.encoding not in FOREIGN:
        return Decoded(text=found.text, encoding=found.encoding, doubt=f"looks like {found.encoding}")
    doubt = f"holds runs of {found.encoding}"
    return Decoded(text=data.decode("ascii"), encoding="ascii", doubt=doubt, other=found.text)


def _declared(data: bytes, known: list[str]) -> Decoded:
    first = known[0]
    if first.startswith(("utf-16", "utf-32")) and _is_unicode(data):
        return _read(data, "utf-8", "")  # as browsers do: the label is one of a former life
    if first in FOREIGN:
        other = _detect(data).text
        return replace(_read(data, first, f"{first} is declared: readers differ on it"), other=other)
    found = _read(data, first, "")
    if first != "utf-8" and _is_utf8(data):
        return _read(data, "utf-8", f"declared {first}, but it is UTF-8")
    for name in sorted(set(known[1:]) - {first}):
        if _read(data, name, "").text != found.text:
            return replace(found, doubt=found.doubt or f"{first} and {name} both claim it")
    return replace(found, doubt=found.doubt or _nonsense(data, first, found.text))


def _nonsense(data: bytes, encoding: str, text: str) -> str:
    """Why the words of `text` speak against the label, or nothing."""
    if encoding == "cp1252" and not data.isascii() and western(data) is None and not _accented(text):
        return f"declared {encoding}, but it spells no words"
    turned = len(TURNED_CASE.findall(text))
    return f"declared {encoding}, but it spells no words" if turned > 3 * len(RIGHT_CASE.findall(text)) else ""


def _accented(text: str) -> bool:
    """Text of a language with many accents, such as Icelandic, which short samples make look strange."""
    return sum(char.isascii() for char in text) > len(text) * 0.6 and LETTERS_IN_A_ROW.search(text) is None


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
    found = decoding.decode(data)
    return Decoded(
        text=found.text, encoding=found.encoding, doubt="" if found.certain else f"looks like {found.encoding}"
    )


def _is_unicode(data: bytes) -> bool:
    """Whether `data` is UTF-8, ASCII included, and has no NUL as UTF-16 has."""
    return b"\0" not in data[:4096] and (data.isascii() or _is_utf8(data))


def _is_utf8(data: bytes) -> bool:
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeError:
        return False


def _stateful(encoding: str) -> bool:
    """Whether plain ASCII bytes may spell something else in this encoding."""
    return encoding.startswith((*FOREIGN, "iso2022", "utf-16", "utf-32"))
