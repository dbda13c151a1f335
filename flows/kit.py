"""What flows and their tasks open: the settings of the machine that they run on, for the audience they were given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from pipeline import settings
from pipeline.sandbox import Sandbox
from pipeline.scan import Kit, load_kit
from pipeline.settings import Settings
from pipeline.store.runs import Run
from pipeline.store.sealing import Sealing
from pipeline.store.store import Store


def settings_for(audience: str) -> Settings:
    return settings.load({"audience": audience}).settings


def settings_of(run: Run, jobs: int) -> Settings:
    """The settings with which a run was begun, on this machine: its database, and `jobs` processes."""
    here = settings.load().settings
    kept = Settings.model_validate_json(run.settings)
    return kept.model_copy(update={"database_url": here.database_url, "jobs": jobs})


def store(chosen: Settings) -> Store:
    return Store(chosen.database_url, Sealing(keep=chosen.store_keep_text, key=settings.store_key()))


def here() -> Store:
    """The database of this machine."""
    return store(settings.load().settings)


def key() -> bytes:
    return settings.installation_key().secret


def today() -> date:
    return datetime.now(UTC).date()


@contextmanager
def opened(audience: str) -> Iterator[tuple[Kit, date]]:
    """A kit for one document, and the day."""
    chosen = settings_for(audience)
    with Sandbox(chosen.limits(), allow_weak=chosen.weak_sandbox) as sandbox:
        yield load_kit(chosen, sandbox, key=key()), today()
