"""What the commands that judge have in common: settings, the kit, the head of a result, exit codes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .. import settings as config
from ..errors import UsageError
from ..settings import Settings

if TYPE_CHECKING:
    from ..limits import Limits
    from ..policy import Policy
    from ..report.report import Report
    from ..sandbox import Sandbox
    from ..scan import Kit
    from ..store.store import Store
    from ..types import Blob, Document, Gap

    Read = tuple[str, tuple[Document, ...]]


def version() -> str:
    return metadata.version("sharelight")


def today() -> date:
    """The day of the run. UTC, so that two machines agree on which entries of a register have lapsed."""
    return datetime.now(UTC).date()


def note(message: str, *, quiet: bool = False) -> None:
    if not quiet:
        sys.stderr.write(f"sharelight: {message}\n")


def settings_of(ctx: typer.Context) -> Settings:
    """The settings, with every option of the command line that bears the name of one."""
    flags = {name: plain_value(value) for name, value in ctx.params.items() if name in Settings.model_fields}
    return config.load(flags, config=ctx.params.get("config")).settings


def plain_value(value: object) -> object:
    """Enumerations and lists of the command line as the settings want them; an empty list was not given."""
    if isinstance(value, list | tuple):
        return tuple(value) or None
    return value.value if isinstance(value, Enum) else value


def key_of(*, quiet: bool = False) -> bytes:
    key = config.installation_key()
    if key.warning:
        note(key.warning, quiet=quiet)
    return key.secret


def opened_store(settings: Settings) -> Store:
    """The database of the settings. Raises StoreError."""
    from ..store.sealing import Sealing
    from ..store.store import Store

    return Store(settings.database_url, Sealing(keep=settings.store_keep_text, key=config.store_key()))


@contextmanager
def opened(
    settings: Settings, paths: Sequence[str], stdin_filename: str | None, *, quiet: bool = False
) -> Iterator[tuple[Kit, Iterator[Read]]]:
    """A kit, and what is read of each file. The sandbox starts first, and reads while we import and load."""
    from ..sandbox import Sandbox

    with Sandbox(settings.limits(), allow_weak=settings.weak_sandbox) as sandbox, ThreadPoolExecutor(1) as thread:
        reading = _one_ahead(_read(paths, sandbox, stdin_filename), thread)
        with _uncollected():
            from ..scan import load_kit

            kit = load_kit(settings, sandbox, key=key_of(quiet=quiet))
        yield kit, reading


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: loading leaves nothing to collect, and looking takes a sixth of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _read(paths: Sequence[str], sandbox: Sandbox, stdin_filename: str | None) -> Iterator[Read]:
    from ..opening import documents

    for uri, file in inputs(paths, sandbox.limits, stdin_filename):
        yield uri, documents(uri, file, sandbox, sandbox.limits)


def _one_ahead(items: Iterator[Read], thread: ThreadPoolExecutor) -> Iterator[Read]:
    """`items`, each of them begun while its predecessor is still being worked on; the first of them now."""
    first = thread.submit(next, items, None)

    def rest() -> Iterator[Read]:
        due = first
        while (item := due.result()) is not None:
            due = thread.submit(next, items, None)
            yield item

    return rest()


def check_categories(settings: Settings, policy: Policy) -> None:
    """A mistyped category in --select or --ignore would silently hide nothing, or everything."""
    for name in (*settings.select, *settings.ignore):
        policy.category(name)


def exit_code(report: Report, *, exit_zero: bool, strict: bool) -> int:
    """2 before 3 before 1 before 0. `exit_zero` relaxes findings; what could not be read still counts."""
    total = report.summary
    if total.errors or (strict and report.unread):
        return 2
    if exit_zero:
        return 1 if report.unread else 0
    return 3 if total.held_back else 1 if total.needs_review else 0


def existing(paths: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """The paths that are there, and for each other one what to say about it."""
    from .. import intake

    there, missing = [], []
    for path in paths:
        message = None if path == "-" else intake.trouble(path)
        if message is None:
            there.append(path)
        else:
            missing.append((path, f"{message}{_near(Path(path))}"))
    return there, missing


def _near(path: Path) -> str:
    try:
        return config.nearest(path.name, [item.name for item in path.parent.iterdir()])
    except OSError:
        return ""


def inputs(paths: Iterable[str], limits: Limits, stdin_filename: str | None) -> Iterator[tuple[str, Blob | Gap]]:
    """Each file behind `paths` with its bytes, or the gap that stands for it."""
    from .. import intake

    for source in intake.find(paths):
        if source.uri == intake.STDIN:
            if sys.stdin.isatty():
                raise UsageError("'-' reads standard input, but nothing is piped in")
            yield stdin_filename or source.uri, intake.load(source, limits, stdin_filename=stdin_filename or "stdin")
        else:
            yield source.uri, intake.load(source, limits)
