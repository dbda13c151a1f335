"""What is measured is what it says, and the measure is fair."""

from __future__ import annotations

import io

import pypdf

from pipeline import benchmark


def test_the_document_is_a_pdf_of_varied_pages() -> None:
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(benchmark.pdf(3))).pages]
    assert len(pages) == len(set(pages)) == 3
    assert all(len(page.split()) > 200 for page in pages)


def test_the_jobs_take_turns() -> None:
    turns: list[str] = []
    timings = benchmark.interleaved({name: lambda name=name: turns.append(name) for name in "ab"}, 3)  # type: ignore[misc]
    assert turns == ["a", "b"] * 3
    assert set(timings) == {"a", "b"}
