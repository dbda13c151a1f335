"""Reads what each page of a PDF draws: its content streams, and the forms and images that they call.

pdfium silently stops at damaged data, so each content stream is unpacked here first; and an object that no page draws
must be read on its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from pipeline.extract.pdf_decode import Damaged, Decoder, ObjGen, TooLarge
from pipeline.extract.pdf_grammar import syntax, white_text
from pipeline.extract.pdf_said import notes, said_aside
from pipeline.extract.pdf_words import words

_CALL = re.compile(rb"/([^\s/<>\[\]()%{}]+)\s+Do\b")
_POLYGON = (b"\nh\nf", b" h f", b" h\nf")
_THICK = 4.0  # points; a thinner bar is a rule, and covers no text
_PAINTED = re.compile(rb"\s++[^WnSs]")  # not a rectangle to clip by, or to draw the outline of
_STROKE = re.compile(rb"\s[lcvy]\s")
_CLIP = re.compile(rb" re\s+W")
_DANGLING = re.compile(rb"/Contents \d+ \d+ R")
_DEPTH = 20


@dataclass(slots=True)
class Drawn:
    """What the pages of a document draw between them."""

    contents: dict[ObjGen, pikepdf.Stream] = field(default_factory=dict)
    forms: dict[ObjGen, pikepdf.Stream] = field(default_factory=dict)
    images: dict[ObjGen, pikepdf.Stream] = field(default_factory=dict)


@dataclass(slots=True)
class PageContent:
    """One page: why it is not wholly readable (gap codes), and whether a closer look at its objects is due."""

    problems: list[str] = field(default_factory=list)
    draws: bool = False  # images, forms or inline images
    fades: bool = False  # a text rendering mode without ink, transparency, a white fill
    covers: bool = False  # something opaque painted after the first text
    shows: bool = False  # a font is set: text may be shown
    replaces: bool = False  # a replacement text stands for some glyphs
    notes: list[str] = field(default_factory=list)  # what the content says and does not show
    drawings: list[bytes] = field(default_factory=list)
    veiled: bool = False  # made of a mask, or of what one hides: only writing counts

    @property
    def size(self) -> int:
        """Bytes of drawing operators."""
        return sum(map(len, self.drawings))

    @property
    def strokes(self) -> int:
        """How many lines and curves are drawn; many may be outlines of letters."""
        boxes = sum(data.count(b" re") - len(_CLIP.findall(data)) for data in self.drawings)
        return sum(len(_STROKE.findall(data)) for data in self.drawings) + 5 * boxes


def read_content(page: pikepdf.Object, drawn: Drawn, decoder: Decoder) -> PageContent:
    """Unpack the content of a page and all that it draws."""
    found = PageContent()
    contents = page.get("/Contents")
    if contents is None and _DANGLING.search(page.unparse(resolved=True)):
        found.problems.append("damaged")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [] if contents is None else [contents]
    data = b""
    for stream in streams:
        if not isinstance(stream, pikepdf.Stream):
            found.problems.append("damaged")
            continue
        drawn.contents[stream.objgen] = stream
        data += _read(stream, decoder, found) + b"\n"
    _follow(data, page, drawn, decoder, found, 0)
    return found


def follow_form(form: pikepdf.Stream, drawn: Drawn, decoder: Decoder) -> None:
    """Count what a form draws as drawn, since the form itself will be read."""
    found = PageContent()
    _follow(_read(form, decoder, found), form, drawn, decoder, found, 0)


def _read(stream: pikepdf.Stream, decoder: Decoder, found: PageContent) -> bytes:
    try:
        return decoder.read(stream)
    except TooLarge as error:
        found.problems.append(error.code)
    except Damaged:
        found.problems.append("damaged")
    return b""


def _follow(data: bytes, owner: pikepdf.Object, drawn: Drawn, decoder: Decoder, found: PageContent, depth: int) -> None:
    form = syntax(data)
    if not form.parses:  # a reader drops what it does not understand, and often all that follows
        found.problems.append("damaged")
    found.fades = found.fades or form.hides or (form.states and _transparent(owner))
    found.fades = found.fades or (form.white and (form.calls or white_text(data, _greys(owner))))
    found.covers = found.covers or (form.fills and _may_cover(data))
    found.draws = found.draws or bool(form.pictures)
    found.replaces = found.replaces or (form.marks and (b"ActualText" in data or _replaced(owner)))
    if form.marks:
        found.notes.extend(notes(data))
    if form.comments:
        found.notes.extend(said_aside(data))
    found.notes.extend(word for picture in form.pictures for word in words(picture))
    found.drawings.append(data)
    found.shows = found.shows or b"Tf" in data
    if not form.calls or depth > _DEPTH:
        return
    objects: pikepdf.Object = _resources(owner).get("/XObject", pikepdf.Dictionary())
    for name in set(_CALL.findall(data)):
        found.draws = True
        target = objects.get("/" + _name(name))
        if not isinstance(target, pikepdf.Stream):
            continue
        subtype = target.get("/Subtype")
        if subtype == "/Image":
            drawn.images[target.objgen] = target
        elif subtype == "/Form" and target.objgen not in drawn.forms:  # pdfium draws nothing else
            drawn.forms[target.objgen] = target
            _follow(_read(target, decoder, found), target, drawn, decoder, found, depth + 1)


def _may_cover(data: bytes) -> bool:
    """Whether a polygon, or a rectangle thick enough to cover a line, is painted after the first text."""
    start = data.find(b"ET")
    if start < 0:
        return False
    if any(data.find(hint, start) >= 0 for hint in _POLYGON):
        return True
    return any(
        _PAINTED.match(data, at + 3) and _thick(data[max(at - 40, 0) : at].split()[-2:])
        for at in _places(data, b" re", start)
    )


def _places(data: bytes, needle: bytes, start: int = 0) -> Iterator[int]:
    """Where `needle` stands: finding it is many times faster than a pattern that could begin anywhere."""
    at = data.find(needle, start)
    while at >= 0:
        yield at
        at = data.find(needle, at + len(needle))


def _thick(sides: list[bytes]) -> bool:
    try:
        return all(abs(float(side)) >= _THICK for side in sides)
    except ValueError:
        return True


def _transparent(owner: pikepdf.Object) -> bool:
    states = _resources(owner).get("/ExtGState")
    if not isinstance(states, pikepdf.Dictionary):
        return False
    return any(isinstance(state, pikepdf.Dictionary) and state.get("/ca", 1) < 0.2 for state in states.values())


def _greys(owner: pikepdf.Object) -> bool:
    """Whether one number may be a grey level: in a space of one ink, one is all of it, not white."""
    spaces = _resources(owner).get("/ColorSpace")
    if not isinstance(spaces, pikepdf.Dictionary):
        return True
    inks = ("/Separation", "/DeviceN")
    return not all(isinstance(space, pikepdf.Array) and str(space[0]) in inks for space in spaces.values())


def _replaced(owner: pikepdf.Object) -> bool:
    """Whether a property list of the page or form holds a replacement text."""
    lists = _resources(owner).get("/Properties")
    return isinstance(lists, pikepdf.Dictionary) and any(
        isinstance(item, pikepdf.Dictionary) and "/ActualText" in item for item in lists.values()
    )


def _name(raw: bytes) -> str:
    return re.sub(rb"#([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), raw).decode("utf-8", "surrogateescape")


def _resources(node: pikepdf.Object) -> pikepdf.Object:
    """The resources of a page or form; a page may inherit them."""
    for _ in range(_DEPTH):
        found = node.get("/Resources")
        if isinstance(found, pikepdf.Dictionary):
            return found
        parent = node.get("/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            break
        node = parent
    return pikepdf.Dictionary()


def fingerprint(page: pikepdf.Object, decoder: Decoder) -> str:
    """A digest of all that a page draws: the same page of two revisions has the same."""
    drawn = Drawn()
    read_content(page, drawn, decoder)
    digest = hashlib.sha256()
    for stream in (*drawn.contents.values(), *drawn.forms.values(), *drawn.images.values()):
        digest.update(bytes(stream.read_raw_bytes()) + b"\0")
    return digest.hexdigest()
