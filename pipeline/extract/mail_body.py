"""Read the text bodies of a mail: transfer encodings, format=flowed, and files written into the text."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.message import Message

from pipeline.extract import charset
from pipeline.extract.embedded import child, decode_base64
from pipeline.extract.mail_headers import parameter
from pipeline.extract.parts import PartBuilder
from pipeline.types import Blob, Gap, Part

UU_BEGIN = re.compile(rb"^begin(-base64)? [0-7]{3,4} +([^\r\n]+)\r?\n", re.MULTILINE)
UU_END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.MULTILINE)
YENC_BEGIN = re.compile(rb"^=ybegin ([^\r\n]*)\r?\n(?:=ypart [^\r\n]*\n)?", re.MULTILINE)
YENC_END = re.compile(rb"^=yend[^\r\n]*\r?$", re.MULTILINE)
BINHEX = re.compile(rb"^\(This file must be converted with BinHex", re.MULTILINE)
PGP = re.compile(rb"^[> \t]*-----BEGIN PGP MESSAGE-----", re.MULTILINE)
INSIDE_A_LINE = re.compile(rb"[A-Za-z0-9+/][ \t]+[A-Za-z0-9+/]")
UNPACKED = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"})
WORDS = re.compile(rb"(?:[A-Za-z]{2,}[ ,.\r\n]+){2}")
UU_LENGTHS = bytes(range(0x21, 0x61))  # the first character of a full line
BLANK_LINES = re.compile(r"\n[ \t]*\n+")
NEWLINE = re.compile(r"\r\n?")


def transfer_decode(raw: bytes, encoding: str) -> tuple[bytes, bool]:
    """The decoded body, and whether all of it could be decoded."""
    encoding = next(iter(re.findall(r"[\w-]+", encoding.lower())), "")
    if encoding == "base64":
        data, clean = decode_base64(raw)
        return data, clean and INSIDE_A_LINE.search(raw) is None  # words, too, are letters of the code
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw), True
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        opened, closed = UU_BEGIN.search(raw), UU_END.search(raw)
        return _uu(raw[opened.end() : closed.start()]) if opened and closed else (raw, False)
    return raw, encoding in UNPACKED


def read_text(data: bytes, message: Message, path: str) -> Iterator[Part | Gap | Blob]:
    """A text/plain body: files written into it become children, what is left is the text."""
    data, found = take_files(data, path)
    decoded = charset.decode(data, parameter(message, "charset"))
    if decoded.doubt:
        yield Gap(stage="extract", code="encoding_uncertain", path=path, detail=decoded.doubt)
    text = NEWLINE.sub("\n", decoded.text)
    if parameter(message, "format").lower() == "flowed":
        text = unflow(text, delete_space=parameter(message, "delsp").lower() == "yes")
    body = PartBuilder(kind="body", path=path)
    for block in BLANK_LINES.split(text):
        body.add(block)
    yield from body.parts()
    if decoded.other:
        yield Part(kind="body", path=f"{path}#other-encoding", text=decoded.other, visibility="hidden")
    if PGP.search(data):
        yield Gap(stage="extract", code="encrypted", path=path, detail="inline PGP message")
    yield from found


def take_files(data: bytes, path: str) -> tuple[bytes, list[Blob | Gap]]:
    """uuencode, yEnc and BinHex files inside a text: the text without them, and them."""
    found: list[Blob | Gap] = []
    for begin, end, decoder in ((UU_BEGIN, UU_END, _uu_file), (YENC_BEGIN, YENC_END, _yenc_file)):
        kept, at = bytearray(), 0
        while opened := begin.search(data, at):
            closed = end.search(data, opened.end())
            if closed is None:
                if begin is YENC_BEGIN or data[opened.end() : opened.end() + 1] in UU_LENGTHS:
                    found.append(Gap(stage="extract", code="truncated", path=path, detail="an encoded file has no end"))
                break
            body = data[opened.end() : closed.start()]
            name, plain, clean = decoder(opened, body)
            if not clean:
                found.append(Gap(stage="extract", code="undecodable", path=path, detail=f"encoded file {name}"[:80]))
            if plain:
                found.append(child(plain, name))
            kept += data[at : opened.start()] + f"[{name}]\n".encode()
            if WORDS.search(body):  # what stands there may be meant for the eye, and the code a pretence
                kept += body
            at = closed.end()
        data = bytes(kept) + data[at:]
    if BINHEX.search(data):
        found.append(Gap(stage="extract", code="undecodable", path=path, detail="a BinHex file in the text"))
    return data, found


def _uu_file(opened: re.Match[bytes], body: bytes) -> tuple[str, bytes, bool]:
    plain, clean = decode_base64(body) if opened.group(1) else _uu(body)
    return opened.group(2).decode("utf-8", "replace").strip(), plain, clean


def _yenc_file(opened: re.Match[bytes], body: bytes) -> tuple[str, bytes, bool]:
    head, _, name = opened.group(1).partition(b"name=")
    return name.decode("utf-8", "replace").strip(), _yenc(body), b"part=" not in head


def _uu(lines: bytes) -> tuple[bytes, bool]:
    out, clean = bytearray(), True
    for line in lines.splitlines():
        if not line.strip():
            continue
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:  # some encoders leave garbage behind the counted bytes
            count = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(line[:count])
            except binascii.Error:
                clean = False
    return bytes(out), clean


def _yenc(body: bytes) -> bytes:
    out, escaped = bytearray(), False
    for byte in body.replace(b"\r", b"").replace(b"\n", b""):
        if byte == 0x3D and not escaped:
            escaped = True
            continue
        out.append((byte - (106 if escaped else 42)) & 255)
        escaped = False
    return bytes(out)


def unflow(text: str, *, delete_space: bool) -> str:
    """Join soft line breaks (RFC 3676): a line that ends in a space goes on, but not over a change of quote depth."""
    out: list[str] = []
    soft_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        if soft_depth == depth and out:
            out[-1] += content
        else:
            out.append(">" * depth + (" " if depth else "") + content)
        if soft and delete_space:
            out[-1] = out[-1][:-1]
        soft_depth = depth if soft else None
    return "\n".join(out)
