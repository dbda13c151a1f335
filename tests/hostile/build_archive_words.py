"""Names, links, comments, fields and further members of archives: rows 77 to 79."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib

import zstandard

from tests.hostile.archive_making import (
    COVER,
    NOTE,
    Build,
    Entry,
    case,
    member,
    patched,
    plain_zip,
    seven,
    seven_raw,
    tarred,
    zip_file,
    zip_note,
)


def extra(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def unicode_name(name: bytes, text: str) -> bytes:
    """The extra field that gives a member another name (APPNOTE 4.6.9)."""
    return extra(0x7075, b"\1" + struct.pack("<I", zlib.crc32(name)) + text.encode())


def link(kind: bytes, **fields: object) -> Build:
    return lambda text: tarred(
        member("here", b"", type=kind, linkname=f"../../{text}"[:99], **fields), member(NOTE, COVER)
    )


def pax(text: str) -> bytes:
    return tarred(member(NOTE, COVER, pax_headers={"comment": text}), format=tarfile.PAX_FORMAT)


def pax_twice(text: str) -> bytes:
    """One key said twice: the last one counts, the first one is still there."""
    tar = tarred(
        member(NOTE, COVER, pax_headers={"comment": "x" * len(text), "remarks": "y" * 7}), format=tarfile.PAX_FORMAT
    )
    return tar.replace(b"x" * len(text), text.encode()).replace(b"remarks", b"comment")


def global_pax(text: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"note": text}) as archive:
        archive.addfile(*[member(NOTE, COVER)[0], io.BytesIO(COVER)])
    return out.getvalue()


def header_bytes(at: int, *, old: bool = False) -> Build:
    """Text in a stretch of the first header that no field uses; an old header has no fields after the link's name."""

    def build(text: str) -> bytes:
        tar = tarred(member(NOTE, COVER), format=tarfile.USTAR_FORMAT)
        return patched(tar, {**({257: bytes(255)} if old else {}), at: text.encode()[: 512 - at]})

    return build


def with_data(kind: bytes) -> Build:
    """A member that is no file, and has content all the same."""
    return lambda text: patched(tarred(member("here", text.encode())), {156: kind})


def old_form(text: str) -> bytes:
    return patched(tarred(member(NOTE, text.encode()), format=tarfile.USTAR_FORMAT), {257: bytes(255)})


def long_name(text: str) -> bytes:
    return tarred(member(f"{'folder/' * 20}{text}.txt", COVER))


def executable(build: Build) -> Build:
    """A program that unpacks itself."""
    return lambda text: b"MZ" + bytes(126) + b"This program cannot be run in DOS mode." + bytes(400) + build(text)


def gzip_named(text: str) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(filename=f"{text}.txt", fileobj=out, mode="wb", mtime=0) as stream:
        stream.write(COVER)
    return out.getvalue()


