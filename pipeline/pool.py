"""A pool of processes that scan files: one reply for each order, whatever becomes of a worker.

A worker that dies takes nothing along: its file becomes a gap (`crashed`, or `timed_out` where it hung and was killed),
another worker takes its place, and the others never notice. JSON and packed readings travel between the processes.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, Self

from .errors import SharelightError
from .intake import Place, Source, place
from .settings import Settings
from .types import Document

# A file may hold many documents, each with its own limit; a worker that shows nothing for this many times the
# limit of one document hangs outside of the sandbox.
HANG_FACTOR = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A file to be read and judged; where `packed` is given, its reading is at hand and the file stays closed."""

    number: int
    uri: str
    path: Place
    packed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The row of an order as JSON, and the reading that it rests on."""

    number: int
    row: str
    packed: bytes = field(repr=False)


@dataclass(slots=True, kw_only=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    order: Order | None = None
    lost: bool = False  # whether its order is to write the row of a file that killed its predecessor
    since: float = field(default_factory=time.monotonic)


class Pool:
    """Worker processes, each with rules, models and a sandbox of its own, loaded once."""

    def __init__(self, settings: Settings, *, key: bytes, today: date) -> None:
        self._task = {"settings": settings.model_dump_json(), "key": key.hex(), "today": today.isoformat()}
        self._size, self._limit = settings.jobs, settings.document_timeout * HANG_FACTOR
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["pipeline.scan", "pipeline.report.build"])
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.connection.close()  # an idle worker sees the end of its orders
            if worker.order is not None:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers = []

    def run(self, orders: Iterable[Order]) -> Iterator[Reply]:
        """The reply to each order, as they come. `orders` is asked for the next one when a worker is idle."""
        waiting = iter(orders)
        first = next(waiting, None)
        if first is None:  # nothing to do, and nobody to start for it
            return
        waiting = chain((first,), waiting)
        self._begin()
        while True:
            for worker in self._workers:
                if worker.order is None and (order := next(waiting, None)) is not None:
                    self._give(worker, order)
            if all(worker.order is None for worker in self._workers):
                return
            yield from self._collect()

    def _begin(self) -> None:
        """Start the workers, where they do not run yet. Raises what keeps one of them from starting."""
        if multiprocessing.current_process().daemon:
            raise SharelightError(
                "this process may start none of its own; a Dask worker must be started with "
                "DASK_DISTRIBUTED__WORKER__DAEMON=False"
            )
        if not self._workers:
            self._workers = [self._start() for _ in range(self._size)]
            for worker in self._workers:
                self._greet(worker)

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

    def _give(self, worker: _Worker, order: Order, *, gap: str = "") -> None:
        worker.order, worker.since = order, time.monotonic()
        head = {"uri": order.uri, "path": str(order.path), "gap": gap, "read": order.packed is not None and not gap}
        with suppress(OSError):  # it died between two files: `_collect` sees the end of its pipe, and no file is lost
            worker.connection.send_bytes(_joined(json.dumps(head).encode("ascii"), order.packed or b""))

    def _collect(self) -> Iterator[Reply]:
        busy = {worker.connection: worker for worker in self._workers if worker.order is not None}
        for connection in wait(list(busy), timeout=1.0):
            worker = busy[connection]  # type: ignore[index]
            try:
                row, packed = _parted(worker.connection.recv_bytes())
            except (EOFError, OSError):
                self._replace(worker, "crashed")
                continue
            assert worker.order is not None
            yield Reply(number=worker.order.number, row=row.decode("utf-8"), packed=packed)
            worker.order, worker.lost = None, False
        for worker in busy.values():
            if worker.order is not None and time.monotonic() - worker.since > self._limit:
                worker.process.kill()
                self._replace(worker, "timed_out")

    def _replace(self, worker: _Worker, code: str) -> None:
        """Put a new worker in the place of a dead one, and have it write the row of the file that was lost."""
        order = worker.order
        worker.connection.close()
        worker.process.join()
        if worker.lost:
            raise SharelightError("two workers in a row died, the second without opening a file; is memory short?")
        fresh = self._start()
        self._workers[self._workers.index(worker)] = fresh
        self._greet(fresh)
        if order is not None:
            fresh.lost = True
            self._give(fresh, order, gap=code)


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
            _send(connection, json.dumps({}))
            while True:
                head, packed = _parted(connection.recv_bytes())
                row, reading = _some_row(json.loads(head), packed, kit, today)
                connection.send_bytes(_joined(row.encode("utf-8"), reading))
    except (EOFError, BrokenPipeError):
        return
    except SharelightError as error:
        _send(connection, json.dumps({"error": str(error)}))


def _some_row(order: dict[str, Any], packed: bytes, kit: Any, today: date) -> tuple[str, bytes]:
    """The file's row, or one that says that reading it failed; the error's type alone, since its text may quote."""
    try:
        return row_of(order, packed, kit, today)
    except SharelightError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours must cost one file, not the archive
        return row_of(order | {"gap": "crashed", "detail": type(error).__name__}, b"", kit, today)


def row_of(order: dict[str, Any], packed: bytes, kit: Any, today: date) -> tuple[str, bytes]:
    """One file's row as JSON, and its reading; a reading that is given is taken for the file."""
    from . import packing
    from .report.build import document_row
    from .scan import recognise

    read = packing.unpack(packed) if order["read"] and not order["gap"] else _documents(order, kit)
    settings = kit.settings
    result = recognise(order["uri"], read, kit, today=today)
    row = document_row(result, policy=kit.policy, audience=settings.audience, context=settings.context)
    return row.model_dump_json(), b"" if order["read"] else packing.pack(read)


def _documents(order: dict[str, Any], kit: Any) -> tuple[Document, ...]:
    from . import intake, opening
    from .types import Gap

    source = Source(uri=order["uri"], path=place(order["path"]))
    if order["gap"]:
        lost = Gap(stage="extract", code=order["gap"], path=source.uri, detail=order.get("detail", ""))
        return opening.documents(source.uri, lost, kit.sandbox, kit.limits)
    return opening.documents(source.uri, intake.load(source, kit.limits), kit.sandbox, kit.limits)


def _joined(head: bytes, rest: bytes) -> bytes:
    """JSON on one line, and bytes behind it."""
    return head + b"\n" + rest


def _parted(message: bytes) -> tuple[bytes, bytes]:
    head, _, rest = message.partition(b"\n")
    return head, rest


def _send(connection: Connection, text: str) -> None:
    connection.send_bytes(text.encode("utf-8"))


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(143)  # unwinds through the sandbox, which ends its own child
