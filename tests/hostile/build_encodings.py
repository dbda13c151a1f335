"""Text that hides in a charset: a label that lies, one that few readers know, none where one is needed."""

from __future__ import annotations

import base64

from tests.hostile.build_mail import HEAD
from tests.hostile.case import CANARY, HARMLESS, Case


def utf7(text: str) -> str:
    return f"+{base64.b64encode(text.encode('utf-16-be')).decode().rstrip('=')}-"


def mail(label: str, body: bytes) -> bytes:
    return f"{HEAD}Content-Type: text/plain; charset={label}\r\n\r\n".encode() + body


def page(label: str, body: bytes) -> bytes:
    return f"<html><head><meta charset={label}></head><body><p>".encode() + body + b"</p></body></html>"


def lines(*texts: str) -> str:
    return "\r\n".join(texts)


RUSSIAN = "Встреча перенесена на вторник, повестка прежняя."
POLISH = "Zażółć gęślą jaźń"
_CASES = {
    "mail-utf7-unlabelled": ("mail.eml", mail("us-ascii", utf7(CANARY).encode()), mail("us-ascii", HARMLESS.encode())),
    "mail-utf7-over-lines": (
        "mail.eml",
        mail("us-ascii", utf7(f"Agenda\r\n{CANARY}").encode()),
        mail("us-ascii", b"1 + 1 = 2; ann+lists@example.org; C++-"),
    ),
    "mail-ebcdic": ("mail.eml", mail("ibm037", CANARY.encode("cp037")), mail("iso-8859-1", HARMLESS.encode())),
    "mail-ebcdic-label-on-ascii": ("mail.eml", mail("ibm037", CANARY.encode()), mail("utf-8", HARMLESS.encode())),
    "mail-hz": ("mail.eml", mail("hz-gb-2312", f"~{{<:Ky~}} {CANARY}".encode()), mail("gb2312", HARMLESS.encode())),
    "html-utf7-label": ("page.html", page("utf-7", utf7(CANARY).encode()), page("utf-8", HARMLESS.encode())),
    "html-utf16-label-on-ascii": ("page.html", page("utf-16", CANARY.encode()), page("utf-16", HARMLESS.encode())),
    "text-utf7-over-lines": ("note.txt", utf7(f"{CANARY}\n").encode(), b"1+1=2\n"),
    "text-utf7-open-end": ("note.txt", f"See {utf7(CANARY)[:-1]} there".encode(), b"call +447911123456 now"),
}
_HELD = {
    "mail-koi8-labelled-1251": (
        "mail.eml",
        mail("windows-1251", RUSSIAN.encode("koi8-r")),
        mail("koi8-r", RUSSIAN.encode("koi8-r")),
    ),
    "mail-1251-labelled-latin1": (
        "mail.eml",
        mail("iso-8859-1", RUSSIAN.encode("cp1251")),
        mail("windows-1251", RUSSIAN.encode("cp1251")),
    ),
    "html-sjis-labelled-utf8": (
        "page.html",
        page("utf-8", "会議は火曜日".encode("cp932")),
        page("shift_jis", "会議は火曜日".encode("cp932")),
    ),
    "text-latin2": (
        "note.txt",
        f"To {POLISH} we wrote at noon.".encode("iso8859-2"),
        f"To {POLISH} we wrote.".encode(),
    ),
    "text-mac": (
        "note.txt",
        "The “curly” café’s menu".encode("mac_roman"),
        "The “curly” café’s menu, £5".encode("cp1252"),
    ),
    "text-dos": ("note.txt", "schöne Größe".encode("cp850"), "schöne Größe".encode("cp1252")),
}

CASES = [
    *(
        Case(row=64, name=name, filename=filename, data=lambda d=data: d, expect="read", twin=lambda t=twin: t)
        for name, (filename, data, twin) in _CASES.items()
    ),
    *(
        Case(
            row=64, name=name, filename=filename, data=lambda d=data: d, expect="hold", code="encoding_uncertain",
            twin=lambda t=twin: t,
        )
        for name, (filename, data, twin) in _HELD.items()
    ),
]  # fmt: skip
