"""Every hostile file goes through the real sandbox: read, or a gap says why not; its twin is fully read."""

from __future__ import annotations

import pytest

from pipeline import reading
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.types import Blob, Document
from tests.hostile.case import Case
from tests.hostile.registry import cases

CASES = cases()


def read(data: bytes, name: str, sandbox: Sandbox, limits: Limits) -> tuple[Document, ...]:
    return reading.read(Blob.of(data, name=name), sandbox, limits)


def codes(documents: tuple[Document, ...]) -> set[str]:
    return {gap.code for document in documents for gap in document.gaps}


def text(documents: tuple[Document, ...]) -> str:
    return " ".join(" ".join(part.text for document in documents for part in document.parts).split())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_hostile_file_is_read_or_held(case: Case, sandbox: Sandbox, limits: Limits) -> None:
    documents = read(case.data(), case.filename, sandbox, limits)
    gaps = codes(documents)
    seen = case.canary in text(documents)
    if case.expect == "hold":
        assert gaps, "nothing says that something was not read"
        assert not case.code or case.code in gaps, gaps
        return
    assert seen, f"not read; gaps {sorted(gaps)}"
    notices = {notice.code for document in documents for notice in document.notices}
    assert not case.code or case.code in gaps | notices, sorted(gaps | notices)


@pytest.mark.parametrize("case", [case for case in CASES if case.twin], ids=str)
def test_harmless_twin_is_fully_read(case: Case, sandbox: Sandbox, limits: Limits) -> None:
    assert case.twin is not None
    documents = read(case.twin(), case.filename, sandbox, limits)
    assert [(gap.code, gap.path, gap.detail) for document in documents for gap in document.gaps] == []
