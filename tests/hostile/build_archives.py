"""Archives that lock, lie, burst or come in pieces, and the ways of packing: rows 72 to 76."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable

import inflate64
import py7zr
import zstandard

from tests.hostile.archive_making import (
    COVER,
    NOTE,
    Build,
    Entry,
    case,
    member,
    patched,
    plain_seven,
    plain_zip,
    seven,
    seven_raw,
    tarred,
    zip_file,
    zip_note,
    zipped,
)
from tests.hostile.case import HARMLESS


def deflate64(text: str) -> bytes:
    packer = inflate64.Deflater()
    return zip_file(Entry(data=text.encode(), method=9, packed=packer.deflate(text.encode()) + packer.flush()))


def packed_by(method: int, pack: Callable[[bytes], bytes]) -> Build:
    return lambda text: zip_file(Entry(data=text.encode(), method=method, packed=pack(text.encode())))


def raw_lzma(data: bytes) -> bytes:
    """LZMA as ZIP wants it: version, size of the properties, properties, no end mark."""
    alone = lzma.compress(data, lzma.FORMAT_ALONE)
    return b"\x09\x14\x05\x00" + alone[:5] + alone[13:]


def locked_zip(text: str) -> bytes:
    return zip_file(Entry(name=b"a.txt", data=COVER), Entry(data=text.encode(), flags=1))


def locked_names(text: str) -> bytes:
    return seven({NOTE: text.encode()}, password="x", header_encryption=True)


def overlapping(text: str) -> bytes:
    """Two members of the same bytes: the directory points at one of them twice."""
    data = zip_file(Entry(name=b"a.txt", data=text.encode()), Entry(name=b"b.txt", data=COVER))
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    return data[: second + 42] + bytes(4) + data[second + 46 :]


def nested(build: Build, times: int, name: str = "inner.zip") -> Build:
    def again(text: str) -> bytes:
        data = build(text)
        for _ in range(times):
            data = zipped({name: data})
        return data

    return again


def quine() -> bytes:
    """A stream that unpacks to ever more streams: nine layers of gzip are deeper than anything in use."""
    data = COVER
    for _ in range(12):
        data = gzip.compress(data, mtime=0)
    return data


def many_small(text: str) -> bytes:
    return zip_file(*(Entry(name=b"%d" % number, data=b"x") for number in range(10_050)), Entry(data=text.encode()))


def same_bytes_many_times() -> bytes:
    """As in bombs whose members share one run of packed bytes: every entry points to the first."""
    zeros = bytes(8_000_000)
    packed = zlib.compress(zeros, 9)[2:-4]
    told = {"data": b"", "method": 8, "crc": zlib.crc32(zeros), "size": len(zeros)}
    entries = [Entry(name=b"%03d" % number, packed=packed if number == 0 else b"", **told) for number in range(150)]
    data = bytearray(zip_file(*entries))
    at = data.index(b"PK\1\2")
    for _ in range(150):
        struct.pack_into("<I", data, at + 20, len(packed))
        struct.pack_into("<I", data, at + 42, 0)
        at += 49
    return bytes(data)


def sparse_tar() -> bytes:
    """A file of a terabyte with nothing in it, in the form of GNU tar 1.13."""
    tar = tarred(member("big", b"", type=tarfile.GNUTYPE_SPARSE))
    return patched(tar, {386: b"%011o\0%011o\0" % (0, 0), 483: b"\x80" + (1 << 40).to_bytes(11, "big")})


def _seven_by(*filters: int, **how: object) -> Build:
    steps = [
        {"id": step, **({"preset": 3} if step in (py7zr.FILTER_LZMA2, py7zr.FILTER_LZMA) else {})} for step in filters
    ]
    return lambda text: seven({NOTE: text.encode() + b"\n" * 200}, filters=steps, **how)


CASES = [
    case(72, "zip-member", "a.zip", locked_zip, "hold", "encrypted", twin=plain_zip),
    case(
        72,
        "7z-member",
        "a.7z",
        lambda t: seven({NOTE: t.encode()}, password="x"),
        "hold",
        "encrypted",
        twin=plain_seven,
    ),
    case(72, "7z-names", "a.7z", locked_names, "hold", "encrypted"),
    case(
        72,
        "zip-readable-beside-locked",
        "a.zip",
        lambda t: zip_file(Entry(name=b"a.txt", data=COVER, flags=1), Entry(data=t.encode())),
        code="encrypted",
    ),
    case(73, "zip-deflate64", "a.zip", deflate64),
    case(73, "zip-bzip2", "a.zip", packed_by(12, bz2.compress)),
    case(73, "zip-lzma", "a.zip", packed_by(14, raw_lzma)),
    case(73, "zip-zstd", "a.zip", packed_by(93, zstandard.compress)),
    case(73, "zip-xz", "a.zip", packed_by(95, lzma.compress)),
    *(
        case(73, f"zip-method-{method}", "a.zip", packed_by(method, bytes), "hold", "unsupported_method")
        for method in (1, 2, 6, 10, 96, 97, 98)
    ),
    case(73, "7z-lzma", "a.7z", _seven_by(py7zr.FILTER_LZMA)),
    case(73, "7z-branches", "a.7z", _seven_by(py7zr.FILTER_X86, py7zr.FILTER_LZMA2)),
    case(73, "7z-bzip2", "a.7z", _seven_by(py7zr.FILTER_BZIP2)),
    case(73, "7z-deflate", "a.7z", _seven_by(py7zr.FILTER_DEFLATE)),
    case(73, "7z-zstd", "a.7z", _seven_by(py7zr.FILTER_ZSTD)),
    case(73, "7z-stored", "a.7z", _seven_by(py7zr.FILTER_COPY)),
    case(73, "7z-ppmd", "a.7z", _seven_by(py7zr.FILTER_PPMD), "hold", "unsupported_method"),
    case(73, "7z-brotli", "a.7z", _seven_by(py7zr.FILTER_BROTLI), "hold", "unsupported_method"),
    case(73, "lzma-alone", "note.txt.lzma", lambda t: lzma.compress(t.encode(), lzma.FORMAT_ALONE)),
    case(
        74,
        "zip-last-volume",
        "a.zip",
        lambda t: zip_file(Entry(data=t.encode(), disk=2), disk=2),
        "hold",
        "missing_volume",
        twin=plain_zip,
    ),
    case(74, "zip-first-volume", "a.z01", lambda t: b"PK\7\x08" + zip_note(t)[:60], "hold"),
    case(
        74, "zip-volume-with-its-end", "a.zip", lambda t: b"PK\7\x08" + zip_note(t), twin=lambda: b"PK00" + plain_zip()
    ),
    case(
        74,
        "7z-first-volume",
        "a.7z.001",
        lambda t: seven({NOTE: t.encode() * 50})[:90],
        "hold",
        "missing_volume",
        twin=plain_seven,
    ),
    case(
        74,
        "tar-continued",
        "a.tar",
        lambda t: patched(tarred(member(NOTE, t.encode())), {156: b"M"}),
        "hold",
        "missing_volume",
    ),
    case(75, "gz", "a.gz", lambda t: gzip.compress(bytes(60_000_000), mtime=0), "hold", "limit_ratio"),
    case(75, "lzma", "a.lzma", lambda t: lzma.compress(bytes(60_000_000), lzma.FORMAT_ALONE), "hold", "limit_ratio"),
    case(75, "7z", "a.7z", lambda t: seven({NOTE: bytes(60_000_000)}), "hold", "limit_ratio"),
    case(
        75,
        "7z-deflate",
        "a.7z",
        lambda t: seven({NOTE: bytes(60_000_000)}, filters=[{"id": py7zr.FILTER_DEFLATE}]),
        "hold",
        "limit_ratio",
    ),
    case(75, "zip-shared-bytes", "a.zip", lambda t: same_bytes_many_times(), "hold", "limit_unpacked"),
    case(
        75,
        "zip-nested",
        "a.zip",
        nested(zip_note, 12),
        "hold",
        "limit_depth",
        twin=lambda: nested(zip_note, 3)(HARMLESS),
    ),
    case(75, "gz-nested", "a.gz", lambda t: quine(), "hold", "limit_depth"),
    case(75, "many-small", "a.zip", many_small, "hold", "limit_members"),
    case(75, "sparse-tar", "a.tar", lambda t: sparse_tar(), "hold", "limit_unpacked"),
    case(
        76,
        "declared-size",
        "a.zip",
        lambda t: zip_file(Entry(data=t.encode(), size=7)),
        "hold",
        "damaged",
        twin=plain_zip,
    ),
    case(
        76, "two-sizes", "a.zip", lambda t: zip_file(Entry(data=t.encode(), local_size=7)), "hold", "duplicate_member"
    ),
    case(76, "checksum", "a.zip", lambda t: zip_file(Entry(data=t.encode(), crc=7)), "hold", "damaged"),
    case(76, "streamed-sizes", "a.zip", lambda t: zip_file(Entry(data=t.encode(), described=True))),
    case(
        76, "more-than-listed", "a.zip", lambda t: zip_file(Entry(data=t.encode()), count=3), "hold", "duplicate_member"
    ),
    case(76, "overlapping", "a.zip", overlapping, "hold"),
    case(76, "cut-zip", "a.zip", lambda t: zip_note(t)[:-30], "hold", "damaged"),
    case(76, "cut-7z", "a.7z", lambda t: seven({NOTE: t.encode()})[:-10], "hold", "truncated"),
    case(76, "cut-gz", "a.gz", lambda t: gzip.compress(t.encode(), mtime=0)[:-9], "hold", "truncated"),
    case(76, "cut-tar", "a.tar", lambda t: tarred(member(NOTE, t.encode()))[:1024], "hold", "truncated"),
    case(
        76,
        "7z-checksum",
        "a.7z",
        lambda t: _seven_by(py7zr.FILTER_COPY)(t).replace(b"kestrel", b"Kestrel"),
        "hold",
        "damaged",
    ),
    case(
        76,
        "7z-before-its-streams",
        "a.7z",
        lambda t: seven_raw(COVER, before=t.encode()),
        code="trailing_data",
        twin=lambda: seven_raw(COVER),
    ),
    case(76, "7z-before-its-header", "a.7z", lambda t: seven_raw(COVER, after=t.encode()), code="trailing_data"),
    case(76, "7z-after-its-header", "a.7z", lambda t: seven_raw(COVER) + t.encode(), code="trailing_data"),
    case(76, "7z-in-no-member", "a.7z", lambda t: seven_raw(t.encode(), streams=0), "hold", "trailing_data"),
    case(
        76,
        "7z-more-than-its-members",
        "a.7z",
        lambda t: seven_raw(COVER + t.encode(), size=len(COVER)),
        "hold",
        "trailing_data",
    ),
    case(
        76,
        "7z-in-its-padding",
        "a.7z",
        lambda t: seven_raw(COVER, dummy=t.encode()),
        code="trailing_data",
        twin=lambda: seven_raw(COVER, dummy=bytes(7)),
    ),
    case(76, "7z-property", "a.7z", lambda t: seven_raw(COVER, archive_property=t.encode()), code="trailing_data"),
]
