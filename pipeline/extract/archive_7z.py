"""Hands on every member of a 7z archive; names are text, and what is protected or packed in a rare way is a gap.

The library that writes such archives cannot bound what reading one costs (and asks the system for its memory, which the
locked child cannot): the headers are parsed here, the streams are unpacked by the libraries of each method.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.extract.appended import remainder
from pipeline.extract.archive_7z_header import Entry, Header, encoded, is_encoded, parse, start
from pipeline.extract.archive_7z_methods import Unread, chain
from pipeline.extract.archive_7z_streams import START, Folder, Malformed
from pipeline.extract.embedded import child, printable
from pipeline.extract.unpacking import ERRORS, LAST, Leftover, Truncated, pieces
from pipeline.extract.zipped import Budget, LimitHit
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

_VOLUME = re.compile(r"\.\d{3}$")
_MOST_LAYERS = 4  # of headers packed in headers


@dataclass(slots=True)
class _Archive:
    """The file, what unpacking it may cost, and which of its bytes are accounted for."""

    data: bytes
    name: str
    budget: Budget
    spans: list[tuple[int, int]] = field(default_factory=lambda: [(0, START)])


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Members in the order of the archive; folders, links and anti-items by name. Nothing is written anywhere."""
    archive = _Archive(blob.data, blob.name, Budget(limits))
    try:
        header = _header(archive)
        yield from _contents(archive, header)
        for piece in header.strange:
            yield from remainder(piece, "header")
        yield from _slack(archive)
    except LimitHit as hit:
        yield _gap(hit.code, "")
    except Unread as unread:
        yield _gap(unread.code, "", unread.detail)
    except Malformed as error:
        yield _gap("damaged", "", str(error))


def _header(archive: _Archive) -> Header:
    """Raises Unread, Malformed, LimitHit."""
    begin, end, crc = start(archive.data)
    if end > len(archive.data):
        raise Unread("missing_volume" if _VOLUME.search(archive.name) else "truncated", "its header is not here")
    header = archive.data[begin:end]
    if zlib.crc32(header) != crc:
        raise Malformed("the header does not match its checksum")
    archive.spans.append((begin, end))
    if not header:
        return Header(folders=(), entries=(), strange=())
    for _ in range(_MOST_LAYERS):
        if not is_encoded(header):
            return parse(header)
        folder = encoded(header)
        archive.spans += folder.spans
        unpacked = list(_streams(archive, folder))
        code = next((code for _, code in unpacked if code), "")
        if code:
            raise Unread(code, "its header, with all names")
        header = b"".join(content for content, _ in unpacked)
    raise Unread("limit_depth", "headers packed in headers")


def _contents(archive: _Archive, header: Header) -> Iterator[Part | Gap | Blob | Notice]:
    full = iter([entry for entry in header.entries if entry.has_stream])
    without = [entry for entry in header.entries if not entry.has_stream]
    names = [f"{entry.name} (to be deleted)" if entry.anti else entry.name for entry in without if _nameless(entry)]
    yield Part(kind="name", text="\n".join(names), path="folders")
    for entry in without:
        archive.budget.admit()
        if not _nameless(entry):
            yield child(b"", entry.name)
    for number, folder in enumerate(header.folders):
        archive.spans += folder.spans
        yield from _folder(archive, folder, full, number)
    for entry in full:
        yield _gap("damaged", entry.name, "no stream for it")


def _nameless(entry: Entry) -> bool:
    """Whether there is nothing but a name."""
    return entry.directory or entry.anti


def _folder(archive: _Archive, folder: Folder, entries: Iterator[Entry], number: int) -> Iterator[Gap | Blob]:
    streams = _streams(archive, folder)
    for place, (content, code) in enumerate(streams):
        archive.budget.admit()
        entry = next(entries, None)
        name = entry.name if entry else f"unnamed {number}.{place}"
        if code:
            yield _gap(code, name)
        if content or not code:
            yield child(content, name)
    if not folder.streams:
        yield _gap("trailing_data", f"folder {number}", "packed, and in no member")


def _streams(archive: _Archive, folder: Folder) -> Iterator[tuple[bytes, str]]:
    """The content of each stream of a folder, and the code of a gap where it is not whole. Raises LimitHit."""
    packed = archive.data[slice(*folder.spans[0])] if len(folder.spans) == 1 else b""
    source = pieces(packed)
    produced, place, waiting = 0, 0, bytearray()
    try:
        unpacked = chain(folder, source, archive.budget.limits)
        for place, (size, crc) in enumerate(folder.streams):
            while len(waiting) < size:
                out = next(unpacked, None)
                if out is None:
                    raise Truncated
                produced += len(out)
                archive.budget.spend(len(out), member_out=produced, member_in=len(packed))
                waiting += out
            content = bytes(waiting[:size])
            del waiting[:size]
            whole = crc is None or zlib.crc32(content) == crc
            last = place == len(folder.streams) - 1
            code = "" if whole else "damaged"
            if last and not code and (waiting or (any(source) and not _only_an_end(packed, produced))):
                code = "trailing_data"
            yield content, code
        return
    except LimitHit:
        raise
    except (Unread, Truncated, Leftover, MemoryError, *ERRORS) as error:
        code = _code(error)
    yield bytes(waiting[: folder.streams[place][0]]) if folder.streams else b"", code
    for _ in folder.streams[place + 1 :]:
        yield b"", code


def _only_an_end(packed: bytes, produced: int) -> bool:
    """Whether what nobody asked for is the end mark of a stream of nothing."""
    return not produced and len(packed) <= LAST and not printable(packed)


def _code(error: BaseException) -> str:
    if isinstance(error, Unread):
        return error.code
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, Leftover):
        return "trailing_data"
    return "truncated" if isinstance(error, Truncated) else "damaged"


def _slack(archive: _Archive) -> Iterator[Part | Gap | Blob | Notice]:
    """Bytes between and behind what the headers point to."""
    at = 0
    for begin, end in [*sorted(archive.spans), (len(archive.data), len(archive.data))]:
        if begin < at:
            yield _gap("damaged", "", "streams that overlap")
        yield from remainder(archive.data[at:begin], "slack")
        at = max(at, end)


def _gap(code: str, path: str, detail: str = "") -> Gap:
    return Gap(stage="extract", code=code, path=path, detail=detail)
