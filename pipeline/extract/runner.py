"""Reads one blob with the reader of its type and writes what it found as frames, within the limits.

Runs in the locked-down child. Whatever a reader raises becomes a gap; what it yielded before is kept.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb

from pipeline.extract import EXTRACTORS, Found, profile_of
from pipeline.extract.appended import appended
from pipeline.extract.encoded import decoded_runs
from pipeline.extract.sniff import UNKNOWN, mismatch, sniff
from pipeline.frames import MAX_FRAMES, encode
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from pipeline.wire import to_frame

_SURROGATES = re.compile("[\ud800-\udfff]")
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TEXT_TYPES = ("text/", "application/json", "application/xml")


class Writer:
    """Writes frames to a descriptor and counts what the final frame must state."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.counts = {"part": 0, "gap": 0, "blob": 0, "notice": 0, "characters": 0, "bytes": 0}

    def find(self, found: Found) -> None:
        self.send(to_frame(found))
        self.counts[type(found).__name__.lower()] += 1
        if isinstance(found, Part):
            self.counts["characters"] += len(found.text)
        if isinstance(found, Blob):
            self.counts["bytes"] += len(found.data)

    @property
    def frames(self) -> int:
        return sum(self.counts[kind] for kind in ("part", "gap", "blob", "notice"))

    def send(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            view = view[os.write(self._descriptor, view) :]


def rehearse() -> None:
    """Go the whole way a few times with a text of our own: a child that finds its code warm copies fewer pages."""
    sink = os.open(os.devnull, os.O_WRONLY)
    for _ in range(10):
        run("", Blob.of(b"A first line.\n\nA second, with caf\xc3\xa9.", name="a.txt"), Limits(), "parse", sink)
    os.close(sink)


def run(job: str, blob: Blob, limits: Limits, profile: str, descriptor: int) -> None:
    """Answer one job. Where the type belongs to another profile, only the head and the end are sent."""
    writer = Writer(descriptor)
    media_type = sniff(blob.data, blob.name, blob.media_type)
    reader = EXTRACTORS.get(media_type)
    blob = replace(blob, media_type=media_type)
    wanted = profile_of(media_type, limits)
    head = {
        "t": "head",
        "job": job,
        "sha256": hashlib.sha256(blob.data).hexdigest(),
        "media_type": media_type,
        "extractor": "" if reader is None else getattr(reader, "__name__", "").rpartition(".")[2],
        "profile": wanted,
    }
    writer.send(encode(head))
    if wanted == profile:
        for found in _bounded(_guarded(_read(blob, limits)), limits, writer):
            writer.find(found)
    writer.send(encode({"t": "end", "job": job, **writer.counts}))


def _read(blob: Blob, limits: Limits) -> Iterator[Found]:
    if blob.name:
        yield Part(kind="name", text=blob.name, path="name")
    if _OVERRIDES.search(blob.name):
        yield Notice(code="right_to_left_override", path="name")
    if mismatch(blob.media_type, blob.name):
        yield Notice(code="type_mismatch", path="", detail=blob.media_type)
    yield from appended(blob.data, blob.media_type)
    reader = EXTRACTORS.get(blob.media_type)
    if reader is None:
        yield Gap(stage="extract", code=_no_reader(blob.media_type), path="", detail=blob.media_type)
        return
    something = False
    for found in reader.extract(blob, limits):
        something = something or _is_content(found)
        yield found
        if isinstance(found, Part):
            yield from _decoded(found)
    if not something and not (blob.container and blob.media_type.startswith(_TEXT_TYPES)):
        yield Gap(stage="extract", code="no_text", path="")


def _decoded(part: Part) -> Iterator[Blob | Gap]:
    """What stands in code inside a part's text, as children named after the part."""
    for found in decoded_runs(part.text):
        if isinstance(found, Blob):
            yield replace(found, name=f"{part.path}#{found.name}")
        else:
            yield replace(found, path=f"{part.path}#{found.path}")


def _is_content(found: Found) -> bool:
    """Whether the reader met something: text, a child, a picture that was looked at, or a stated gap."""
    if isinstance(found, Part):
        return found.kind == "image" or bool(found.text.strip())
    return not isinstance(found, Notice)


def _no_reader(media_type: str) -> str:
    family = media_type.partition("/")[0]
    if media_type != UNKNOWN and family == "image":
        return "image_not_read"
    if family in ("audio", "video", "font"):
        return "unsupported_media"
    return "encrypted" if media_type == "application/x-ole-encrypted" else "unsupported_type"


def _guarded(finds: Iterator[Found]) -> Iterator[Found]:
    """Everything up to the first exception, then the gap that it stands for."""
    try:
        yield from finds
    except MemoryError:
        yield Gap(stage="extract", code="out_of_memory", path="")
    except Exception as error:  # noqa: BLE001 - a reader may fail in any way; each way is a gap
        last = extract_tb(error.__traceback__)[-1]
        what = f" {error.name}" if isinstance(error, ImportError) else ""  # never its text: it may quote the document
        place = f"{type(error).__name__}{what} at {Path(last.filename).name}:{last.lineno}"
        yield Gap(stage="extract", code="crashed", path="", detail=place)


def _bounded(finds: Iterator[Found], limits: Limits, writer: Writer) -> Iterator[Found]:
    """The finds up to the first limit, then its gap. The parent holds the same limits again."""
    for found in finds:
        counts = writer.counts
        if isinstance(found, Part):
            found, changed = _clean(found)
            room = limits.text_chars - counts["characters"]
            if len(found.text) > room:
                yield replace(found, text=found.text[:room], blocks=())
                yield Gap(stage="extract", code="limit_text", path=found.path)
                return
            if changed:
                yield Gap(stage="extract", code="encoding_uncertain", path=found.path, detail="lone surrogates")
        if isinstance(found, Blob):
            if counts["blob"] >= limits.members:
                yield Gap(stage="extract", code="limit_members", path=found.name)
                return
            if counts["bytes"] + len(found.data) > limits.unpacked_bytes:
                yield Gap(stage="extract", code="limit_unpacked", path=found.name)
                return
        if writer.frames >= MAX_FRAMES - 2:
            yield Gap(stage="extract", code="limit_members", path="")
            return
        yield found


def _clean(part: Part) -> tuple[Part, bool]:
    """Lone surrogates are not characters and no encoder takes them; they become U+FFFD, one for one."""
    if part.text.isascii() or not _SURROGATES.search(part.text):
        return part, False
    return replace(part, text=_SURROGATES.sub("\ufffd", part.text)), True
