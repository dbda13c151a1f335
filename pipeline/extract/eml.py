"""Read a mail message (RFC 5322, MIME): headers, every alternative, preamble and epilogue, attachments as children.

MHTML is the same format. The standard library's parser splits the message; what it makes of a broken one is held
against the lines of the source, so that no line is lost.
"""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser

from pipeline.extract import charset
from pipeline.extract.embedded import child, too_small_for_text
from pipeline.extract.mail_body import read_text, transfer_decode
from pipeline.extract.mail_headers import header_parts, parameter
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

Found = Part | Gap | Blob | Notice
BOILERPLATE = ("this is a multi-part message in mime format", "this is a multipart message in mime format")
SIGNATURES = frozenset({"application/pgp-signature", "application/pgp-encrypted", "application/pgp-keys"})
PACKED = frozenset({"base64", "quoted-printable"})
SUFFIXES = {
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/css": ".css",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/rtf": ".rtf",
}
CONTENT_TYPE = re.compile(rb"^content-type:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)+", re.IGNORECASE | re.MULTILINE)
FOLD = re.compile(rb"\r?\n[ \t]+")
LEAD = re.compile(rb"(?:\s*\n)?(?:\d{1,12}[ \t]*\r?\n(?=[!-9;-~]+:))?")
NO_HEADER_LEFT = re.compile(rb"\n[ \t]*\r?\n|\r\r")
MAX_MIME_DEPTH = 60


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """The message's parts. Nested messages are read in place, attachments and HTML bodies become children."""
    data = blob.data
    if data.startswith(charset.MARKS) or b"\0" in data[:200]:
        data = charset.decode(data).text.encode("utf-8", "replace")
    if lead := LEAD.match(data):  # Apple's count of bytes, or blank lines; the parser would see a mail without headers
        data = data[lead.end() :]
    # The parser trips over a boundary that is folded into the next line.
    data = CONTENT_TYPE.sub(lambda match: FOLD.sub(b" ", match.group()), data)
    try:
        # Latin-1 carries each byte through the parser unchanged; the charsets are dealt with afterwards.
        message = Parser(policy=email.policy.compat32).parsestr(data.decode("latin-1"))
        reader = MessageReader(data)
        yield from reader.message(message, "", 0)
    except RecursionError:
        yield Gap(stage="extract", code="limit_depth", path="body", detail="multiparts nested beyond reading")
        yield Part(kind="body", path="source", text=data.decode("latin-1"), visibility="hidden")
        return
    yield from reader.left_over()
    if not NO_HEADER_LEFT.search(data):
        yield Gap(stage="extract", code="truncated", path="body", detail="it ends among its headers")


