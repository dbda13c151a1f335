"""Containers that nobody here reads: archives, disks, databases, mail stores, drawings (row 80). All are held.

Each carries the canary openly, and in a second form behind more plain text than is looked at to tell text from binary.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable

import brotli

from tests.hostile.archive_making import COVER, zipped
from tests.hostile.case import CANARY, HARMLESS, Case
from tests.hostile.ole_making import compound_file

HEADS: dict[str, tuple[str, bytes]] = {
    "rar4": ("a.rar", b"Rar!\x1a\x07\0\xcf\x90\x73\0\0\x0d\0\0\0\0\0\0\0"),
    "rar5": ("a.rar", b"Rar!\x1a\x07\1\0\x33\x92\xb5\xe5\x0a\1\5\6\0\5\1\1\x80\x80\0"),
    "rar-old": ("a.rar", b"RE~^\7\0\0"),
    "cab": ("a.cab", b"MSCF\0\0\0\0" + struct.pack("<5I2B5H", 900, 0, 44, 0, 0x30001, 3, 1, 1, 1, 0, 0, 0)),
    "arj": ("a.arj", b"\x60\xea\x22\0\x1e\7\1\0\x10\0\2" + bytes(23)),
    "lha-stored": ("a.lzh", b"\x22\0-lh0-\x2a\0\0\0\x2a\0\0\0\0\0\0\0\x20\1\x04a.txt"),
    "ace": ("a.ace", bytes(7) + b"**ACE**\x14\x14"),
    "zoo": ("a.zoo", b"ZOO 2.10 Archive.\x1a\0\0\xdc\xa7\xc4\xfd"),
    "cpio": ("a.cpio", b"070701" + b"0000000A" * 13 + b"note.txt\0\0"),
    "old-cpio": ("a.cpio", b"070707" + b"000012" * 7 + b"00000000000" + b"000006" + b"00000000012a.txt\0"),
    "ar": ("a.deb", b"!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n"),
    "rpm": ("a.rpm", b"\xed\xab\xee\xdb\3\0\0\0\0\1" + bytes(86)),
    "stuffit": ("a.sit", b"SIT!\0\1\0\0\0\0rLau\1\0"),
    "compress": ("a.txt.Z", b"\x1f\x9d\x90"),
    "lz4": ("a.txt.lz4", b"\x04\x22\x4d\x18\x64\x40\xa7"),
    "snappy": ("a.txt.sz", b"\xff\6\0\0sNaPpY\1\x40\0\0"),
    "lzip": ("a.txt.lz", b"LZIP\1\x0c"),
    "lzop": ("a.txt.lzo", b"\x89LZO\0\r\n\x1a\n\x10\x40"),
    "iso": ("disk.iso", bytes(32768) + b"\1CD001\1\0"),
    "udf": ("disk.iso", bytes(32768) + b"\0BEA01\1\0"),
    "vhd": ("disk.vhd", b"conectix\0\0\0\2\0\1\0\0"),
    "vhdx": ("disk.vhdx", b"vhdxfile" + "tool".encode("utf-16-le")),
    "vmdk": ("disk.vmdk", b"KDMV\1\0\0\0\3\0\0\0"),
    "qcow": ("disk.qcow2", b"QFI\xfb\0\0\0\3"),
    "squashfs": ("disk.sqsh", b"hsqs\1\0\0\0"),
    "pst": ("mail.pst", b"!BDN\0\0\0\0SM\x17\0\x13\0\1\1"),
    "jet": ("base.mdb", b"\0\1\0\0Standard Jet DB\0\1\0\0\0"),
    "ace-database": ("base.accdb", b"\0\1\0\0Standard ACE DB\0\2\0\0\0"),
    "sqlite": ("base.db", b"SQLite format 3\0\x10\0\1\1\0\x40\x20\x20"),
    "warc": ("a.warc", b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 42\r\n\r\n"),
    "chm": ("help.chm", b"ITSF\3\0\0\0\x60\0\0\0\1\0\0\0"),
    "onenote": ("notes.one", bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(32)),
    "onenote-contents": ("open.onetoc2", bytes.fromhex("a12fff43d9ef764c9ee210ea5722765f") + bytes(32)),
    "djvu": ("a.djvu", b"AT&TFORM\0\0\1\0DJVUINFO\0\0\0\x0a"),
    "dwg": ("plan.dwg", b"AC1032\0\0\0\0\0\0\1"),
    "hwp-old": ("a.hwp", b"HWP Document File V3.00 \x1a\1\2\3\4\5"),
    "wordperfect": ("a.wpd", b"\xffWPC\x10\0\0\0\1\x0a\2\1"),
}
LONG = COVER * 1500
PICTURES = ("djvu", "dwg")


def headed(head: bytes, words: bytes) -> Callable[[], bytes]:
    return lambda: head + words + CANARY.encode()


def footed(foot: bytes) -> bytes:
    """A disk whose only mark is its last block."""
    return LONG + CANARY.encode() + foot.ljust(512, b"\0")


def iwork(*names: str) -> Callable[[], bytes]:
    """A package of Pages, Numbers or Keynote: the words are in .iwa parts, as snappy leaves short ones: open."""
    body = b"\0\x2c\0\0" + CANARY.encode()
    return lambda: zipped({**dict.fromkeys(names, body), "Metadata/BuildVersionHistory.plist": b"<plist/>"})


def old_iwork(text: str) -> bytes:
    """Before 2013 the words were XML, which is read."""
    return zipped({"index.xml.gz": gzip.compress(f"<?xml version='1.0'?><note>{text}</note>".encode(), mtime=0)})


def korean() -> bytes:
    return compound_file({"FileHeader": b"HWP Document File", "BodyText": {"Section0": CANARY.encode()}})


def index_in_index() -> bytes:
    inner = zipped({"Index/Document.iwa": LONG + CANARY.encode()})
    return zipped({"a.key/Index.zip": inner, "a.key/preview.txt": COVER})


def _case(name: str, filename: str, data: Callable[[], bytes]) -> Case:
    code = "image_not_read" if name.startswith(PICTURES) else "unsupported_type"
    return Case(row=80, name=f"container-{name}", filename=filename, data=data, expect="hold", code=code)


CASES = [
    *(_case(name, filename, headed(head, b"")) for name, (filename, head) in HEADS.items()),
    *(_case(f"{name}-long", filename, headed(head, LONG)) for name, (filename, head) in HEADS.items()),
    _case("brotli", "a.txt.br", lambda: brotli.compress(LONG + CANARY.encode())),
    _case("vhd-fixed", "disk.vhd", lambda: footed(b"conectix")),
    _case("dmg", "disk.dmg", lambda: footed(b"koly")),
    _case("pages", "a.pages", iwork("Index/Document.iwa")),
    _case("numbers", "a.numbers", iwork("Index/Document.iwa", "Index/Tables/Tile.iwa")),
    _case("keynote", "a.key", index_in_index),
    Case(row=80, name="container-old-pages", filename="a.pages", data=lambda: old_iwork(CANARY), expect="read",
         twin=lambda: old_iwork(HARMLESS)),
    _case("hwp", "a.hwp", korean),
    _case("works", "a.wps", lambda: compound_file({"MatOST": b"MatO", "CONTENTS": b"CHNKWKS" + CANARY.encode()})),
]  # fmt: skip
