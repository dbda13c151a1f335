"""Reading with structure and sandbox beside the bare text extraction of the libraries underneath, in processor time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pypdf
import pypdfium2

from ..limits import Limits
from ..sandbox import Sandbox
from ..types import Blob
from .samples import pdf, word
from .timing import family_cpu, interleaved

PAGES = (10, 20, 40)
FEWEST_PAGES, LETTERS_A_PAGE = 10, 400
_SECONDS = 1.5  # a job of one round; the clock of the processor ticks every 10 ms
_WORD_PREFIX = "word/document.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractBenchmark:
    """Milliseconds of processor time for reading all samples of a kind once, by reader; `fixed` is for one file."""

    pdfs: dict[str, float]
    words: dict[str, float]
    fixed: float
    counted: dict[str, int]


def extract(folder: Path | None = None, *, runs: int = 5) -> ExtractBenchmark:
    """Measure on documents of our own making, or on the text PDFs of ten pages and more and the DOCX of `folder`."""
    pdfs, words = _of_folder(folder) if folder else ([pdf(n, packed=True) for n in PAGES], [word(n) for n in PAGES])
    note = Blob.of(b"A note of one line.", name="a.txt")
    with Sandbox(Limits(ocr="off"), allow_weak=True) as sandbox:
        sandbox.grade  # noqa: B018 - wait until it is warm

        def ours(samples: Sequence[bytes], name: str) -> Callable[[], object]:
            blobs = [Blob.of(data, name=name) for data in samples]
            return lambda: [sandbox.read(blob) for blob in blobs]

        of_pdfs = {
            "sharelight, sandbox included": ours(pdfs, "a.pdf"),
            "pdfium, text alone": lambda: [_pdfium(data) for data in pdfs],
            "pypdf, walk over all objects": lambda: [_pypdf(data) for data in pdfs],
            "pikepdf, walk over all objects": lambda: [_pikepdf(data) for data in pdfs],
        }
        of_words = {
            "sharelight, sandbox included": ours(words, "a.docx"),
            "python-docx, full walk": lambda: [_python_docx(data) for data in words],
        }
        return ExtractBenchmark(
            pdfs=_milliseconds(of_pdfs, runs) if pdfs else {},
            words=_milliseconds(of_words, runs) if words else {},
            fixed=_milliseconds({"note": lambda: sandbox.read(note)}, runs)["note"],
            counted={"PDF": len(pdfs), "DOCX": len(words)},
        )


def _milliseconds(jobs: dict[str, Callable[[], Any]], runs: int) -> dict[str, float]:
    """Each job is repeated until it takes long enough to be measured; the figure is for doing it once."""
    times = {name: _repeats(job) for name, job in jobs.items()}
    repeated: dict[str, Callable[[], object]] = {name: _again(job, times[name]) for name, job in jobs.items()}
    timings = interleaved(repeated, runs, cpu=family_cpu)
    return {name: 1000 * timings[name].cpu / times[name] for name in jobs}


def _again(job: Callable[[], object], times: int) -> Callable[[], object]:
    return lambda: [job() for _ in range(times)]


def _repeats(job: Callable[[], object]) -> int:
    job()
    return max(1, round(_SECONDS / max(interleaved({"": job}, 3)[""].wall, 0.001)))


def _of_folder(folder: Path) -> tuple[list[bytes], list[bytes]]:
    """What of a folder can be compared: PDFs full of text that pdfium opens, DOCX that python-docx opens."""
    pdfs, words = [], []
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        data = file.read_bytes()
        if data.startswith(b"%PDF-") and _is_text(data):
            pdfs.append(data)
        elif data.startswith(b"PK") and _WORD_PREFIX.encode() in data and _opens(data):
            words.append(data)
    return pdfs, words


def _is_text(data: bytes) -> bool:
    try:
        lengths = list(_pdfium(data))
    except pypdfium2.PdfiumError:
        return False
    return len(lengths) >= FEWEST_PAGES and sum(lengths) >= LETTERS_A_PAGE * len(lengths)


def _opens(data: bytes) -> bool:
    try:
        _python_docx(data)
    except Exception:  # noqa: BLE001 - another's reader may fail in any way; the file is then not compared
        return False
    return True


def _pdfium(data: bytes) -> list[int]:
    document = pypdfium2.PdfDocument(data)
    return [_length(document, number) for number in range(len(document))]


def _length(document: Any, number: int) -> int:
    page = document[number]
    text = page.get_textpage()
    length = len(text.get_text_range())
    text.close()
    page.close()
    return length


def _pypdf(data: bytes) -> int:
    reader = pypdf.PdfReader(io.BytesIO(data))
    return sum(reader.get_object(number) is not None for number in range(1, len(reader.xref.get(0, {})) + 1))


def _pikepdf(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as opened:
        return sum(len(repr(found._type_name)) for found in opened.objects)


def _python_docx(data: bytes) -> int:
    opened = docx.Document(io.BytesIO(data))
    stories = [opened, *(story for section in opened.sections for story in (section.header, section.footer))]
    return sum(len(text) for story in stories for text in _story(story))


def _story(story: Any) -> Iterator[str]:
    for paragraph in story.paragraphs:
        yield paragraph.style.name if paragraph.style is not None else ""
        yield from (run.text for run in paragraph.runs)
    for table in story.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from _story(cell)
