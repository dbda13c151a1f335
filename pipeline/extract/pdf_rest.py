"""Reads what a PDF holds beside its pages: files, forms, text streams, and drawings that no page shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pikepdf

from pipeline.extract.pdf_contents import Drawn, follow_form, read_content
from pipeline.extract.pdf_decode import Damaged, Decoder, ObjGen, TooLarge
from pipeline.extract.pdf_ledger import markup_text, squeezed, text_parts
from pipeline.extract.pdf_members import Members
from pipeline.extract.pdf_objects import Objects
from pipeline.extract.pdf_open import open_both, second_reader
from pipeline.extract.pdf_pages import Found, PageReader
from pipeline.extract.pdf_streams import Sorted, sort_streams
from pipeline.extract.pdf_undrawn import as_pages
from pipeline.types import NOWHERE, Gap, Part, Visibility

_APPEARANCE = frozenset({"/N", "/R", "/D"})  # of an annotation: normal, rollover, down


def read_rest(
    pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Object], objects: Objects, reader: PageReader, drawn: Drawn,
    *, prefix: str = "", visibility: Visibility = "visible",
) -> Iterator[Found]:  # fmt: skip
    """Everything that `objects` holds and `drawn` does not; text that only repeats what `reader` read is left out."""
    found, packets, decoder = Sorted(), _packets(pdf), Decoder(reader.limits)
    drawn.contents.update((stream.objgen, stream) for stream in packets)  # read below
    yield from sort_streams(objects, Members(pdf), drawn, decoder, found)
    shown = "\n".join(reader.texts)
    for form in found.undrawn:
        follow_form(form, drawn, decoder)
    left = [s for s in (*found.undrawn, *found.images) if s.objgen not in drawn.forms and s.objgen not in drawn.images]
    veiled = {stream.objgen for stream in found.veiled}
    left = [stream for stream in left if stream.objgen not in veiled] + found.veiled
    written = squeezed("\n".join(text.text for text in objects.texts))
    for item in _undrawn(left, veiled, pdf, pages, reader, objects.keys, prefix):
        if not isinstance(item, Part):
            yield item
        elif squeezed(item.text) not in written:  # the appearance of a field mostly says again what the field says
            yield _placeless(item)
    yield from text_parts([*objects.texts, *found.texts], shown, visibility, prefix)
    yield from _form(packets, decoder, prefix)


def _undrawn(
    streams: Sequence[pikepdf.Stream], veiled: set[ObjGen], pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Object],
    reader: PageReader, keys: dict[ObjGen, set[str]], prefix: str,
) -> Iterator[Found]:  # fmt: skip
    """Read what no page draws: appearances, patterns, forms and images left behind."""
    if not streams:
        return
    try:
        data = as_pages(streams, pdf, pages)
    except (pikepdf.PdfError, TypeError, ValueError) as error:
        yield Gap(stage="extract", code="damaged", path=f"{prefix}objects", detail=str(error)[:200])
        return
    made = open_both(data)
    yield from made.gaps
    reader.second = second_reader(data)
    drawn, decoder = Drawn(), Decoder(reader.limits)
    for number, (stream, page) in enumerate(zip(streams, made.pages, strict=True), 1):
        if made.drawing is not None:
            content = read_content(page, drawn, decoder)
            content.veiled = stream.objgen in veiled
            path = f"{prefix}object/{stream.objgen[0]}"
            visibility: Visibility = "visible" if _APPEARANCE & keys.get(stream.objgen, set()) else "hidden"
            yield from reader.read(made.drawing.raw, number, content, path=path, visibility=visibility)
    made.close()


def _placeless(part: Part) -> Part:
    """The part without the places that it had on a page made for reading it."""
    return replace(part, where=NOWHERE, blocks=tuple(replace(block, where=NOWHERE) for block in part.blocks))


def _packets(pdf: pikepdf.Pdf) -> list[pikepdf.Stream]:
    form = pdf.Root.get("/AcroForm")
    found = form.get("/XFA") if isinstance(form, pikepdf.Dictionary) else None
    streams = list(found) if isinstance(found, pikepdf.Array) else [found]
    return [stream for stream in streams if isinstance(stream, pikepdf.Stream)]


def _form(packets: list[pikepdf.Stream], decoder: Decoder, prefix: str) -> Iterator[Found]:
    """The packets of an XFA form, joined: singly they need not be XML."""
    if not packets:
        return
    try:
        text = markup_text(b"".join(decoder.read(stream) for stream in packets))
    except (Damaged, TooLarge):
        text = ""
    if text:
        yield Part(kind="body", text=text, path=f"{prefix}xfa")
    else:
        yield Gap(stage="extract", code="xfa", path=f"{prefix}xfa")
