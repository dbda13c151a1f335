"""A kit for a flow: the settings of the machine that it runs on, for the audience that it was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from pipeline import settings
from pipeline.sandbox import Sandbox
from pipeline.scan import Kit, load_kit


@contextmanager
def opened(audience: str) -> Iterator[tuple[Kit, date]]:
    chosen = settings.load({"audience": audience}).settings
    with Sandbox(chosen.limits(), allow_weak=chosen.weak_sandbox) as sandbox:
        yield load_kit(chosen, sandbox, key=settings.installation_key().secret), datetime.now(UTC).date()
