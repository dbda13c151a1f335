"""An audit as a whole, on an archive of our own making: processes, memory, what is known already, what is only decided.

Everything is measured in one run on one machine, side by side: the figures that count are the ratios.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .samples import SENTENCES, pdf, word
from .timing import family_cpu

WARMED_UP = 0.1  # of the files, after which the memory of the parent should stay as it is
_DISTINCT = 20  # PDF and DOCX are made once each and told apart by their names and a last byte or two


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One scan: seconds of the clock and of all processors; the parent's memory in MB, warmed up and at its most."""

    seconds: float
    cpu: float
    warm_mb: float
    most_mb: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveBenchmark:
    documents: int
    one: Audit | None
    two: Audit
    again: Audit
    decided: Audit


def archive(documents: int, *, jobs: int = 2, pinned: bool = True) -> ArchiveBenchmark:
    """Scan `documents` files with one process on one core and with `jobs`; again; and for another audience."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        fill(here / "archive", documents)
        one = _scan(here, "one", jobs=1, core=0) if pinned else None
        two = _scan(here, "two", jobs=jobs)
        again = _scan(here, "two", jobs=jobs)
        decided = _scan(here, "two", jobs=jobs, more=["--audience", "domestic"])
    return ArchiveBenchmark(documents=documents, one=one, two=two, again=again, decided=decided)


def fill(folder: Path, documents: int) -> None:
    """Files of seven formats, all of them different, five hundred in a folder."""
    made = {"pdf": [pdf(1 + n % 3, packed=True) for n in range(_DISTINCT)], "docx": [word(1 + n % 2) for n in range(2)]}
    for number in range(documents):
        below = folder / f"{number // 500:04}"
        below.mkdir(parents=True, exist_ok=True)
        kind, data = _file(number, made)
        (below / f"{number:06}.{kind}").write_bytes(data)


def _file(number: int, made: Mapping[str, list[bytes]]) -> tuple[str, bytes]:
    lines = [SENTENCES[(number * 7 + n * 3) % len(SENTENCES)] for n in range(6)]
    text = f"Note {number}.\n\n" + "\n\n".join(f"{number}.{n} {line}" for n, line in enumerate(lines))
    kinds = ("txt", "md", "html", "eml", "csv", "pdf", "docx")
    kind = kinds[number % len(kinds)]
    if kind in made:
        return kind, made[kind][number // len(kinds) % len(made[kind])]
    if kind == "html":
        text = (
            f"<html><body><h1>Note {number}</h1>"
            + "".join(f"<p>{line} ({number})</p>" for line in lines)
            + "</body></html>"
        )
    elif kind == "eml":
        text = f"From: a@example.org\nTo: b@example.org\nSubject: Note {number}\n\n{text}\n"
    elif kind == "csv":
        text = "number,remark\n" + "".join(f'{number}.{n},"{line}"\n' for n, line in enumerate(lines))
    return kind, text.encode()


def _scan(folder: Path, database: str, *, jobs: int, core: int | None = None, more: list[str] | None = None) -> Audit:
    out = folder / "rows.jsonl"
    command = [sys.executable, "-m", "pipeline.cli", "scan", "archive", "-f", "jsonl", "-o", str(out)]
    command += ["--jobs", str(jobs), "--progress", "json", "--weak-sandbox", *(more or [])]
    environment = os.environ | {
        "SHARELIGHT_DATABASE_URL": f"sqlite:///{folder / database}.db", "SHARELIGHT_CONFIG_DIR": str(folder / "config"),
    }  # fmt: skip
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True,
        preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
    ) as scan:  # fmt: skip
        assert scan.stderr is not None
        seen = [(done, _megabytes(scan.pid), family_cpu(scan.pid)) for done in _done(scan.stderr)]
        scan.wait()
    memory, cpu = [(done, mb) for done, mb, _ in seen], max((spent for _, _, spent in seen), default=0.0)
    total = max((done for done, _ in memory), default=0)
    settled = [mb for done, mb in memory if mb and done >= WARMED_UP * total] or [0.0]
    with out.open() as rows:
        count = sum(1 for _ in rows)
    return Audit(seconds=time.perf_counter() - start, cpu=cpu, warm_mb=settled[0], most_mb=max(settled), rows=count)


def _done(lines: Iterator[str]) -> Iterator[int]:
    for line in lines:
        with suppress(ValueError, KeyError):
            yield int(json.loads(line)["done"])


def _megabytes(pid: int) -> float:
    """The resident memory of a process; 0 where it has ended."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
    return 0.0
