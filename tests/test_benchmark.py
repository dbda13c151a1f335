"""What is measured is what it says, and the measure is fair."""

from __future__ import annotations

import io
from pathlib import Path

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


def test_the_model_is_timed_on_what_it_would_read() -> None:
    done = benchmark.recognise(Path(__file__).parents[1] / "models", passages=200)
    assert done.words > done.encoder > 0
    assert 0 < done.reach < 0.4
