"""Mail that hides: in alternatives, margins, headers, encodings, nested messages, wrappers."""

from __future__ import annotations

import base64
import binascii
import quopri
import struct
from collections.abc import Callable
from functools import partial

from tests.hostile.case import CANARY, HARMLESS, Case

HEAD = "From: Ada <ada@example.org>\r\nTo: Bo <bo@example.org>\r\nSubject: Lunch\r\nMIME-Version: 1.0\r\n"
OID_SIGNED, OID_ENVELOPED, OID_DATA = (bytes.fromhex(f"2a864886f70d01070{digit}") for digit in "231")


def mail(content_type: str, body: str, *, head: str = HEAD, extra: str = "") -> bytes:
    return f"{head}Content-Type: {content_type}\r\n{extra}\r\n{body}".encode()


def multipart(
    kind: str, *parts: str, before: str = "", after: str = "", close: str = "--b--\r\n", extra: str = ""
) -> bytes:
    body = before + "".join(f"--b\r\n{part}\r\n" for part in parts) + close + after
    return mail(f'multipart/{kind}; boundary="b"{extra}', body)


def plain(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"


def attached(data: bytes, content_type: str, name: str) -> str:
    code = base64.encodebytes(data).decode().replace("\n", "\r\n")
    return (
        f'Content-Type: {content_type}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{code}"
    )


def alternatives(text: str) -> bytes:
    page = f"Content-Type: text/html; charset=utf-8\r\n\r\n<p>{text}</p>"
    return multipart("alternative", plain("See you at noon."), page)


def nested(text: str, kind: str = "mixed") -> bytes:
    inner = mail("text/plain", text).decode()
    for _ in range(3):
        inner = multipart(kind, plain("Forwarded."), f"Content-Type: message/rfc822\r\n\r\n{inner}").decode()
    return inner.encode()


def digest(text: str) -> bytes:
    inner = mail("text/plain", text).decode()
    return mail('multipart/digest; boundary="b"', f"--b\r\n\r\n{inner}\r\n--b--\r\n")


def packed_message(text: str) -> bytes:
    code = base64.encodebytes(mail("text/plain", text)).decode()
    inner = f"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{code}"
    return multipart("mixed", plain("Forwarded."), inner)


def uuencoded(text: str) -> bytes:
    data = (text + "\n").encode()
    lines = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return mail("text/plain", f"The file:\r\n\r\nbegin 644 note.txt\r\n{lines.decode()}`\r\nend\r\n")


def yencoded(text: str) -> bytes:
    body = bytes((byte + 42) & 255 for byte in text.encode())
    head = f"{HEAD}\r\n=ybegin line=128 size={len(text)} name=note.txt\r\n".encode()
    return head + body + f"\r\n=yend size={len(text)}\r\n".encode()


def bad_base64(text: str) -> bytes:
    code = base64.b64encode(text.encode()).decode().rstrip("=") + "*"
    return mail("text/plain", code, extra="Content-Transfer-Encoding: base64\r\n")


def no_padding(text: str) -> bytes:
    code = base64.b64encode(text.encode()).decode().rstrip("=")
    return mail("text/plain; charset=utf-8", code, extra="Content-Transfer-Encoding: base64\r\n")


def soft_breaks(text: str) -> bytes:
    code = quopri.encodestring(" ".join(f"{text} é" for _ in range(5)).encode()).decode()
    return mail("text/plain; charset=utf-8", code, extra="Content-Transfer-Encoding: quoted-printable\r\n")


def der(tag: int, *values: bytes) -> bytes:
    body = b"".join(values)
    size = len(body)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + body


def cms(oid: bytes, content: bytes) -> bytes:
    return der(0x30, der(0x06, oid), der(0xA0, content))


def signed(text: str) -> bytes:
    inner = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
    pieces = der(0x24, der(0x04, inner[:20]), der(0x04, inner[20:]))
    content = der(0x30, der(0x06, OID_DATA), der(0xA0, pieces))
    data = cms(OID_SIGNED, der(0x30, der(0x02, b"\1"), der(0x31), content, der(0x31)))
    return smime(data, "signed-data")


def enveloped() -> bytes:
    return smime(cms(OID_ENVELOPED, der(0x30, der(0x02, b"\0"), der(0x31, bytes(200)))), "enveloped-data")


def smime(data: bytes, kind: str) -> bytes:
    code = base64.encodebytes(data).decode()
    content_type = f"application/pkcs7-mime; smime-type={kind}; name=smime.p7m"
    return mail(content_type, code, extra="Content-Transfer-Encoding: base64\r\n")


def tnef(text: str) -> bytes:
    def attribute(level: int, number: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    return (
        b"\x78\x9f\x3e\x22\x01\x00"
        + attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
        + attribute(2, 0x00069002, bytes(14))
        + attribute(2, 0x00018010, b"note.txt\0")
        + attribute(2, 0x0006800F, text.encode())
    )


def winmail(text: str) -> bytes:
    return multipart("mixed", plain("See attachment."), attached(tnef(text), "application/ms-tnef", "winmail.dat"))


def read(row: int, name: str, build: Callable[[str], bytes], filename: str = "mail.eml", code: str = "") -> Case:
    """A case whose twin is the same form around harmless words."""
    return Case(
        row=row, name=name, filename=filename, expect="read", code=code,
        data=partial(build, CANARY), twin=partial(build, HARMLESS),
    )  # fmt: skip


def hold(row: int, name: str, build: Callable[[], bytes], code: str) -> Case:
    return Case(row=row, name=name, filename="mail.eml", expect="hold", code=code, data=build)


ARMOUR = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0\r\n-----END PGP MESSAGE-----\r\n"
RTLO = "\u202e"

CASES = [
    read(53, "three-messages-deep", nested),
    read(53, "digest", digest),
    read(53, "message-in-base64", packed_message),
    read(53, "winmail-dat", winmail),
    read(53, "tnef-alone", tnef, "winmail.dat"),
    read(53, "mailbox", lambda text: b"From ada Mon Jan  5 10:00:00 2026\r\n" + mail("text/plain", text), "mails.mbox"),
    read(54, "html-alternative-differs", alternatives),
    read(55, "preamble", lambda text: multipart("mixed", plain("Hello."), before=f"{text}\r\n")),
    read(55, "epilogue", lambda text: multipart("mixed", plain("Hello."), after=f"{text}\r\n")),
    read(55, "repeated-header", lambda text: mail("text/plain", "Hello.", extra=f"Subject: {text}\r\n")),
    read(55, "unknown-header", lambda text: mail("text/plain", "Hello.", extra=f"X-Note: {text}\r\n")),
    Case(
        row=55,
        name="boundary-that-marks-nothing",
        filename="mail.eml",
        expect="read",
        code="damaged",
        data=lambda: mail('multipart/mixed; boundary="zz"', CANARY),
        twin=lambda: multipart("mixed", plain(HARMLESS)),
    ),
    read(
        55,
        "folded-boundary",
        lambda text: mail('multipart/mixed;\r\n boundary="b\r\n c"', f"--b c\r\n\r\n{text}\r\n--b c--"),
    ),
    Case(
        row=55,
        name="no-closing-boundary",
        filename="mail.eml",
        expect="read",
        code="truncated",
        data=lambda: multipart("mixed", plain(CANARY), close=""),
        twin=lambda: multipart("mixed", plain(HARMLESS)),
    ),
    read(56, "uuencoded-in-text", uuencoded),
    read(56, "yencoded-in-text", yencoded),
    read(56, "base64-without-padding", no_padding),
    Case(
        row=56,
        name="base64-damaged",
        filename="mail.eml",
        expect="hold",
        code="undecodable",
        data=lambda: bad_base64(CANARY),
        twin=lambda: no_padding(HARMLESS),
    ),
    read(56, "quoted-printable-soft-breaks", soft_breaks),
    hold(
        56,
        "binhex",
        lambda: mail("text/plain", "(This file must be converted with BinHex 4.0)\r\n:$f*:\r\n"),
        "undecodable",
    ),
    hold(
        57,
        "external-body",
        lambda: mail('message/external-body; access-type="ftp"', "Content-Type: text/plain\r\n\r\n"),
        "external_body",
    ),
    hold(57, "partial", lambda: mail('message/partial; id="1"; number=2; total=3', HARMLESS), "partial_message"),
    hold(
        58,
        "pgp-mime",
        lambda: multipart(
            "encrypted",
            "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
            f"Content-Type: application/octet-stream\r\n\r\n{ARMOUR}",
        ),
        "encrypted",
    ),
    hold(58, "pgp-inline", lambda: mail("text/plain", f"Hello.\r\n\r\n{ARMOUR}"), "encrypted"),
    hold(58, "smime-enveloped", enveloped, "encrypted"),
    read(58, "smime-signed", signed),
    read(
        58,
        "pgp-signed",
        lambda text: multipart(
            "signed", plain(text), "Content-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----"
        ),
    ),
    read(
        59,
        "subject-in-encoded-words",
        lambda text: mail(
            "text/plain",
            "Hello.",
            extra="X-Topic: "
            + "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part.encode()).decode()}?=" for part in (text[:9], text[9:]))
            + "\r\n",
        ),
    ),
    read(
        59,
        "file-name-rfc2231",
        lambda text: multipart(
            "mixed",
            plain("Hello."),
            "Content-Type: text/csv\r\nContent-Disposition: attachment;\r\n"
            f" filename*0*=utf-8''{text[:10].replace(' ', '%20')};\r\n"
            f" filename*1*={text[10:].replace(' ', '%20')}%2Ecsv\r\n\r\na,b\r\n1,2\r\n",
        ),
    ),
    Case(
        row=59,
        name="name-with-override",
        filename="mail.eml",
        expect="read",
        canary=f"photo{RTLO}gpj.txt",
        data=lambda: multipart("mixed", plain("Hello."), attached(b"text", "text/plain", f"photo{RTLO}gpj.txt")),
    ),
]
