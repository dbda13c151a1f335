"""Read a mail message (RFC 5322, MIME): headers, every alternative, preamble and epilogue, attachments as children.

MHTML is the same format. The standard library's parser splits the message; what it makes of broken ones is held against
the lines of the source, so that no line is lost.
"""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser

from pipeline.extract import charset
from pipeline.extract.embedded import child, too_small_for_text
from pipeline.extract.mail_body import read_text, transfer_decode
from pipeline.extract.mail_headers import header_parts, parameter
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

Found = Part | Gap | Blob | Notice
BOILERPLATE = ("this is a multi-part message in mime format", "this is a multipart message in mime format")
MAX_MIME_DEPTH = 60
SIGNATURES = frozenset({"application/pgp-signature", "application/pgp-encrypted", "application/pgp-keys"})


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """The message's parts. Nested messages are read in place, attachments and HTML bodies become children."""
    try:
        message = BytesParser(policy=email.policy.compat32).parsebytes(blob.data)
    except RecursionError:
        yield Gap(stage="extract", code="limit_depth", path="body", detail="multiparts nested beyond reading")
        yield Part(kind="body", path="source", text=blob.data.decode("latin-1"), visibility="hidden")
        return
    reader = MessageReader(blob.data)
    yield from reader.message(message, "", 0)
    yield from reader.left_over()


class MessageReader:
    """Walks one message, and remembers which lines of the source it has read."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._read: set[bytes] = set()
        self._boundaries: set[bytes] = set()

    def message(self, message: Message, path: str, depth: int) -> Iterator[Found]:
        """One entity, with everything below it."""
        if depth > MAX_MIME_DEPTH:
            yield Gap(stage="extract", code="limit_depth", path=path, detail="MIME parts nested too deep")
            return
        self._take_headers(message)
        yield from header_parts(message, path)
        content_type = message.get_content_type()
        yield from _by_type(content_type, message, path)
        if message.is_multipart():
            yield from self._inside(message, content_type, path, depth)
        else:
            yield from self._leaf(message, content_type, path)

    def _inside(self, message: Message, content_type: str, path: str, depth: int) -> Iterator[Found]:
        if boundary := parameter(message, "boundary"):
            mark = b"--" + boundary.encode("utf-8", "surrogateescape")
            self._boundaries |= {_squeeze(mark), _squeeze(mark + b"--")}
        if (
            content_type.startswith("message/")
            and message.get("content-transfer-encoding", "").strip().lower() in PACKED
        ):
            yield from self._packed_message(message, path)
            return
        yield from self._margin(message.preamble, f"{path}preamble")
        for number, inner in enumerate(message.get_payload(), 1):
            yield from self.message(inner, f"{path}{number}/", depth + 1)
        yield from self._margin(message.epilogue, f"{path}epilogue")
        if any(type(defect).__name__ == "CloseBoundaryNotFoundDefect" for defect in message.defects):
            yield Gap(stage="extract", code="truncated", path=f"{path}body", detail="the closing boundary is missing")

    def _packed_message(self, message: Message, path: str) -> Iterator[Found]:
        """A message inside a message, against the rules in base64: the parser took the code for the message."""
        inner = b"".join(part.as_bytes() for part in message.get_payload())
        self._take(inner)
        data, clean = transfer_decode(inner, message.get("content-transfer-encoding", ""))
        if not clean:
            yield Gap(stage="extract", code="undecodable", path=f"{path}body", detail="base64 of an inner message")
        yield child(data, "message.eml", "message/rfc822")

    def _margin(self, text: str | None, path: str) -> Iterator[Part]:
        if not text:
            return
        raw = text.encode("utf-8", "surrogateescape")
        self._take(raw)
        clean = raw.decode("utf-8", "replace").strip()
        if clean and not clean.lower().rstrip(".").startswith(BOILERPLATE):
            yield Part(kind="body", path=path, text=clean, visibility="hidden")

    def _leaf(self, message: Message, content_type: str, path: str) -> Iterator[Found]:
        raw = raw_payload(message)
        self._take(raw)
        encoding = message.get("content-transfer-encoding", "")
        data, clean = transfer_decode(raw, str(encoding))
        name = parameter(message, "filename") or parameter(message, "name")
        if not clean:
            yield Gap(stage="extract", code="undecodable", path=f"{path}body", detail=f"{encoding} is damaged"[:80])
        if content_type == "text/plain" and not (name and message.get_content_disposition() == "attachment"):
            yield from read_text(data, message, f"{path}body")
        elif content_type == "text/html" and not name:
            yield _html(data, parameter(message, "charset"), f"{path}body.html".replace("/", "-"))
        elif content_type in SIGNATURES:
            yield Part(
                kind="metadata",
                path=f"{path}signature",
                text=data.decode("latin-1").strip() or "empty",
                visibility="hidden",
            )
        elif data and not too_small_for_text(data):
            yield child(data, name or f"{path}part".replace("/", "-") + SUFFIXES.get(content_type, ""), content_type)

    def _take_headers(self, message: Message) -> None:
        for name, value in message.raw_items():
            self._take(f"{name}:{value}".encode("utf-8", "surrogateescape"))
        if unixfrom := message.get_unixfrom():
            self._take(unixfrom.encode("utf-8", "surrogateescape"))

    def _take(self, data: bytes) -> None:
        self._read.update(_squeeze(line) for line in data.splitlines())

    def left_over(self) -> Iterator[Part]:
        """Lines of the source that no part accounts for."""
        known = self._read | self._boundaries
        lost = [line for line in self._source.splitlines() if (short := _squeeze(line)) and short not in known]
        if lost:
            yield Part(
                kind="metadata", path="left-over", text=b"\n".join(lost).decode("utf-8", "replace"), visibility="hidden"
            )


PACKED = frozenset({"base64", "quoted-printable"})
SUFFIXES = {
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/rtf": ".rtf",
}


def raw_payload(message: Message) -> bytes:
    """The body of a leaf as it stands in the source."""
    payload = message.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _squeeze(line: bytes) -> bytes:
    return b"".join(line.split())


def _by_type(content_type: str, message: Message, path: str) -> Iterator[Gap]:
    """What the type alone says is not all here."""
    place = f"{path}body"
    if content_type == "message/external-body":
        yield Gap(stage="extract", code="external_body", path=place, detail=parameter(message, "access-type"))
    elif content_type == "message/partial":
        of = f"{parameter(message, 'number')} of {parameter(message, 'total') or '?'}"
        yield Gap(stage="extract", code="partial_message", path=place, detail=of)
    elif content_type == "multipart/encrypted":
        yield Gap(stage="extract", code="encrypted", path=place, detail=parameter(message, "protocol"))


def _html(data: bytes, label: str, name: str) -> Blob:
    """An HTML body as a child, its transport charset turned into a byte order mark, which a browser obeys first."""
    codec = charset.lookup(label) if label else None
    if codec and codec != "utf-8" and not data.startswith(charset.MARKS):
        decoded = charset.decode(data, label)
        if not decoded.doubt:
            data = decoded.text.encode("utf-8-sig", "replace")
    return child(data, name, "text/html")
