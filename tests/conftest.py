"""What many tests share: one warmed sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.limits import Limits
from pipeline.sandbox import Sandbox


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of each test's own, in which nothing is known yet."""
    url = f"sqlite:///{tmp_path / 'sharelight.db'}"
    monkeypatch.setenv("SHARELIGHT_DATABASE_URL", url)
    return url


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
