"""What many tests share: one warmed sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from pipeline.limits import Limits
from pipeline.sandbox import Sandbox


@pytest.fixture(scope="session")
def limits() -> Limits:
    return Limits()


@pytest.fixture(scope="session")
def sandbox(limits: Limits) -> Iterator[Sandbox]:
    with Sandbox(limits, allow_weak=True) as sandbox:
        yield sandbox


# A submission is judged on the same examples each time; new ones are drawn on developers' machines.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")
