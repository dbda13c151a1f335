"""Tells text from binary, and text types from each other: by content first, by name where content cannot say."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from pipeline.extract import signatures
from pipeline.extract.decoding import decode

PLAIN = "text/plain"
SOURCE = "text/x-source"
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|div|table|p|span|script|style|frameset|h[1-6]|ul|a\s)\b",
    re.IGNORECASE,
)
_PROLOG = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!doctype(?:[^\[>]|\[.*?\]\s*(?=>))*>)*", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)([^>]*)")
_FIELD = r"[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*"
_MAIL = re.compile(rf"(?:\d+[ \t]*\n)?((?:{_FIELD})+)(\n|\Z)?", re.ASCII)
_MAIL_FIELDS = re.compile(
    r"^(from|to|cc|subject|date|message-id|received|return-path|mime-version|delivered-to|content-type|x-[a-z-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_SENT = frozenset({"message-id", "received", "return-path", "mime-version", "delivered-to", "content-type"})
_ENOUGH = 3  # fields that make a mail of something whose body is no text
_RICH = re.compile(r"\{\\rt")
_ARMOURED = re.compile(
    r"-----BEGIN (?:PKCS7|CMS)-----|MI[A-Za-z0-9+/]{3,5}YJKoZIhvcNAQ[cC][A-D]|MIA[A-Z]{0,3}GCSqGSIb3DQEH"
)
_TEX = re.compile(r"\s*(?:%[^\n]*\n\s*)*\\(?:documentclass|documentstyle|input|begin|section|usepackage)\b")
_MBOX = re.compile(r"From \S+ +\w{3} \w{3} +\d")
_HARMLESS_CONTROLS = "\t\n\r\f\x1b\x85\u200b\u200c\u200d\u200e\u200f\u00ad\u3000\ufeff"
_MOST_PADDING = 20  # characters of padding to one of text; scraps of memory have more
HEAD = 64 << 10

BY_EXTENSION = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".geojson": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".xml": "application/xml",
    ".svg": "image/svg+xml",
    ".tex": "text/x-tex",
    ".bib": "text/x-tex",
    ".sty": "text/x-tex",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".eml": "message/rfc822",
    ".mht": "message/rfc822",
    ".mhtml": "message/rfc822",
    ".emlx": "message/rfc822",
    ".mbox": "application/mbox",
    **dict.fromkeys([".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".po", ".srt", ".vtt"], PLAIN),
    ".xls": "text/csv",  # what programs export under that name, where it is no workbook
    **dict.fromkeys(
        [
            *(".py", ".pyi", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".java"),
            *(".go", ".rs", ".rb", ".php", ".pl", ".r", ".jl", ".m", ".scala", ".kt", ".swift", ".sh", ".bash", ".zsh"),
            *(".ps1", ".bat", ".sql", ".lua", ".css", ".scss", ".cu", ".f90", ".hs", ".ml", ".vb", ".bas"),
        ],
        SOURCE,
    ),
}
_BY_CONTENT_ONLY = {
    "text/html",
    "message/rfc822",
    "application/mbox",
    "application/json",
    "application/x-ipynb+json",
    "application/xml",
}


def is_text(media_type: str) -> bool:
    """Whether `media_type` is written in characters."""
    return media_type.startswith(("text/", "message/")) or media_type in {*BY_EXTENSION.values(), "application/rtf"}


def looks_like_text(data: bytes) -> bool:
    """Whether `data` decodes to something that is mostly characters rather than control codes."""
    head = data[:HEAD]
    if not head:
        return False
    if len(_CONTROLS.findall(head)) <= len(head) * 0.02 and not _mostly_high(head):
        return True
    return _readable(decode(head).text)


def _mostly_high(head: bytes) -> bool:
    """More than a third outside ASCII: text in a multi-byte or other script, or binary; only decoding can tell."""
    return sum(byte > 0x7F for byte in head[:4096]) > len(head[:4096]) / 3


def _readable(text: str) -> bool:
    """Mostly characters, NULs and backspaces apart: text may be padded or overprinted with them."""
    kept = text.replace("\0", "").replace("\b", "")
    bad = sum(char == "\ufffd" or not (char.isprintable() or char in _HARMLESS_CONTROLS) for char in kept)
    return len(kept) * _MOST_PADDING > len(text) and bad <= len(kept) * 0.02


def is_mail(data: bytes) -> bool:
    """Whether `data` begins as a mail does, whatever its body is made of."""
    head = data[:HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    start = head.decode("latin-1").lstrip("\n") + "\n\n"
    fields, _ = _mail_fields(start)
    return _is_sent(start) or ("from" in fields and len(fields) >= _ENOUGH)


def text_type(data: bytes, name: str, declared: str = "") -> str:
    """The media type of something that is text."""
    text = decode(data[:HEAD]).text
    by_name = BY_EXTENSION.get(PurePosixPath(name.lower()).suffix, "")
    found = _by_content(text, data, by_name)
    if found == "text/html" and by_name in (SOURCE, "text/markdown", "application/xml", "image/svg+xml", "text/x-tex"):
        return by_name
    if found == "application/json" and by_name == "application/x-ipynb+json":
        return by_name
    if found:
        return found
    if by_name in ("application/xml", "image/svg+xml") and text.lstrip("\ufeff \t\r\n").startswith("<"):
        return by_name
    if by_name and by_name not in _BY_CONTENT_ONLY:
        return by_name
    if declared in ("text/html", "text/csv", "text/markdown", "text/tab-separated-values"):
        return declared
    return by_name if by_name in ("text/html", "message/rfc822") else PLAIN


def _by_content(text: str, data: bytes, by_name: str) -> str:
    start = text.lstrip("\ufeff \t\r\n")
    if _RICH.match(start):
        return "application/rtf"
    if _ARMOURED.match(start):
        return "application/pkcs7-mime"
    if _MBOX.match(start):
        return "application/mbox"
    if start[:15].upper().startswith(("BEGIN:VCALENDAR", "BEGIN:VCARD")):
        return "text/vcard" if start[:11].upper() == "BEGIN:VCARD" else "text/calendar"
    if start.startswith(("{", "[")) and _is_json(data):
        return _json_type(start)
    if _is_mail(start.replace("\r\n", "\n"), by_name):
        return "message/rfc822"
    return _markup(start, data) if "<" in start else _program(start)


def _markup(start: str, data: bytes) -> str:
    """XML by its root element, HTML by its tags."""
    prolog = _PROLOG.match(start)
    root = _ROOT.match(start, prolog.end()) if prolog else None
    if root:
        prefix, name, rest = (root.group(1) or "").rstrip(":"), root.group(2), root.group(3)
        declared = start.startswith("<?xml")
        if name.lower() == "html":
            return "text/html"
        if name == "svg" and prefix in ("", "svg"):
            return "image/svg+xml"
        if prefix == "office" and name.startswith("document"):
            return signatures.FLAT_ODF
        if name == "package" and "2006/xmlPackage" in rest:
            return signatures.FLAT_PACKAGE
        if declared or (not _HTML.match(root.group()) and f"</{prefix and prefix + ':'}{name}".encode() in data[-200:]):
            return "application/xml"
        if _HTML.match(start, root.start()) or _HTML.match(start):
            return "text/html"
    return "text/html" if len(_HTML.findall(start[:4096])) >= 5 or _HTML.match(start) else _program(start)


def _program(start: str) -> str:
    """Source code and TeX that say so in their first line."""
    if start.startswith("#!"):
        return SOURCE
    return "text/x-tex" if _TEX.match(start) else ""


def _is_mail(start: str, by_name: str) -> bool:
    """A mail was sent, or has an author and a subject: the headings of other kinds of text are no mail."""
    if _is_sent(start):
        return True
    fields, complete = _mail_fields(start)
    if by_name not in ("", "message/rfc822"):
        return False
    return len(fields) >= 2 and ("from" in fields or by_name == "message/rfc822") and complete


def _is_sent(start: str) -> bool:
    """Whether the headers hold one that only a mail program writes, and another one or that of a multipart."""
    fields, _ = _mail_fields(start)
    if not fields & _SENT:
        return False
    return len(fields) >= 2 or re.match(r"mime-version:|content-type:\s*multipart/", start, re.IGNORECASE) is not None


def _mail_fields(start: str) -> tuple[frozenset[str], bool]:
    """The known fields among the headers, in lower case, and whether a blank line ends them."""
    header = _MAIL.match(start)
    if header is None:
        return frozenset(), False
    return frozenset(map(str.lower, _MAIL_FIELDS.findall(header.group(1)))), header.group(2) is not None


def _is_json(data: bytes) -> bool:
    try:
        json.loads(decode(data).text)
    except (ValueError, RecursionError):
        return False
    return True


def _json_type(start: str) -> str:
    return "application/x-ipynb+json" if '"nbformat"' in start and '"cells"' in start else "application/json"
