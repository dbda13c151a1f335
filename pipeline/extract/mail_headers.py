"""Decode mail headers (RFC 2047, RFC 2231): all of them, repeated and malformed ones included."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import collapse_rfc2231_value

from pipeline.extract import charset
from pipeline.extract.embedded import decode_base64
from pipeline.extract.parts import PartBuilder
from pipeline.types import Gap, Part

SHOWN = frozenset({"from", "to", "cc", "bcc", "subject", "date", "reply-to", "sender"})
ENCODED_WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
ENCODED_WORDS = re.compile(r"(?:=\?[^?\s]+\?[bq]\?[^?]*\?=)+", re.IGNORECASE)
BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bq]\?)", re.IGNORECASE)
FOLD = re.compile(r"\r?\n[ \t]*")


def header_parts(message: Message, path: str) -> Iterator[Part | Gap]:
    """The headers a reader sees, then the others as hidden metadata, then parameters that were encoded."""
    shown = PartBuilder(kind="metadata", path=f"{path}headers")
    other = PartBuilder(kind="metadata", path=f"{path}other-headers", visibility="hidden")
    for name, raw in message.raw_items():
        value = decode_header(str(raw))
        (shown if name.lower() in SHOWN else other).add(f"{name}: {value}", role="line")
        if "�" in value:
            yield Gap(stage="extract", code="encoding_uncertain", path=f"{path}headers", detail=name[:40])
    for key in ("filename", "name"):
        if value := parameter(message, key):
            other.add(f"{key}: {value}", role="line")
    yield from shown.parts()
    yield from other.parts()


def decode_header(raw: str) -> str:
    """A header value as a reader sees it. Raw bytes come as Latin-1; damaged encoded words stay as they are."""
    value = charset.decode(raw.encode("latin-1", "replace")).text if not raw.isascii() else raw
    value = FOLD.sub(" ", value)
    return ENCODED_WORDS.sub(_words, BETWEEN_WORDS.sub(r"\1", value))


def _words(match: re.Match[str]) -> str:
    """Adjacent encoded words; those in one charset are joined as bytes, since some mailers cut characters in two."""
    runs: list[tuple[str, bytes]] = []
    for label, how, text in ENCODED_WORD.findall(match.group()):
        data = _bytes(how, text)
        if runs and runs[-1][0] == label.lower():
            data = runs.pop()[1] + data
        runs.append((label.lower(), data))
    read = (charset.decode(data, label) for label, data in runs)
    return "".join(f"{word.text} {word.other}" if word.other else word.text for word in read)


def _bytes(how: str, text: str) -> bytes:
    raw = text.encode("latin-1", "replace")
    return decode_base64(raw)[0] if how in "bB" else binascii.a2b_qp(raw, header=True)


def parameter(message: Message, name: str) -> str:
    """A parameter of Content-Disposition or Content-Type, decoded, or empty. Never raises."""
    for header in ("content-disposition", "content-type"):
        try:
            value = message.get_param(name, header=header)
            # An RFC 2231 value comes as (charset, language, text), any other as it stands in the source.
            text = collapse_rfc2231_value(value) if isinstance(value, tuple) else decode_header(value or "")
        except (ValueError, TypeError, LookupError, AttributeError, IndexError):
            continue  # the header is shown raw among the headers
        if text:
            return text.strip()
    return ""