# two streams have no extension: one that was cut between them is a shorter file, which the sweep would take for a miss
CASES = [
    case(77, "7z-anti-item", "a.7z", lambda t: seven_raw(COVER, anti=t)),
    case(77, "7z-symlink", "a.7z", lambda t: seven_raw(t.encode(), attributes=0o120777 << 16 | 0x8000)),
    case(77, "zip-slip", "a.zip", lambda t: zip_file(Entry(name=b"../../etc/a.txt", data=t.encode()))),
    case(77, "zip-absolute", "a.zip", lambda t: zip_file(Entry(name=b"/etc/a.txt", data=t.encode()))),
    case(
        77,
        "zip-same-name-in-capitals",
        "a.zip",
        lambda t: zip_file(Entry(name=b"A.txt", data=t.encode()), Entry(name=b"a.txt", data=COVER)),
        code="duplicate_member",
    ),
    case(77, "7z-slip", "a.7z", lambda t: seven_raw(t.encode(), name="../../a.txt")),
    case(77, "tar-symlink", "a.tar", link(tarfile.SYMTYPE)),
    case(77, "tar-hard-link", "a.tar", link(tarfile.LNKTYPE)),
    case(77, "tar-device", "a.tar", lambda t: tarred(member(t, b"", type=tarfile.CHRTYPE, devmajor=1))),
    case(77, "tar-two-of-one-name", "a.tar", lambda t: tarred(member(NOTE, t.encode()), member(NOTE, COVER))),
    case(77, "tar-link-with-content", "a.tar", with_data(b"2"), "hold"),
    case(77, "tar-unknown-kind-with-content", "a.tar", with_data(b"Q")),
    case(78, "zip-name", "a.zip", lambda t: zip_file(Entry(name=t.encode(), data=COVER))),
    case(78, "zip-name-behind-nul", "a.zip", lambda t: zip_file(Entry(name=b"a.txt\0" + t.encode(), data=COVER))),
    case(78, "zip-folder", "a.zip", lambda t: zip_file(Entry(name=t.encode() + b"/", data=b""), Entry(data=COVER))),
    case(78, "zip-comment", "a.zip", lambda t: zip_file(Entry(data=COVER), comment=t.encode())),
    case(78, "zip-member-comment", "a.zip", lambda t: zip_file(Entry(data=COVER, comment=t.encode()))),
    case(78, "zip-extra-field", "a.zip", lambda t: zip_file(Entry(data=COVER, extra=extra(0x4242, t.encode())))),
    case(
        78,
        "zip-local-extra-field",
        "a.zip",
        lambda t: zip_file(Entry(data=COVER, local_extra=extra(0x4242, t.encode()))),
    ),
    case(
        78, "zip-long-time-field", "a.zip", lambda t: zip_file(Entry(data=COVER, local_extra=extra(0x5455, t.encode())))
    ),
    case(
        78,
        "zip-packed-extra-field",
        "a.zip",
        lambda t: zip_file(
            Entry(data=COVER, local_extra=extra(0x4242, zlib.compress(t.encode() * 2 + bytes(range(99)))))
        ),
        "hold",
        "trailing_data",
    ),
    case(
        78,
        "zip-other-unicode-name",
        "a.zip",
        lambda t: zip_file(Entry(data=COVER, extra=unicode_name(NOTE.encode(), t))),
        twin=lambda: zip_file(Entry(data=COVER, extra=unicode_name(NOTE.encode(), NOTE))),
    ),
    case(
        78,
        "zip-other-local-name",
        "a.zip",
        lambda t: zip_file(Entry(data=COVER, local_name=t.encode())),
        code="duplicate_member",
    ),
    case(78, "7z-name", "a.7z", lambda t: seven({f"{t}.txt": COVER})),
    case(78, "7z-empty-name", "a.7z", lambda t: seven({f"{t}.txt": b"", NOTE: COVER})),
    case(78, "gz-name", "a.gz", lambda t: gzip_named(t)),
    case(78, "tar-long-name", "a.tar", long_name),
    case(78, "tar-owner", "a.tar", lambda t: tarred(member(NOTE, COVER, uname=t), format=tarfile.PAX_FORMAT)),
    case(78, "tar-pax", "a.tar", pax),
    case(78, "tar-pax-twice", "a.tar", pax_twice),
    case(78, "tar-pax-global", "a.tar", global_pax),
    case(78, "tar-old-form", "a.tar", old_form),
    case(78, "tar-behind-a-name", "a.tar", header_bytes(40), code="trailing_data"),
    case(78, "tar-behind-a-prefix", "a.tar", header_bytes(400), code="trailing_data"),
    case(78, "tar-padding-of-a-header", "a.tar", header_bytes(501), "hold", "trailing_data"),
    case(78, "tar-old-header", "a.tar", header_bytes(450, old=True), code="trailing_data"),
    case(79, "two-gz", "streams", lambda t: gzip.compress(COVER, mtime=0) + gzip.compress(t.encode(), mtime=0)),
    case(79, "two-xz", "streams", lambda t: lzma.compress(COVER) + lzma.compress(t.encode())),
    case(79, "two-bz2", "streams", lambda t: bz2.compress(COVER) + bz2.compress(t.encode())),
    case(79, "two-zstd", "streams", lambda t: zstandard.compress(COVER) + zstandard.compress(t.encode())),
    case(
        79,
        "two-lzma",
        "streams",
        lambda t: lzma.compress(COVER, lzma.FORMAT_ALONE) + lzma.compress(t.encode(), lzma.FORMAT_ALONE),
    ),
    case(
        79,
        "two-tar",
        "a.tar",
        lambda t: tarred(member(NOTE, COVER)) + tarred(member("b.txt", t.encode())),
        code="trailing_data",
    ),
    case(79, "zip-behind-zip", "a.zip", lambda t: zip_note(t) + plain_zip(), "hold"),
    case(79, "zip-in-front-of-zip", "a.zip", lambda t: plain_zip() + zip_note(t), "hold"),
    case(79, "self-extracting-zip", "setup.exe", executable(zip_note), code="unsupported_type"),
    case(
        79, "self-extracting-7z", "setup.exe", executable(lambda t: seven({NOTE: t.encode()})), code="unsupported_type"
    ),
    case(79, "self-extracting-rar", "setup.exe", executable(lambda t: b"Rar!\x1a\x07\0" + t.encode()), "hold"),
    case(
        79,
        "tar-in-gz-with-more",
        "a.tar.gz",
        lambda t: gzip.compress(tarred(member(NOTE, COVER)), mtime=0) + t.encode(),
        code="trailing_data",
        twin=lambda: gzip.compress(tarred(member(NOTE, COVER)), mtime=0),
    ),
]
