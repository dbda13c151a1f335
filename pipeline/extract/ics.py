"""Read calendars (iCalendar, RFC 5545) and contacts (vCard): one block a component, attached data as children."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from pipeline.extract import charset
from pipeline.extract.embedded import child, decode_base64
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

FOLD = re.compile(r"\r?\n[ \t]")
SOFT_BREAK = re.compile(r"=\r?\n")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
LINE = re.compile(r"([\w.-]+)((?:;(?:\"[^\"]*\"|[^:\"])*)?):(.*)", re.DOTALL)


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob]:
    """Every property of every component as written, unfolded and unescaped; parameters included."""
    decoded = charset.decode(blob.data)
    if decoded.doubt:
        yield Gap(stage="extract", code="encoding_uncertain", path="body", detail=decoded.doubt)
    text = FOLD.sub("", decoded.text)
    if "QUOTED-PRINTABLE" in text.upper():
        text = SOFT_BREAK.sub("", text)
    body = PartBuilder(kind="body", path="body")
    component: list[str] = []
    for line in text.splitlines():
        shown, found = _line(line)
        yield from found
        component.append(shown)
        if line[:4].upper() == "END:":
            body.add("\n".join(component))
            component = []
    body.add("\n".join(component))
    yield from body.parts()


def _line(line: str) -> tuple[str, list[Blob | Gap]]:
    """The line as a reader would see it, and what is packed into it."""
    match = LINE.match(line)
    if not match:
        return line, []
    name, options, value = match.groups()
    coding = options.upper()
    if "ENCODING=BASE64" in coding or "ENCODING=B" in coding.split(";"):
        data, clean = decode_base64(value.encode("utf-8"))
        damage = [] if clean else [Gap(stage="extract", code="undecodable", path="body", detail=f"{name} in base64")]
        return f"{name}{options}", [*damage, child(data, name.lower())]
    if "QUOTED-PRINTABLE" in coding:
        value = charset.decode(binascii.a2b_qp(value.encode("utf-8"))).text
    if "FMTTYPE=TEXT/HTML" in coding:
        return f"{name}{options}", [child(_unescape(value).encode("utf-8-sig"), f"{name.lower()}.html", "text/html")]
    return f"{name}{options}: {_unescape(value)}", []


def _unescape(value: str) -> str:
    return ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
