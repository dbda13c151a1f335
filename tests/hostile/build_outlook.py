"""Outlook messages that hide: in bodies of every kind, code pages, odd properties, recipients, messages inside."""

from __future__ import annotations

import struct
from functools import partial

from tests.hostile.build_mail import read
from tests.hostile.case import Case
from tests.hostile.ole_making import Tree, compound_file


def outlook(properties: dict[int, str | bytes], *, size: int = 32, page: int = 65001, **storages: Tree) -> Tree:
    """The streams of a message, recipient or attachment; `bytes` stand for an eight-bit string or binary data."""
    tree: Tree = {}
    rows = struct.pack("<HHIII", 3, 0x3FDE, 6, page, 0)
    for number, value in properties.items():
        kind = 0x1F if isinstance(value, str) else 0x102 if number in (0x1013, 0x1009, 0x3701) else 0x1E
        data = value.encode("utf-16-le") if isinstance(value, str) else value
        tree[f"__substg1.0_{number:04X}{kind:04X}"] = data
        rows += struct.pack("<HHIII", kind, number, 6, len(data) + {0x1F: 2, 0x1E: 1}.get(kind, 0), 0)
    tree["__properties_version1.0"] = bytes(size) + rows
    return tree | storages


def rtf_stored(text: str) -> bytes:
    body = b"{\\rtf1\\ansi " + text.encode() + b"}"
    return struct.pack("<IIII", len(body) + 12, len(body), 0x414C454D, 0) + body


def msg(properties: dict[int, str | bytes], **storages: Tree) -> bytes:
    return compound_file(outlook({0x001A: "IPM.Note", 0x0037: "Lunch"} | properties, **storages))


def msg_in_msg(text: str) -> bytes:
    inner = outlook({0x0037: "Inner", 0x1000: text}, size=24)
    attachment = outlook({0x3707: "inner.msg"}, size=8) | {"__substg1.0_3701000D": inner}
    return msg({0x1000: "See the attached message."}, **{"__attach_version1.0_#00000000": attachment})


def with_attachment(text: str) -> bytes:
    attachment = outlook({0x3707: "note.txt", 0x3701: text.encode()}, size=8)
    return msg({0x1000: "See attachment."}, **{"__attach_version1.0_#00000000": attachment})


def in_page(number: int, page: int) -> bytes:
    text = "Встреча перенесена на вторник, повестка прежняя."
    return compound_file(outlook({0x1000: b"Hello.", number: text.encode("koi8-r")}, page=page))


CASES = [
    read(53, "msg-in-msg", msg_in_msg, "mail.msg"),
    read(60, "msg-body", lambda text: msg({0x1000: text}), "mail.msg"),
    read(60, "msg-html-in-1013", lambda text: msg({0x1013: f"<p>{text} é</p>".encode()}), "mail.msg"),
    read(60, "msg-rtf-only", lambda text: msg({0x1009: rtf_stored(text)}), "mail.msg"),
    read(
        60,
        "msg-html-in-rtf",
        lambda text: msg({0x1009: rtf_stored(r"\fromhtml1{\*\htmltag64 <p>}" + text + r"{\*\htmltag72 </p>}")}),
        "mail.msg",
    ),
    read(
        60,
        "msg-code-page",
        lambda text: compound_file(outlook({0x1000: f"Żółw. {text}".encode("cp1250")}, page=1250)),
        "mail.msg",
    ),
    *(
        Case(
            row=60, name=f"msg-{kind}-in-a-wrong-code-page", filename="mail.msg", expect="hold",
            code="encoding_uncertain", data=partial(in_page, number, 1251), twin=partial(in_page, number, 20866),
        )
        for kind, number in (("body", 0x1000), ("html", 0x1013), ("field", 0x0037))
    ),
    Case(
        row=60, name="msg-body-without-a-code-page", filename="mail.msg", expect="hold", code="encoding_uncertain",
        data=partial(in_page, 0x1000, 0), twin=lambda: msg({0x1000: "Größe, café".encode()}),
    ),
    read(60, "msg-any-string", lambda text: msg({0x8005: text}), "mail.msg"),
    read(
        60,
        "msg-recipient",
        lambda text: msg({}, **{"__recip_version1.0_#00000000": outlook({0x3001: text}, size=8)}),
        "mail.msg",
    ),
    read(60, "msg-attachment", with_attachment, "mail.msg"),
]  # fmt: skip
