"""Reads what older revisions of a PDF said and the newest one no longer says."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from pipeline.extract.parts import PartBuilder
from pipeline.extract.pdf_contents import Drawn, fingerprint, read_content
from pipeline.extract.pdf_decode import Damaged, Decoder, TooLarge
from pipeline.extract.pdf_ledger import squeezed, text_parts
from pipeline.extract.pdf_objects import walk
from pipeline.extract.pdf_open import Opened, open_both
from pipeline.extract.pdf_pages import Found, PageReader
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

_MOST = 12


def read_history(data: bytes, ends: tuple[int, ...], newest: Opened, said: str, limits: Limits) -> Iterator[Found]:
    """Text, strings and files of each older revision that `said`, all text of the newest, does not hold."""
    decoder = Decoder(limits)
    known_pages = {fingerprint(page, decoder) for page in newest.pages}
    known_files = set(_files(newest, decoder))
    known = squeezed(said)
    for number, end in enumerate(ends, 1):
        path = f"revision/{number}"
        if number > _MOST:
            yield Gap(stage="extract", code="prior_revision", path=path, detail=f"{len(ends)} revisions")
            return
        older = open_both(data[:end])
        try:
            if older.gaps or older.drawing is None or older.objects is None:
                yield Gap(stage="extract", code="prior_revision", path=path)
                continue
            for found in _read_revision(older, path, known_pages, known_files, limits):
                news = _news(found, known) if isinstance(found, Part) else found
                if news:
                    yield news
        except (pikepdf.PdfError, ValueError) as error:
            yield Gap(stage="extract", code="prior_revision", path=path, detail=str(error)[:200])
        finally:
            older.close()


def _read_revision(
    older: Opened, path: str, known_pages: set[str], known_files: set[str], limits: Limits
) -> Iterator[Found]:
    assert older.objects is not None and older.drawing is not None
    reader, decoder, drawn = PageReader(limits=limits), Decoder(limits), Drawn()
    for number, page in enumerate(older.pages, 1):
        key = fingerprint(page, decoder)
        if key not in known_pages:
            known_pages.add(key)
            content = read_content(page, drawn, decoder)
            yield from reader.read(
                older.drawing.raw, number, content, path=f"{path}/page/{number}", kind="revision", visibility="deleted"
            )
    yield from text_parts(walk(older.objects, older.pages).texts, "", visibility="deleted", prefix=f"{path}/")
    for sha256, blob in _files(older, decoder).items():
        if sha256 not in known_files:
            known_files.add(sha256)
            yield blob


def _files(opened: Opened, decoder: Decoder) -> dict[str, Blob]:
    found: dict[str, Blob] = {}
    if opened.objects is None:
        return found
    objects = walk(opened.objects, opened.pages)
    for stream in objects.streams:
        if stream.objgen in objects.files:
            try:
                blob = Blob.of(decoder.read(stream), name=objects.files[stream.objgen])
            except (Damaged, TooLarge):
                blob = Blob.of(bytes(stream.read_raw_bytes()), name=objects.files[stream.objgen])
            found[blob.sha256] = blob
    return found


def _news(part: Part, known: str) -> Part | None:
    """The part without the blocks that the newest revision still holds."""
    builder = PartBuilder(kind="revision", path=part.path, visibility="deleted", where=part.where)
    for block in part.blocks:
        text = part.text[block.start : block.end]
        if squeezed(text) not in known:
            builder.add(text, block.role, block.where)
    return next(builder.parts(), None)
