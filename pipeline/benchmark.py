"""Measures what a user waits for, side by side with a yardstick in the same run, since absolute figures drift."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FORBIDDEN = ("prefect", "fastapi", "torch", "matplotlib")
YARDSTICK = "import spacy, sklearn.linear_model, skops.io, onnxruntime, tokenizers"
CHECK = """
import json, sys
from pipeline.cli import run
code = run(["check", sys.argv[1], "-f", "json", "-o", sys.argv[2], "--quiet"])
loaded = [name for name in {forbidden!r} if name in sys.modules]
json.dump({{"code": code, "loaded": loaded}}, sys.stdout)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Median seconds of several runs, of the clock and of the processor, children included."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBenchmark:
    check: Timing
    yardstick: Timing
    loaded: tuple[str, ...]
    exit_code: int
    pages: int

    @property
    def ratio(self) -> float:
        return self.check.wall / self.yardstick.wall

    @property
    def cpu_ratio(self) -> float:
        return self.check.cpu / self.yardstick.cpu


def check(*, runs: int = 5, pages: int = 20) -> CheckBenchmark:
    """Time `sharelight check` on a PDF of its own making against importing the libraries that it needs."""
    with tempfile.TemporaryDirectory() as folder:
        document, result = Path(folder) / "report.pdf", Path(folder) / "result.json"
        document.write_bytes(pdf(pages))
        checking = [sys.executable, "-c", CHECK.format(forbidden=FORBIDDEN), str(document), str(result)]
        importing = [sys.executable, "-c", YARDSTICK]
        said = json.loads(_run(checking))  # also warms the disk cache for both
        _run(importing)
        timings = interleaved({"check": lambda: _run(checking), "yardstick": lambda: _run(importing)}, runs)
    return CheckBenchmark(
        check=timings["check"],
        yardstick=timings["yardstick"],
        loaded=tuple(said["loaded"]),
        exit_code=said["code"],
        pages=pages,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractBenchmark:
    reading: Timing
    pdfium: Timing


READ = """
import sys
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.types import Blob
from pathlib import Path
with Sandbox(Limits(), allow_weak=True) as sandbox:
    document = sandbox.read(Blob.of(Path(sys.argv[1]).read_bytes(), name="report.pdf"))
print(len(document.parts))
"""
PDFIUM = """
import sys, pypdfium2
document = pypdfium2.PdfDocument(sys.argv[1])
print(sum(len(document[n].get_textpage().get_text_range()) > 0 for n in range(len(document))))
"""


def extract(*, runs: int = 5, pages: int = 200) -> ExtractBenchmark:
    """Reading with structure, boxes and sandbox against text alone; each in a process of its own, start included."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "report.pdf"
        document.write_bytes(pdf(pages))
        jobs: dict[str, Callable[[], object]] = {
            name: lambda script=script: _run([sys.executable, "-c", script, str(document)])  # type: ignore[misc]
            for name, script in (("reading", READ), ("pdfium", PDFIUM))
        }
        timings = interleaved(jobs, runs)
    return ExtractBenchmark(reading=timings["reading"], pdfium=timings["pdfium"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBenchmark:
    """Passages a second of processor time on one core, and the share of ordinary prose that goes to the encoder."""

    words: float
    encoder: float
    reach: float


def recognise(models: Path, *, passages: int = 2000) -> ModelBenchmark:
    """Time the first stage on ordinary prose, and the encoder on passages that fill all of its word pieces."""
    from . import ordinary
    from .detect import model

    loaded, _, _ = model.load(models)
    texts = [text for kind in ordinary.unseen(passages // 2).values() for text in kind]
    longest = [f"{text} {'and more of the same kind ' * 60}" for text in texts[: passages // 20]]
    loaded.first_look(texts[:10])
    loaded.encoder.directions(longest[:3])
    start = time.process_time()
    is_open = loaded.first_look(texts)[2]
    between = time.process_time()
    loaded.encoder.directions(longest)
    end = time.process_time()
    return ModelBenchmark(
        words=len(texts) / (between - start), encoder=len(longest) / (end - between), reach=len(is_open) / len(texts)
    )


def interleaved(jobs: dict[str, Callable[[], object]], runs: int) -> dict[str, Timing]:
    """Medians of `runs` rounds in which each job runs once, so that a slow minute hits all of them alike."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, job in jobs.items():
            wall, cpu = time.perf_counter(), _cpu()
            job()
            seen[name].append((time.perf_counter() - wall, _cpu() - cpu))
    return {
        name: Timing(wall=statistics.median(w for w, _ in pairs), cpu=statistics.median(c for _, c in pairs))
        for name, pairs in seen.items()
    }


def _cpu() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)  # our own interpreter
    return done.stdout


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


def pdf(pages: int) -> bytes:
    """A plain PDF of `pages` pages of varied prose, written by hand: measuring needs no library that writes PDF."""
    kids = [f"{4 + 2 * number} 0 R" for number in range(pages)]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{' '.join(kids)}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number in range(pages):
        content = "\n".join(_page(number)).encode("latin-1")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
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
