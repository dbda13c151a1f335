"""Reads what a PDF says no longer, or where no table leads: older revisions, and objects that are not listed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from pipeline.extract.parts import PartBuilder
from pipeline.extract.pdf_contents import Drawn, fingerprint, read_content
from pipeline.extract.pdf_decode import Decoder
from pipeline.extract.pdf_ledger import squeezed
from pipeline.extract.pdf_objects import Objects, walk
from pipeline.extract.pdf_open import Opened, open_both, open_rebuilt, repairs
from pipeline.extract.pdf_pages import Found, PageReader
from pipeline.extract.pdf_reach import Reach
from pipeline.extract.pdf_rest import read_rest
from pipeline.limits import Limits
from pipeline.types import Gap, Part

_MOST = 12


@dataclass(slots=True)
class _Known:
    """What was read already: pages and streams by their digest, all text without its spaces, and how much was lost."""

    pages: set[str]
    streams: set[bytes]
    text: str
    lost: int


def read_history(
    data: bytes, ends: tuple[int, ...], newest: Opened, objects: Objects, said: str, limits: Limits, reach: Reach
) -> Iterator[Found]:
    """Text, strings and files of each older revision, and of objects that no table lists, that `said` does not hold.

    `said` is all text of the newest revision; `reach` knows what its table lists.
    """
    if newest.objects is None or not (ends or reach.missed(newest.objects)):
        return
    decoder = Decoder(limits)
    pages = {fingerprint(page, decoder) for page in newest.pages}
    known = _Known(pages, {_digest(stream) for stream in objects.streams}, squeezed(said), objects.lost)
    for number, end in enumerate(ends, 1):
        path = f"revision/{number}"
        if number > _MOST:
            yield Gap(stage="extract", code="prior_revision", path=path, detail=f"{len(ends)} revisions")
            return
        yield from _read(open_both(data[:end]), path, known, limits, reach)
    for number, view in enumerate(reach.views(newest.objects), 1):
        path = f"unlisted/{number}"
        if number > _MOST:
            yield Gap(stage="extract", code="prior_revision", path=path)
            return
        yield from _read(open_rebuilt(view), path, known, limits, reach)
    if missed := reach.missed(newest.objects):
        yield Gap(stage="extract", code="damaged", path="objects", detail=f"{len(missed)} objects are in no table")


def _read(older: Opened, path: str, known: _Known, limits: Limits, reach: Reach) -> Iterator[Found]:
    try:
        if older.objects is not None:
            reach.add(older.objects)
        for found in _read_revision(older, path, known, limits):
            news = _news(found, known.text) if isinstance(found, Part) else found
            if news:
                yield news
    except (pikepdf.PdfError, ValueError) as error:
        yield Gap(stage="extract", code="prior_revision", path=path, detail=str(error)[:200])
    finally:
        older.close()


def _read_revision(older: Opened, path: str, known: _Known, limits: Limits) -> Iterator[Found]:
    if older.gaps or older.drawing is None or older.objects is None:
        yield Gap(stage="extract", code="prior_revision", path=path)
        return
    reader, decoder, drawn = PageReader(limits=limits), Decoder(limits), Drawn()
    for number, page in enumerate(older.pages, 1):
        content = read_content(page, drawn, decoder)
        key = fingerprint(page, decoder)
        if key not in known.pages:
            known.pages.add(key)
            where = f"{path}/page/{number}"
            yield from reader.read(
                older.drawing.raw, number, content, path=where, kind="revision", visibility="deleted"
            )
    objects = walk(older.objects, older.pages, info=True)
    objects.streams = [stream for stream in objects.streams if _digest(stream) not in known.streams]
    known.streams.update(map(_digest, objects.streams))
    yield from read_rest(older.objects, older.pages, objects, reader, drawn, prefix=f"{path}/", visibility="deleted")
    if missing := repairs(older, older.objects, max(objects.lost - known.lost, 0))[1]:
        yield Gap(stage="extract", code="prior_revision", path=path, detail=missing)


def _digest(stream: pikepdf.Stream) -> bytes:
    return hashlib.sha256(bytes(stream.read_raw_bytes())).digest()


def _news(part: Part, known: str) -> Part | None:
    """The part without the blocks that the newest revision still holds."""
    builder = PartBuilder(kind="revision", path=part.path, visibility="deleted", where=part.where)
    for block in part.blocks:
        text = part.text[block.start : block.end]
        if squeezed(text) not in known:
            builder.add(text, block.role, block.where)
    if not part.blocks and squeezed(part.text) not in known:
        builder.add(part.text)
    return next(builder.parts(), None)
