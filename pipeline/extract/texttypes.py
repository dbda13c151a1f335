"""Tells text from binary, and text types from each other: by content first, by name where content cannot say."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from pipeline.extract.decoding import decode

PLAIN = "text/plain"
SOURCE = "text/x-source"
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|div|table|p|span|script|style|frameset|h[1-6]|ul|a\s)\b",
    re.IGNORECASE,
)
_XML = re.compile(r"\s*<\?xml\b")
_MAIL = re.compile(r"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}", re.ASCII)
_MAIL_FIELDS = re.compile(
    r"^(?:from|to|cc|subject|date|message-id|received|return-path|mime-version|delivered-to|content-type|x-[a-z-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_MBOX = re.compile(r"From \S+ +\w{3} \w{3} +\d")
_HARMLESS_CONTROLS = "\t\n\r\f\x1b\x85\u200b\u200c\u200d\u200e\u200f\u00ad\u3000\ufeff"
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
    ".mbox": "application/mbox",
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
    text = text.replace("\0", "").replace("\b", "")
    bad = sum(not (char.isprintable() or char in _HARMLESS_CONTROLS) for char in text)
    return bool(text) and bad <= len(text) * 0.02


def text_type(data: bytes, name: str, declared: str = "") -> str:
    """The media type of something that is text."""
    text = decode(data[:HEAD]).text
    found = _by_content(text, data)
    by_name = BY_EXTENSION.get(PurePosixPath(name.lower()).suffix, "")
    if found == "text/html" and by_name in (SOURCE, "text/markdown", "application/xml", "image/svg+xml", "text/x-tex"):
        return by_name
    if found == "application/json" and by_name == "application/x-ipynb+json":
        return by_name
    if found == "application/xml" and by_name == "image/svg+xml":
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


def _by_content(text: str, data: bytes) -> str:
    start = text.lstrip("\ufeff \t\r\n")
    if _MBOX.match(start):
        return "application/mbox"
    if start[:15].upper().startswith(("BEGIN:VCALENDAR", "BEGIN:VCARD")):
        return "text/vcard" if start[:11].upper() == "BEGIN:VCARD" else "text/calendar"
    if start.startswith(("{", "[")) and _is_json(data):
        return _json_type(start)
    if _XML.match(start):
        head = start[:2000].lower()
        return "text/html" if "<html" in head else "image/svg+xml" if "<svg" in head else "application/xml"
    if _mail(start):
        return "message/rfc822"
    if (start.startswith("<") and _HTML.match(start)) or re.match(
        r"<!--.*?-->\s*<(?:!doctype|html)", start, re.DOTALL | re.IGNORECASE
    ):
        return "text/html"
    if start.startswith("<svg"):
        return "image/svg+xml"
    if len(_HTML.findall(start[:4096])) >= 5:
        return "text/html"
    return ""


def _mail(start: str) -> bool:
    header = _MAIL.match(start)
    return header is not None and len(set(map(str.lower, _MAIL_FIELDS.findall(header.group())))) >= 2


def _is_json(data: bytes) -> bool:
    try:
        json.loads(decode(data).text)
    except (ValueError, RecursionError):
        return False
    return True


def _json_type(start: str) -> str:
    return "application/x-ipynb+json" if '"nbformat"' in start and '"cells"' in start else "application/json"
