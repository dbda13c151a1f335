"""Every hostile PDF and Word file whose hidden text is read: a copy without it, or a refusal."""

from __future__ import annotations

import pytest

from pipeline import reading, redacted
from pipeline.errors import Unfit
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.segment import segment
from pipeline.types import Blob, Document
from tests.hostile.case import Case
from tests.hostile.registry import cases

SLIM = Limits(ocr="off")
TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def suffix(case: Case) -> str:
    return case.filename[case.filename.rfind(".") :]


def text(documents: tuple[Document, ...]) -> str:
    return " ".join(" ".join(part.text for document in documents for part in document.parts).split())


@pytest.mark.parametrize("case", [c for c in cases() if suffix(c) in TYPES and c.expect == "read"], ids=str)
def test_a_copy_holds_nothing_of_it(case: Case, sandbox: Sandbox) -> None:
    data = case.data()
    read = reading.read(Blob.of(data, name=case.filename), sandbox, SLIM)
    passages = [passage for passage in segment(read) if case.canary in passage.text][:1]
    if not passages:  # it was put together again from several passages, or only OCR can read it
        return
    try:
        copy = redacted.copy(data, TYPES[suffix(case)], passages, name=case.filename, sandbox=sandbox, limits=SLIM)
    except Unfit:
        return
    assert case.canary not in text(reading.read(Blob.of(copy, name=""), sandbox, SLIM))
    assert case.canary.encode() not in copy
