"""What the tests of redacted copies share: how a file is read, and how a passage of it is picked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline import reading
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.segment import segment
from pipeline.types import Blob, Passage

Pick = Callable[[bytes, str, str], list[Passage]]


@pytest.fixture(scope="session")
def pick(sandbox: Sandbox) -> Pick:
    """The passages, joined readings left out, of the file with that name that hold a word."""

    def passages(data: bytes, name: str, word: str) -> list[Passage]:
        read = reading.read(Blob.of(data, name=name), sandbox, Limits(ocr="off"))
        return [passage for passage in segment(read) if word in passage.text and not passage.joined]

    return passages
