"""Hands on every file of a tar archive; names, links, owners and pax headers are text, no block goes unseen."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from typing import Any

from pipeline.extract.appended import remainder
from pipeline.extract.archive_tar_blocks import BLOCK, look
from pipeline.extract.embedded import child
from pipeline.extract.zipped import Budget, LimitHit
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_USUAL_OWNERS = ("root", "wheel", "staff", "users")
_CONTINUED = b"M"  # a file that began on another volume


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Files as children; everything else that has a name as a line of text. A name is never a path to write to."""
    budget, lines = Budget(limits), list[str]()
    end = 0
    try:
        archive = tarfile.TarFile(fileobj=io.BytesIO(blob.data), errorlevel=2)
        before = 0
        while (member := archive.next()) is not None:
            budget.admit()
            more, slack = look(blob.data[before : member.offset_data])
            lines += [*_words(member), *more]
            yield from remainder(slack, f"{member.name}/header")
            before = archive.offset
            yield from _stored(archive, member, budget, blob.data[member.offset_data : before], len(blob.data))
        end = archive.offset
    except LimitHit as hit:
        yield Gap(stage="extract", code=hit.code, path="")
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:
        yield Gap(stage="extract", code="damaged", path="", detail=str(error)[:80])
    yield Part(kind="name", text="\n".join(dict.fromkeys(lines)), path="headers")
    if end:
        yield from _tail(blob.data, end)


def _stored(
    archive: tarfile.TarFile, member: tarfile.TarInfo, budget: Budget, blocks: bytes, whole: int
) -> Iterator[Part | Gap | Blob | Notice]:
    """The content in the blocks behind a header, whatever kind of member it says that it is."""
    if member.issparse():
        stretches: Any = member.sparse  # pairs of place and length
        size = sum(length for _, length in stretches or ())
        yield from _sparse(archive, member, budget, whole)
    elif member.isfile() or blocks:
        size = member.size
        if member.type == _CONTINUED:
            yield Gap(stage="extract", code="missing_volume", path=member.name)
        if len(blocks) < size:
            yield Gap(stage="extract", code="truncated", path=member.name)
        budget.spend(min(size, len(blocks)), member_out=len(blocks), member_in=whole)
        yield child(blocks[:size], member.name)
    else:
        return
    yield from remainder(blocks[size:], f"{member.name}/slack")


def _sparse(archive: tarfile.TarFile, member: tarfile.TarInfo, budget: Budget, whole: int) -> Iterator[Gap | Blob]:
    """A file with holes, which are zeros when it is read."""
    budget.spend(member.size, member_out=member.size, member_in=whole)
    reader = archive.extractfile(member)
    data = reader.read() if reader else b""
    if len(data) != member.size:
        yield Gap(stage="extract", code="truncated", path=member.name)
    yield child(data, member.name)


def _words(member: tarfile.TarInfo) -> list[str]:
    owner = [name for name in (member.uname, member.gname) if name and name not in _USUAL_OWNERS]
    return [member.name, *([member.linkname] if member.linkname else []), *owner]


def _tail(data: bytes, offset: int) -> Iterator[Part | Gap | Blob | Notice]:
    """What lies behind the end of the archive; a whole number of empty blocks is how it should be."""
    if data[offset:].strip(b"\0"):
        yield from remainder(data[offset:], "trailing")
    elif not data[offset - BLOCK : offset + 2 * BLOCK].endswith(b"\0" * BLOCK):
        yield Gap(stage="extract", code="truncated", path="", detail="no end of archive")
