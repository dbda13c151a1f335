"""Documents of our own making, so that measuring needs no files of anybody's."""

from __future__ import annotations

import io
import textwrap
import zlib
from collections.abc import Iterator, Sequence

import docx

SENTENCES = (
    "The secretariat met on Tuesday and agreed the plan for the coming quarter.",
    "Two secondees arrived from the standards body, and both found the first month of use.",
    "Reports should state the elicitation effort, the number of attempts and the spread of the scores.",
    "The harness writes one log for each sample, with the time of its start and of its end.",
    "A near miss counts as an incident where only chance kept the harm away.",
    "Graders disagreed more on long answers, a pilot of forty items suggests.",
    "The visitors' entrance is closed until the works in the courtyard are done.",
    "Hiring took eleven weeks from the advert to the first day, three fewer than last year.",
    "Thresholds are set before a run, and changed only with the reason written down.",
    "Travel is booked through the desk on the second floor.",
)


def pdf(pages: int, *, packed: bool = False) -> bytes:
    """A PDF of `pages` pages of varied prose, `packed` as most are; by hand, since no library of ours writes them."""
    kids = [f"{4 + 2 * number} 0 R" for number in range(pages)]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{' '.join(kids)}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number in range(pages):
        content = "\n".join(_page(number)).encode("latin-1")
        coding = b" /Filter /FlateDecode" if packed else b""
        content = zlib.compress(content) if packed else content
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), coding, content))
    return _file(objects)


def _page(number: int) -> Iterator[str]:
    yield "BT /F1 11 Tf 14 TL 72 770 Td"
    for paragraph in range(6):
        first = number * 7 + paragraph * 3
        text = " ".join(f"{SENTENCES[(first + n) % len(SENTENCES)]}" for n in range(3 + paragraph % 3))
        for line in textwrap.wrap(f"{number + 1}.{paragraph + 1} {text}", 84):
            escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            yield f"({escaped}) Tj T*"
        yield "T*"
    yield "ET"


def _file(objects: Sequence[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def word(pages: int) -> bytes:
    """A Word document of `pages` pages: headings, paragraphs in three runs and a table on every third page."""
    document, out = docx.Document(), io.BytesIO()
    for number in range(pages):
        document.add_heading(f"{number + 1} Report of the week", level=1)
        for paragraph in range(6):
            first = number * 7 + paragraph * 3
            added = document.add_paragraph()
            for n in range(3 + paragraph % 3):
                added.add_run(SENTENCES[(first + n) % len(SENTENCES)] + " ").bold = n == 1
        if number % 3 == 0:
            table = document.add_table(rows=4, cols=3)
            for row, cells in enumerate(table.rows):
                for column, cell in enumerate(cells.cells):
                    cell.text = f"{row}.{column} {SENTENCES[(number + row + column) % len(SENTENCES)]}"
    document.save(out)
    return out.getvalue()
