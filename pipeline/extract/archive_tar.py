"""Hands on every file of a tar archive; names, links, owners and pax headers are text."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator

from pipeline.extract.embedded import child
from pipeline.extract.zipped import Budget, LimitHit
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_BLOCK = 512


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Files as children; everything else that has a name as a line of text. A name is never a path to write to."""
    budget, lines = Budget(limits), list[str]()
    end = 0
    try:
        archive = tarfile.TarFile(fileobj=io.BytesIO(blob.data), errorlevel=2)
        while (member := archive.next()) is not None:
            budget.admit()
            lines += _words(member)
            if member.isfile():
                yield from _file(archive, member, budget, blob.data)
        end = archive.offset
    except LimitHit as hit:
        yield Gap(stage="extract", code=hit.code, path="")
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:
        yield Gap(stage="extract", code="damaged", path="", detail=str(error)[:80])
    yield Part(kind="name", text="\n".join(dict.fromkeys(lines)), path="headers")
    if end:
        yield from _tail(blob.data, end)


def _file(archive: tarfile.TarFile, member: tarfile.TarInfo, budget: Budget, whole: bytes) -> Iterator[Gap | Blob]:
    if member.size > len(whole) and not member.issparse():
        yield Gap(stage="extract", code="truncated", path=member.name)
        return
    budget.spend(member.size, member_out=member.size, member_in=len(whole))
    reader = archive.extractfile(member)
    data = reader.read() if reader else b""
    if len(data) != member.size:
        yield Gap(stage="extract", code="truncated", path=member.name)
    yield child(data, member.name)
    yield from _slack(whole, member)


def _slack(whole: bytes, member: tarfile.TarInfo) -> Iterator[Gap | Blob]:
    """Bytes that fill up the last block of a file, which nothing would ever show; tar itself writes zeros."""
    end = member.offset_data + member.size
    rest = whole[end : -(-end // _BLOCK) * _BLOCK].strip(b"\0") if not member.issparse() else b""
    if rest:
        yield Gap(stage="extract", code="trailing_data", path=member.name, detail=f"{len(rest)} bytes")
        yield child(rest, f"{member.name}/slack")


def _words(member: tarfile.TarInfo) -> list[str]:
    owner = [name for name in (member.uname, member.gname) if name and name not in ("root", "wheel", "staff", "users")]
    headers = [f"{key}: {value}" for key, value in member.pax_headers.items() if not key.endswith("time")]
    return [member.name, *([member.linkname] if member.linkname else []), *owner, *headers]


def _tail(data: bytes, offset: int) -> Iterator[Gap | Blob]:
    """What lies behind the end of the archive; a whole number of empty blocks is how it should be."""
    rest = data[offset:].strip(b"\0")
    if rest:
        yield Gap(stage="extract", code="trailing_data", path="", detail=f"{len(rest)} bytes")
        yield child(rest, "trailing")
    elif not data[offset - _BLOCK : offset + 2 * _BLOCK].endswith(b"\0" * _BLOCK):
        yield Gap(stage="extract", code="truncated", path="", detail="no end of archive")
