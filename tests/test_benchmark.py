"""What is measured is what it says, and the measure is fair."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import docx
import pypdf
import pytest

from pipeline.benchmark.model import recognise
from pipeline.benchmark.samples import pdf, word
from pipeline.benchmark.timing import family_cpu, interleaved


@pytest.mark.parametrize("packed", [False, True])
def test_the_document_is_a_pdf_of_varied_pages(packed: bool) -> None:
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(3, packed=packed))).pages]
    assert len(pages) == len(set(pages)) == 3
    assert all(len(page.split()) > 200 for page in pages)


def test_the_word_document_grows_with_its_pages() -> None:
    few, many = (docx.Document(io.BytesIO(word(pages))) for pages in (2, 6))
    assert 2 * len(few.paragraphs) < len(many.paragraphs)
    assert (len(few.tables), len(many.tables)) == (1, 2)


def test_the_time_of_children_that_have_ended_is_counted() -> None:
    before = family_cpu()
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.2: pass"], check=True)
    assert family_cpu() - before >= 0.15


def test_the_jobs_take_turns() -> None:
    turns: list[str] = []
    timings = interleaved({name: lambda name=name: turns.append(name) for name in "ab"}, 3)  # type: ignore[misc]
    assert turns == ["a", "b"] * 3
    assert set(timings) == {"a", "b"}


def test_the_model_is_timed_on_what_it_would_read() -> None:
    done = recognise(Path(__file__).parents[1] / "models", passages=200)
    assert done.words > done.encoder > 0
    assert 0 < done.reach < 0.4
