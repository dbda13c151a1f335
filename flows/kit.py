"""What flows and their tasks open: the settings of the machine that they run on, for the audience they were given."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import metadata

from pipeline import audit, policy, settings, versions
from pipeline.intake import Source
from pipeline.pool import Pool
from pipeline.report.result import Digest, Head, Tool
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


def begun(store: Store, sources: Iterable[Source], chosen: Settings, *, roots: Iterable[str]) -> Run:
    """A new run over `sources`, planned."""
    rules = policy.load(chosen.policy)
    rules.audience(chosen.audience)
    version, sha256 = versions.model(chosen.models)
    head = Head(
        run_id=str(uuid.uuid4()),
        tool=Tool(version=metadata.version("sharelight")),
        policy=Digest(version=rules.version, sha256=rules.sha256),
        model=Digest(version=version, sha256=sha256),
    )
    return audit.begin(store, sources, chosen, head, roots=roots, today=datetime.now(UTC).date())


def pool(run: Run, chosen: Settings) -> Pool:
    return Pool(chosen, key=settings.installation_key().secret, today=date.fromisoformat(run.as_of))


def work(store: Store, run: Run, chosen: Settings, *, stretch: tuple[int, int]) -> audit.Audit:
    """What a task does of a run."""
    return audit.Audit(
        store=store, run_id=run.id, settings=chosen, rules=policy.load(chosen.policy),
        model=versions.model(chosen.models)[1], key=settings.installation_key().secret,
        today=date.fromisoformat(run.as_of), stretch=stretch,
    )  # fmt: skip


@contextmanager
def opened(audience: str) -> Iterator[tuple[Kit, date]]:
    """A kit for one document, and the day."""
    chosen = settings_for(audience)
    with Sandbox(chosen.limits(), allow_weak=chosen.weak_sandbox) as sandbox:
        yield load_kit(chosen, sandbox, key=settings.installation_key().secret), datetime.now(UTC).date()
