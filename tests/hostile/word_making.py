"""Makes small binary Word documents ([MS-DOC]) for tests."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests.hostile.office_records import ole

TEXT_AT, PAGE_AT, PAIRS = 1024, 8192, 93
STORIES = ("body", "footnotes", "headers", "macros", "comments", "endnotes", "textboxes", "header-textboxes")
STYLES, AUTHORS, THEME = 1, 51, 134
DELETED, HIDDEN = 0x0800, 0x083C


def word(
    body: str = "Minutes.\r",
    *,
    stories: Mapping[str, str] | None = None,
    marks: Sequence[tuple[str, int]] = (),
    chunks: Mapping[int, bytes] | None = None,
    leftover: bytes = b"",
    flags: int = 0,
    version: int = 0xC1,
    wide: bool = False,
    streams: Mapping[str, bytes] | None = None,
) -> bytes:
    """A document whose stories follow one another in one piece; `marks` are stretches of text with a property set.

    `chunks` are put into the table stream under the number of their pair. `leftover` lies behind the text, in no piece.
    """
    texts = {"body": body, **(stories or {})}
    text = "".join(texts.get(name, "") for name in STORIES) + "\r"
    raw = text.encode("utf-16-le" if wide else "cp1252")
    table, pairs = bytearray(b"\0" * 16), {}
    place = TEXT_AT if wide else TEXT_AT * 2 | 0x40000000
    pieces = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, place, 0)
    pages = struct.pack("<III", TEXT_AT, TEXT_AT + len(raw), PAGE_AT // 512)
    for number, data in {12: pages, 33: b"\x02" + struct.pack("<I", len(pieces)) + pieces, **(chunks or {})}.items():
        pairs[number] = (len(table), len(data))
        table += data
    main = bytearray(PAGE_AT + 512)
    struct.pack_into("<HH", main, 0, 0xA5EC, version)
    struct.pack_into("<H", main, 10, 0x200 | flags)
    struct.pack_into("<8I", main, 0x4C, *(len(texts.get(name, "")) for name in STORIES))
    struct.pack_into("<H", main, 0x98, PAIRS)
    for number, pair in pairs.items():
        struct.pack_into("<II", main, 0x9A + 8 * number, *pair)
    main[TEXT_AT : TEXT_AT + len(raw)] = raw
    main[PAGE_AT - len(leftover) : PAGE_AT] = leftover
    main[PAGE_AT:] = _page(text, len(raw) // len(text), marks)
    return ole({"WordDocument": bytes(main), "1Table": bytes(table), **(streams or {})})


def _page(text: str, width: int, marks: Sequence[tuple[str, int]]) -> bytes:
    """The page of character properties: the stretches between and of the marks."""
    places, runs = [TEXT_AT], []
    for stretch, mark in marks:
        start = text.index(stretch)
        places += [TEXT_AT + width * start, TEXT_AT + width * (start + len(stretch))]
        runs += [0, mark]
    places.append(TEXT_AT + width * len(text))
    runs.append(0)
    page = bytearray(512)
    struct.pack_into(f"<{len(places)}I", page, 0, *places)
    for number, mark in enumerate(runs):
        if mark:
            at = 480 - 8 * number
            page[4 * len(places) + number] = at // 2
            page[at : at + 4] = struct.pack("<BHB", 3, mark, 1)
    page[511] = len(runs)
    return bytes(page)


def string_list(*texts: str) -> bytes:
    """An STTB of strings in two bytes."""
    return struct.pack("<HHH", 0xFFFF, len(texts), 0) + b"".join(
        struct.pack("<H", len(text)) + text.encode("utf-16-le") for text in texts
    )


def block(mode: int, body: bytes) -> bytes:
    """A block of the data stream."""
    return struct.pack("<IHh", 68 + len(body), 68, mode).ljust(68, b"\0") + body


def record(kind: int, payload: bytes, *, instance: int = 0, container: bool = False) -> bytes:
    """An OfficeArt or PowerPoint record."""
    return struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(payload)) + payload


def shape_text(text: str) -> bytes:
    """A table of properties with an alternative text."""
    value = (text + "\0").encode("utf-16-le")
    return record(0xF00B, struct.pack("<HI", 0x8381, len(value)) + value, instance=1)


def blip(png: bytes) -> bytes:
    return record(0xF01E, b"\0" * 17 + png, instance=0x6E0)


def slides(*top: bytes, token: int = 0xE391C05F, user: str = "", streams: Mapping[str, bytes] | None = None) -> bytes:
    """A presentation of the records `top`, last saved by `user`."""
    name = user.encode("utf-16-le")
    last = record(0x0FF6, struct.pack("<II", 20, token) + b"\0" * 12 + name)
    return ole({"PowerPoint Document": b"".join(top), "Current User": last, **(streams or {})})


def slide(*inside: bytes, hidden: bool = False, kind: int = 1006) -> bytes:
    show = record(1017, b"\0" * 10 + bytes([4 if hidden else 0]) + b"\0" * 5)
    return record(kind, show + b"".join(inside), container=True)


def text(words: str, *, wide: bool = True) -> bytes:
    return record(4000 if wide else 4008, words.encode("utf-16-le" if wide else "latin-1"))


def string(words: str) -> bytes:
    return record(4026, words.encode("utf-16-le"))
