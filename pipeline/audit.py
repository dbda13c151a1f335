"""Scan many files with a pool of processes: one row for each file, in the order given, whatever becomes of a worker.

A worker that dies takes nothing along: its file becomes a gap (`crashed`, or `timed_out` where it hung and was killed),
another worker takes its place, and the others never notice. Only JSON travels between the processes.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, Self

from .errors import SharelightError
from .intake import Source
from .settings import Settings

# A file may hold many documents, each with its own limit; a worker that shows nothing for this many times the
# limit of one document hangs outside of the sandbox.
HANG_FACTOR = 8
AHEAD = 500  # rows kept back while an earlier file is still being read


@dataclass(slots=True, kw_only=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    job: int | None = None
    lost: bool = False  # whether its job is to write the row of a file that killed its predecessor
    since: float = field(default_factory=time.monotonic)


class Pool:
    """Worker processes, each with rules, models and a sandbox of its own, loaded once."""

    def __init__(self, settings: Settings, *, key: bytes, today: date) -> None:
        self._task = {"settings": settings.model_dump_json(), "key": key.hex(), "today": today.isoformat()}
        self._size, self._limit = settings.jobs, settings.document_timeout * HANG_FACTOR
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["pipeline.scan", "pipeline.report.build"])
        self._workers: list[_Worker] = []
        self.model: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._workers = [self._start() for _ in range(self._size)]
        try:
            for worker in self._workers:
                self._greet(worker)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.connection.close()  # an idle worker sees the end of its orders
            if worker.job is not None:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers = []

    def scan(self, sources: Sequence[Source]) -> Iterator[str]:
        """The row of each source as JSON, in the order of `sources`."""
        finished: dict[int, str] = {}
        due = upcoming = 0
        while due < len(sources):
            for worker in self._workers:
                if worker.job is None and upcoming < min(len(sources), due + AHEAD):
                    self._give(worker, upcoming, sources[upcoming], gap=None)
                    upcoming += 1
            self._collect(finished, sources)
            while due in finished:
                yield finished.pop(due)
                due += 1

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=work, args=(theirs, json.dumps(self._task)), daemon=False)
        process.start()
        theirs.close()
        return _Worker(process=process, connection=ours)

    def _greet(self, worker: _Worker) -> None:
        """Wait until the worker is ready; what keeps one from starting would keep all of them."""
        try:
            hello = json.loads(worker.connection.recv_bytes())
        except (EOFError, OSError):
            raise SharelightError("a worker ended before it could start") from None
        if "error" in hello:
            raise SharelightError(hello["error"])
        self.model = hello["model"]

    def _give(self, worker: _Worker, job: int, source: Source, *, gap: str | None) -> None:
        worker.job, worker.since = job, time.monotonic()
        order = {"uri": source.uri, "path": str(source.path), "gap": gap}
        with suppress(OSError):  # it died between two files: `_collect` sees the end of its pipe, and no file is lost
            worker.connection.send_bytes(json.dumps(order).encode("ascii"))

    def _collect(self, finished: dict[int, str], sources: Sequence[Source]) -> None:
        busy = {worker.connection: worker for worker in self._workers if worker.job is not None}
        for connection in wait(list(busy), timeout=1.0):
            worker = busy[connection]  # type: ignore[index]
            try:
                finished[worker.job or 0] = worker.connection.recv_bytes().decode("utf-8")
                worker.job, worker.lost = None, False
            except (EOFError, OSError):
                self._replace(worker, sources, "crashed")
        for worker in busy.values():
            if worker.job is not None and time.monotonic() - worker.since > self._limit:
                worker.process.kill()
                self._replace(worker, sources, "timed_out")

    def _replace(self, worker: _Worker, sources: Sequence[Source], code: str) -> None:
        """Put a new worker in the place of a dead one, and have it write the row of the file that was lost."""
        job = worker.job
        worker.connection.close()
        worker.process.join()
        if worker.lost:
            raise SharelightError("two workers in a row died, the second without opening a file; is memory short?")
        fresh = self._start()
        self._workers[self._workers.index(worker)] = fresh
        self._greet(fresh)
        if job is not None:
            fresh.lost = True
            self._give(fresh, job, sources[job], gap=code)


def work(connection: Connection, task: str) -> None:
    """The worker's side: load once, then one row for each order until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    signal.signal(signal.SIGTERM, _leave)
    from .sandbox import Sandbox
    from .scan import load_kit

    given = json.loads(task)
    settings = Settings.model_validate_json(given["settings"])
    today = date.fromisoformat(given["today"])
    try:
        with Sandbox(settings.limits(), allow_weak=settings.weak_sandbox) as sandbox:
            kit = load_kit(settings, sandbox, key=bytes.fromhex(given["key"]))
            model = {"version": kit.detectors.model_version, "sha256": kit.detectors.model_sha256}
            _send(connection, json.dumps({"model": model}))
            while True:
                order = json.loads(connection.recv_bytes())
                _send(connection, _some_row(order, kit, today))
    except (EOFError, BrokenPipeError):
        return
    except SharelightError as error:
        _send(connection, json.dumps({"error": str(error)}))


def _some_row(order: dict[str, Any], kit: Any, today: date) -> str:
    """The file's row, or one that says that reading it failed; the error's type alone, since its text may quote."""
    try:
        return row_of(order, kit, today)
    except SharelightError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours must cost one file, not the archive
        return row_of(order | {"gap": "crashed", "detail": type(error).__name__}, kit, today)


def row_of(order: dict[str, Any], kit: Any, today: date) -> str:
    """One file's row as JSON."""
    from . import intake
    from .report.build import document_row
    from .scan import scan
    from .types import Blob, Gap

    source = Source(uri=order["uri"], path=Path(order["path"]))
    if order["gap"]:
        opened: Blob | Gap = Gap(stage="extract", code=order["gap"], path=source.uri, detail=order.get("detail", ""))
    else:
        opened = intake.load(source, kit.limits)
    result = scan(source.uri, opened, kit, today=today)
    settings = kit.settings
    return document_row(
        result, policy=kit.policy, audience=settings.audience, context=settings.context
    ).model_dump_json()


def _send(connection: Connection, text: str) -> None:
    connection.send_bytes(text.encode("utf-8"))


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(143)  # unwinds through the sandbox, which ends its own child
