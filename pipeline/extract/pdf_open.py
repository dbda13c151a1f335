"""Opens a PDF with both of its readers: qpdf for the objects and pdfium for the pages; pypdf stands by.

Where one fails and the other does not, the other mends the file; where both fail, the reason is a gap.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pikepdf
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.extract.pdf_reach import Reach
from pipeline.types import Gap

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs passages; what is wrong comes as a gap

_REFERENCE = re.compile(rb"\b(\d{1,8}) 0 R\b")
_HARMLESS = "common error handled correctly"
# Of qpdf's warnings, those after which every object is there.
_MENDED = (
    "file is damaged", "reconstruct", "startxref", "xref", "duplicated key", "lacks /Length", "expected endstream",
    "Resources is missing", "recover stream length", "recovered stream length", "doesn't match", "%PDF",
    "reported number of objects",
)  # fmt: skip


@dataclass(slots=True)
class Opened:
    """The two views of one file. `pages` is qpdf's list; a view that could not be had is None and has its gap."""

    objects: pikepdf.Pdf | None = None
    pages: list[pikepdf.Object] = field(default_factory=list)
    drawing: pypdfium2.PdfDocument | None = None
    mended: bool = False
    gaps: list[Gap] = field(default_factory=list)
    _warned: list[str] = field(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        """All that qpdf has complained of so far; it says each thing once."""
        if self.objects is not None:
            self._warned.extend(map(str, self.objects.get_warnings()))
        return self._warned

    @property
    def rebuilt(self) -> bool:
        """Whether qpdf had to make the table of objects anew."""
        return any("reconstruct" in warning for warning in self.warnings)

    def close(self) -> None:
        """Free both views."""
        if self.drawing is not None:
            self.drawing.close()
        if self.objects is not None:
            self.objects.close()


def open_both(data: bytes, reach: Reach | None = None, last: int = 0) -> Opened:
    """Never raises for a bad document: what failed is in `gaps`.

    `reach`, where given, learns what the table lists. An object that begins behind `last`, the end of the revision
    before the newest, and is not listed means that the two readers may have chosen different tables.
    """
    opened = Opened()
    try:
        opened.objects = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError:
        opened.gaps.append(Gap(stage="extract", code="encrypted", path=""))
        return opened
    except pikepdf.PdfError as error:
        opened.gaps.append(_failed("objects", str(error)))
    if opened.objects is not None:
        try:
            opened.pages = [page.obj for page in opened.objects.pages]
        except pikepdf.PdfError as error:
            opened.gaps.append(_failed("pages", str(error)))
    doubtful = opened.rebuilt
    if opened.objects is not None and reach is not None:
        reach.add(opened.objects)
        doubtful = doubtful or bool(reach.missed(opened.objects, last))
    _open_drawing(opened, data, doubtful)
    return opened


def open_rebuilt(data: bytes) -> Opened:
    """A file without a table: qpdf makes one, and pdfium draws what qpdf found."""
    opened = Opened()
    try:
        opened.objects = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
        opened.pages = [page.obj for page in opened.objects.pages]
    except pikepdf.PdfError as error:
        opened.gaps.append(_failed("objects", str(error)))
    else:
        _mend(opened)
    return opened


def _failed(what: str, detail: str) -> Gap:
    code = "rights_managed" if "encrypt" in detail else "damaged"
    return Gap(stage="extract", code=code, path=what, detail=detail.partition(": ")[2][:200])


def _open_drawing(opened: Opened, data: bytes, doubtful: bool) -> None:
    shown = _all_layers(opened.objects) if opened.objects is not None else None
    if shown is None and opened.pages and doubtful:
        _mend(opened)  # pdfium reads what qpdf found, so that one view is whole, and must see the same in the original
    if opened.drawing is not None:
        if opened.rebuilt and _missing(data, opened.objects):
            opened.gaps.append(Gap(stage="extract", code="damaged", path="objects", detail="an object is missing"))
        if _texts(data) != _texts(opened.drawing):
            opened.gaps.append(Gap(stage="extract", code="readers_disagree", path="pages"))
        return
    try:
        opened.drawing = pypdfium2.PdfDocument(shown or data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            code = "encrypted" if error.err_code == pdfium.FPDF_ERR_PASSWORD else "rights_managed"
            opened.gaps.append(Gap(stage="extract", code=code, path=""))
        elif opened.pages:
            _mend(opened)
        else:
            opened.gaps.append(Gap(stage="extract", code="damaged", path="", detail=str(error)))


def _mend(opened: Opened) -> None:
    """pdfium cannot open it, qpdf could: let qpdf write it anew."""
    assert opened.objects is not None
    try:
        opened.drawing = pypdfium2.PdfDocument(_saved(opened.objects))
        opened.mended = True
    except (pypdfium2.PdfiumError, pikepdf.PdfError) as error:
        opened.gaps.append(Gap(stage="extract", code="damaged", path="", detail=str(error)[:200]))


def layers_off(pdf: pikepdf.Pdf) -> bool:
    """Whether some layer is switched off when the file is opened."""
    nothing = pikepdf.Dictionary()
    settings = pdf.Root.get("/OCProperties", nothing).get("/D", nothing)
    return ("/OFF" in settings and len(settings["/OFF"]) > 0) or settings.get("/BaseState") == "/OFF"


def repairs(opened: Opened, pdf: pikepdf.Pdf, lost: int) -> tuple[str, str]:
    """What qpdf had to mend, and what may be missing after it; both empty for a sound file. Ask after the last read.

    `lost` objects are referred to and not there: that says something only where the table of objects was rebuilt.
    """
    warnings = [w.partition(">")[2][:160] for w in opened.warnings if _HARMLESS not in w]
    serious = [warning for warning in warnings if not any(known in warning for known in _MENDED)]
    if lost and any("reconstruct" in warning for warning in warnings):
        serious.append(f"{lost} objects are missing")
    if b"/Info" in pdf.trailer.unparse() and not isinstance(pdf.trailer.get("/Info"), pikepdf.Dictionary):
        serious.append("the document information is missing")
    return (warnings or [""])[0], (serious or [""])[0]


def _missing(data: bytes, pdf: pikepdf.Pdf | None) -> bool:
    """Whether the bytes of a rebuilt file refer to an object that was not found: qpdf drops such references."""
    there = {item.objgen[0] for item in pdf.objects if isinstance(item, pikepdf.Object)} if pdf else set()
    numbers = sum(1 for item in pdf.objects if isinstance(item, int | float)) if pdf else 0
    return len({int(n) for n in _REFERENCE.findall(data)} - there) > numbers


def _texts(source: bytes | pypdfium2.PdfDocument) -> list[str]:
    """The text of every page; of a file that pdfium cannot open or finish, what came before."""
    found: list[str] = []
    try:
        document = pypdfium2.PdfDocument(source) if isinstance(source, bytes) else source
        found.extend(page.get_textpage().get_text_range() for page in document)
    except pypdfium2.PdfiumError:
        found.append("")
    return found


def _all_layers(pdf: pikepdf.Pdf) -> bytes | None:
    """A copy with every layer switched on, or None where none is off."""
    try:
        if not layers_off(pdf):
            return None
        copy = pikepdf.open(io.BytesIO(_saved(pdf)))
        del copy.Root["/OCProperties"]
        return _saved(copy)
    except (pikepdf.PdfError, AttributeError, TypeError):
        return None  # pdfium then reads the file as it is


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none, encryption=False)
    return out.getvalue()


def second_reader(data: bytes) -> Callable[[int], str | None]:
    """pypdf's text of a page by its number, opened at the first question; None where pypdf cannot read it."""
    readers: list[pypdf.PdfReader] = []

    def text(number: int) -> str | None:
        try:
            if not readers:
                readers.append(pypdf.PdfReader(io.BytesIO(data), strict=False))
            return readers[0].pages[number - 1].extract_text()
        except Exception:  # noqa: BLE001  pypdf raises anything on hostile input; the page is doubted already
            return None

    return text