class MessageReader:
    """Walks one message, and remembers which lines of the source it has read."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._read: set[bytes] = set()
        self._boundaries: set[bytes] = set()

    def message(self, message: Message, path: str, depth: int) -> Iterator[Found]:
        """One entity, with everything below it."""
        if depth > MAX_MIME_DEPTH:
            yield Gap(stage="extract", code="limit_depth", path=f"{path}body", detail="MIME parts nested too deep")
            return
        self._take_headers(message)
        yield from header_parts(message, path)
        content_type = message.get_content_type()
        yield from _missing(content_type, message, f"{path}body")
        for name in ("Content-Type", "Content-Transfer-Encoding"):
            if len({str(value).strip().lower() for value in message.get_all(name, [])}) > 1:
                yield Gap(stage="extract", code="readers_disagree", path=f"{path}body", detail=f"more than one {name}")
        if message.is_multipart():
            yield from self._inside(message, content_type, path, depth)
        else:
            yield from self._leaf(message, content_type, path)

    def _inside(self, message: Message, content_type: str, path: str, depth: int) -> Iterator[Found]:
        packing = str(message.get("content-transfer-encoding", "")).strip().lower()
        if content_type.startswith("message/") and packing in PACKED:
            yield from self._packed_message(message, packing, path)
            return
        if boundary := parameter(message, "boundary"):
            mark = _squeeze(b"--" + _bytes(boundary))
            self._boundaries |= {mark, mark + b"--"}
        yield from self._margin(message.preamble, f"{path}preamble")
        for number, inner in enumerate(inner_messages(message), 1):
            yield from self.message(inner, f"{path}{number}/", depth + 1)
        yield from self._margin(message.epilogue, f"{path}epilogue")
        if any(type(defect).__name__ == "CloseBoundaryNotFoundDefect" for defect in message.defects):
            yield Gap(stage="extract", code="truncated", path=f"{path}body", detail="the closing boundary is missing")

    def _packed_message(self, message: Message, packing: str, path: str) -> Iterator[Found]:
        """A message inside a message, against the rules in base64: the parser took the code for the message."""
        inner = b"".join(_bytes(part.as_string()) for part in inner_messages(message))
        self._take(inner)
        data, clean = transfer_decode(inner, packing)
        if not clean:
            yield Gap(stage="extract", code="undecodable", path=f"{path}body", detail="code of an inner message")
        yield child(data, "message.eml", "message/rfc822")

    def _margin(self, text: str | None, path: str) -> Iterator[Part]:
        if not text:
            return
        raw = _bytes(text)
        self._take(raw)
        clean = charset.decode(raw).text.strip()
        if clean and not clean.lower().startswith(BOILERPLATE):
            yield Part(kind="body", path=path, text=clean, visibility="hidden")

    def _leaf(self, message: Message, content_type: str, path: str) -> Iterator[Found]:
        payload = message.get_payload()
        raw = _bytes(payload) if isinstance(payload, str) else b""
        self._take(raw)
        encoding = str(message.get("content-transfer-encoding", ""))
        data, clean = transfer_decode(raw, encoding)
        if not clean:
            yield Gap(stage="extract", code="undecodable", path=f"{path}body", detail=f"{encoding[:40]} is damaged")
        name = parameter(message, "filename") or parameter(message, "name")
        attached = bool(name) and message.get_content_disposition() == "attachment"
        if content_type.startswith("multipart/") or (content_type == "text/plain" and not attached):
            yield from read_text(data, message, f"{path}body")
            if content_type.startswith("multipart/") and (data.strip() or not path):
                yield Gap(stage="extract", code="damaged", path=f"{path}body", detail="its boundary marks no part")
        elif content_type in SIGNATURES:
            text = data.decode("latin-1").strip() or "empty"
            yield Part(kind="metadata", path=f"{path}signature", text=text, visibility="hidden")
        elif data and not too_small_for_text(data):
            yield from _child(data, content_type, message, name, path)

    def _take_headers(self, message: Message) -> None:
        for name, value in message.raw_items():
            self._take(_bytes(f"{name}:{value}"))
        if line := message.get_unixfrom():
            self._take(_bytes(line))

    def _take(self, data: bytes) -> None:
        self._read.update(_squeeze(line) for line in data.splitlines())

    def left_over(self) -> Iterator[Part]:
        """Lines of the source that no part accounts for."""
        known = self._read | self._boundaries
        lost = [line for line in self._source.splitlines() if (short := _squeeze(line)) and short not in known]
        if lost:
            text = b"\n".join(lost).decode("utf-8", "replace")
            yield Part(kind="metadata", path="left-over", text=text, visibility="hidden")


def inner_messages(message: Message) -> list[Message]:
    """The entities of a multipart or of a message in a message."""
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _squeeze(line: bytes) -> bytes:
    return b"".join(line.split())


def _missing(content_type: str, message: Message, place: str) -> Iterator[Gap]:
    """What the type alone says is not all here."""
    if content_type == "message/external-body":
        yield Gap(stage="extract", code="external_body", path=place, detail=parameter(message, "access-type"))
    elif content_type == "message/partial":
        of = f"{parameter(message, 'number')} of {parameter(message, 'total') or '?'}"
        yield Gap(stage="extract", code="partial_message", path=place, detail=of)
    elif content_type == "multipart/encrypted":
        yield Gap(stage="extract", code="encrypted", path=place, detail=parameter(message, "protocol"))


def _child(data: bytes, content_type: str, message: Message, name: str, path: str) -> Iterator[Gap | Blob]:
    """An attachment, or a body that has a reader of its own. A declared charset travels as a byte order mark."""
    label = parameter(message, "charset")
    codec = charset.lookup(label)
    if content_type.startswith("text/") and codec and (not data.isascii() or codec in charset.FOREIGN):
        decoded = charset.decode(data, label)
        if decoded.doubt:
            yield Gap(stage="extract", code="encoding_uncertain", path=f"{path}body", detail=decoded.doubt)
        if codec in charset.FOREIGN or not (decoded.doubt or (name and decoded.encoding == "utf-8")):
            data = decoded.text.encode("utf-8-sig", "replace")
    location = str(message.get("content-location", "")).partition("?")[0].rstrip("/").rpartition("/")[2]
    fallback = f"{path}body".replace("/", "-") + SUFFIXES.get(content_type, "")
    yield child(data, name or location or fallback, content_type)
