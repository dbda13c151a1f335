"""Reads PDF pages one by one: their text, what hides in them, and the pictures that another reader must read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.extract.parts import PartBuilder
from pipeline.extract.pdf_calls import item
from pipeline.extract.pdf_contents import PageContent
from pipeline.extract.pdf_ledger import squeezed
from pipeline.extract.pdf_likeness import Grey, has_ink, may_hold_writing
from pipeline.extract.pdf_lines import Frame, PageText, read_lines
from pipeline.extract.pdf_marks import OUTLINES, Marks, Picture, look
from pipeline.extract.pdf_paragraphs import page_part
from pipeline.extract.pdf_picture import READ_DPI, look_at, png, render
from pipeline.extract.pdf_said import glyph_lines
from pipeline.extract.pdf_spelling import unreliable
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part, PartKind, Visibility, Where

Found = Part | Gap | Blob | Notice

_HEAVY_SIZE = 4_000
_HEAVY = 12  # bytes of drawing operators for one character: perhaps the letters are drawn
_NEEDLE = 0.005  # of the page: smaller pictures hold no sentence
_COARSE = 60  # dpi; writing on a page that can only be drawn coarser cannot be told


@dataclass(slots=True, kw_only=True)
class PageReader:
    """Reads the pages of one document; remembers font sizes, pictures known to be decoration, and all text."""

    limits: Limits
    second: Callable[[int], str | None] = lambda _: None  # another reader's text of a page, by its number
    sizes: Counter[float] = field(default_factory=Counter)
    decoration: set[tuple[int, ...]] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    invisible: list[str] = field(default_factory=list)
    covered: list[str] = field(default_factory=list)

    def read(
        self, document: Any, number: int, content: PageContent, *, path: str,
        kind: PartKind = "body", visibility: Visibility = "visible",
    ) -> Iterator[Found]:  # fmt: skip
        """Everything on page `number` (from 1); each failure is a gap."""
        for code in content.problems:
            yield Gap(stage="extract", code=code, path=path)
        if any(code.startswith("limit") for code in content.problems):
            return
        page = pdfium.FPDF_LoadPage(document, number - 1)
        if not page:
            yield Gap(stage="extract", code="page_not_read", path=path)
            return
        try:
            frame = Frame.of(page)
            text = read_lines(page, frame)
            part = page_part(text.lines, page=number, path=path, sizes=self.sizes, kind=kind, visibility=visibility)
            for found in part.parts():
                self.texts.append(found.text)
                yield found
            yield from self._said(page, number, content, text, frame, path)
            yield from self._closer(page, number, content, text, frame, path)
        except (ValueError, MemoryError) as error:
            yield Gap(stage="extract", code="page_not_read", path=path, detail=str(error))
        finally:
            pdfium.FPDF_ClosePage(page)

    def _said(
        self, page: Any, number: int, content: PageContent, text: PageText, frame: Frame, path: str
    ) -> Iterator[Found]:
        """Glyphs behind a replacement text, and notes in the content."""
        if content.replaces:
            hidden = list(glyph_lines(page, frame, text))
            yield from page_part(hidden, page=number, path=f"{path}/glyphs", sizes=self.sizes).parts()
        said = squeezed(text.text) if content.notes else ""
        if any(squeezed(note) not in said for note in content.notes):
            builder = PartBuilder(kind="note", path=f"{path}/notes", visibility="hidden", where=Where(page=number))
            for note in dict.fromkeys(content.notes):
                builder.add(note, "line")
            yield from builder.parts()

    def _closer(
        self, page: Any, number: int, content: PageContent, text: PageText, frame: Frame, path: str
    ) -> Iterator[Found]:
        wrong = unreliable(text) or (content.shows and not text.lines)
        if wrong:
            yield from self._ask_second(number, text, path)
        width, height = frame.size
        if text.out_of_sight:
            self.invisible.append(path)
        heavy = content.size > max(_HEAVY * text.glyphs, _HEAVY_SIZE) and content.strokes >= OUTLINES
        if not (content.draws or content.fades or content.covers or heavy or wrong or not text.lines):
            return
        marks = look(page, width * height, inks=content.fades, letters=wrong and not text.lines)
        wrong = wrong and (bool(text.lines) or marks.letters)
        if marks.invisible:
            self.invisible.append(path)
        if marks.covered:
            self.covered.append(path)
        yield from self._pictures(page, content, marks, text, wrong, path)

    def _ask_second(self, number: int, text: PageText, path: str) -> Iterator[Found]:
        other = self.second(number)
        if other is None:
            return
        ours, theirs = ("".join(t.split()) for t in ("".join(n.text for n in text.lines), other))
        if theirs and _unlike(ours, theirs):
            yield Part(kind="body", text=other, path=f"{path}/second-reader", visibility="hidden")
            yield Gap(stage="extract", code="readers_disagree", path=path)

    def _pictures(
        self, page: Any, content: PageContent, marks: Marks, text: PageText, wrong: bool, path: str
    ) -> Iterator[Found]:
        pictures = [p for p in marks.pictures if p.key not in self.decoration]
        only_picture = not content.veiled and (not text.lines or (marks.invisible and _area(pictures) > 0.5))
        worth = _worth_a_look(pictures) or marks.drawn_letters or wrong
        if not worth and not (only_picture and (marks.pictures or marks.segments)):
            return
        if any(p.width * p.height > self.limits.pixels for p in pictures):
            yield Gap(stage="extract", code="limit_pixels", path=path)
            return
        without = [] if wrong else [item(place) for place in marks.texts]
        grey = look_at(page, without)
        if not self._worth_reading(grey, marks, only_picture, wrong):
            self.decoration.update(p.key for p in pictures)
            return
        if self.limits.ocr == "off":
            yield Gap(stage="extract", code=_unread(marks, wrong, only_picture), path=path)
        elif grey.shape[0] * 72 < _COARSE * pdfium.FPDF_GetPageHeightF(page):
            yield Gap(stage="extract", code="limit_pixels", path=path, detail="the page is too large to be drawn")
        else:
            name = f"{path.replace('/', '-')}.png"
            yield Blob.of(png(render(page, READ_DPI, self.limits.pixels, without)), name=name, media_type="image/png")

    def _worth_reading(self, grey: Grey, marks: Marks, only_picture: bool, wrong: bool) -> bool:
        if self.limits.ocr == "force" or may_hold_writing(grey):
            return True
        return (wrong or (only_picture and bool(marks.pictures))) and has_ink(grey)


def _unread(marks: Marks, wrong: bool, only_picture: bool) -> str:
    if wrong:
        return "text_unreliable"
    if not marks.pictures:
        return "outlined_text"
    return "image_page_not_read" if only_picture else "image_not_read"


def _area(pictures: list[Picture]) -> float:
    return sum(p.area if p.area is not None else 1.0 for p in pictures)


def _worth_a_look(pictures: list[Picture]) -> bool:
    """Whether one picture, or the strips of one, is large enough to hold a sentence."""
    return _area(pictures) > 0.02 or any(
        p.width >= 60 and p.height >= 12 and (p.area is None or p.area > _NEEDLE) for p in pictures
    )


def _unlike(ours: str, theirs: str) -> bool:
    """Whether two readings share less than two thirds of their letters."""
    left, right = Counter(ours), Counter(theirs)
    return (left & right).total() < 0.67 * max(left.total(), right.total())
