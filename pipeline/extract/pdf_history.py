"""Reads what older revisions of a PDF said and the newest one no longer says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pikepdf

from pipeline.extract.parts import PartBuilder
from pipeline.extract.pdf_contents import Drawn, fingerprint, read_content
from pipeline.extract.pdf_decode import Decoder
from pipeline.extract.pdf_ledger import squeezed
from pipeline.extract.pdf_objects import Objects, walk
from pipeline.extract.pdf_open import Opened, open_both, repairs
from pipeline.extract.pdf_pages import Found, PageReader
from pipeline.extract.pdf_rest import read_rest
from pipeline.limits import Limits
from pipeline.types import Gap, Part

_MOST = 12


def read_history(
    data: bytes, ends: tuple[int, ...], newest: Opened, objects: Objects, said: str, limits: Limits
) -> Iterator[Found]:
    """Text, strings and files of each older revision that `said`, all text of the newest, does not hold."""
    decoder = Decoder(limits)
    pages = {fingerprint(page, decoder) for page in newest.pages}
    streams = {_digest(stream) for stream in objects.streams}
    known = squeezed(said)
    for number, end in enumerate(ends, 1):
        path = f"revision/{number}"
        if number > _MOST:
            yield Gap(stage="extract", code="prior_revision", path=path, detail=f"{len(ends)} revisions")
            return
        older = open_both(data[:end])
        try:
            for found in _read_revision(older, path, pages, streams, limits):
                news = _news(found, known) if isinstance(found, Part) else found
                if news:
                    yield news
        except (pikepdf.PdfError, ValueError) as error:
            yield Gap(stage="extract", code="prior_revision", path=path, detail=str(error)[:200])
        finally:
            older.close()


def _read_revision(
    older: Opened, path: str, known_pages: set[str], known_streams: set[bytes], limits: Limits
) -> Iterator[Found]:
    if older.gaps or older.drawing is None or older.objects is None:
        yield Gap(stage="extract", code="prior_revision", path=path)
        return
    reader, decoder, drawn = PageReader(limits=limits), Decoder(limits), Drawn()
    for number, page in enumerate(older.pages, 1):
        content = read_content(page, drawn, decoder)
        key = fingerprint(page, decoder)
        if key not in known_pages:
            known_pages.add(key)
            where = f"{path}/page/{number}"
            yield from reader.read(
                older.drawing.raw, number, content, path=where, kind="revision", visibility="deleted"
            )
    objects = walk(older.objects, older.pages)
    objects.streams = [stream for stream in objects.streams if _digest(stream) not in known_streams]
    known_streams.update(map(_digest, objects.streams))
    yield from read_rest(older.objects, older.pages, objects, reader, drawn, prefix=f"{path}/", visibility="deleted")
    if missing := repairs(older.objects, objects.lost)[1]:
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
