"""What a user waits for who checks one document, beside the bare import of the libraries that it takes."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .samples import pdf
from .timing import Timing, interleaved, run

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
        said = json.loads(run(checking))  # also warms the disk cache for both
        run(importing)
        timings = interleaved({"check": lambda: run(checking), "yardstick": lambda: run(importing)}, runs)
    return CheckBenchmark(
        check=timings["check"],
        yardstick=timings["yardstick"],
        loaded=tuple(said["loaded"]),
        exit_code=said["code"],
        pages=pages,
    )
