"""Counts what the tests show of the 95 ways in which content hides from a scanner.

    python -m tests.hostile.catalogue

reads every hostile file and every twin, and lists for each row its files and the tests marked `threat(row)`.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict

import pytest

from pipeline import reading
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.types import Blob, Document
from tests.hostile.registry import cases

ROWS = range(1, 96)


class Collector:
    """A plugin of pytest that keeps which tests are marked with which rows, and runs none."""

    def __init__(self) -> None:
        self.tests: dict[int, set[str]] = defaultdict(set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for row in (row for mark in item.iter_markers("threat") for row in mark.args):
                self.tests[row].add(item.nodeid.partition("[")[0])


def marked() -> dict[int, set[str]]:
    """The tests of each row, but for the hostile files."""
    collector = Collector()
    pytest.main(["--collect-only", "-qq", "--no-summary", "tests"], plugins=[collector])
    return collector.tests


def text(documents: tuple[Document, ...]) -> str:
    return " ".join(" ".join(part.text for document in documents for part in document.parts).split())


def main() -> None:
    tests, seen = marked(), Counter[str]()
    files: dict[int, Counter[str]] = defaultdict(Counter)
    with Sandbox(Limits(), allow_weak=True) as sandbox:
        for case in cases():
            documents = reading.read(Blob.of(case.data(), name=case.filename), sandbox, Limits())
            held = any(document.gaps for document in documents)
            found = case.canary in text(documents)
            outcome = "read" if found else "held" if held else "false complete"
            files[case.row][case.expect] += 1
            seen[f"{case.expect}: {outcome}"] += 1
            if case.twin:
                twin = reading.read(Blob.of(case.twin(), name=case.filename), sandbox, Limits())
                seen["twin held" if any(document.gaps for document in twin) else "twin complete"] += 1
    for row in ROWS:
        counted = ", ".join(f"{count} {expect}" for expect, count in sorted(files[row].items()))
        print(f"{row:3}  {counted:22} {' '.join(sorted(tests[row]))}")  # noqa: T201
    covered = sum(bool(files[row] or tests[row]) for row in ROWS)
    print(f"{covered} of {len(ROWS)} rows have a test; " + "; ".join(f"{k} {v}" for k, v in sorted(seen.items())))  # noqa: T201
    sys.exit(1 if any(outcome.endswith("false complete") for outcome in seen) else 0)


if __name__ == "__main__":
    main()
