"""What many tests share: one warmed sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.limits import Limits
from pipeline.sandbox import Sandbox


@pytest.fixture(scope="session")
def limits() -> Limits:
    return Limits()


@pytest.fixture(scope="session")
def sandbox(limits: Limits) -> Iterator[Sandbox]:
    with Sandbox(limits, allow_weak=True) as sandbox:
        yield sandbox
