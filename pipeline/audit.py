"""A run over an archive: plan, take what is known, read the rest, and be able to go on after any interruption.

What is finished is written down before anything is said about it. A file whose bytes are known by these rules and this
model is not opened again; one known under another policy is decided again from its findings; one whose reading is kept
is recognised again from it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from . import intake, packing, policy, versions
from .errors import UsageError
from .limits import Limits
from .pool import Order, Pool
from .report import build
from .report.build import moved
from .report.replay import decided_again
from .report.result import DocumentRow, Head
from .settings import Settings
from .store import trail
from .store.results import Done, Keys, Known
from .store.runs import NO_END, Finished, Planned, Run
from .store.store import Store
from .types import Document, Gap

LOOK = 200  # files whose bytes are compared with what is known, at a time
BATCH, EVERY = 50, 0.5  # finished files, or seconds, after which they are written down


@dataclass(slots=True, kw_only=True)
class Audit:
    """One run, from its plan to its last row; or the `stretch` of its files that was given to us of many."""

    store: Store
    run_id: str
    settings: Settings
    rules: policy.Policy
    model: str
    key: bytes = field(repr=False)
    today: date
    stretch: tuple[int, int] | None = None
    _batch: list[Done] = field(default_factory=list)
    _written: float = field(default_factory=time.monotonic)
    _shown: int = 0

    def rows(self, pool: Pool) -> Iterator[DocumentRow]:
        """Do what is still to be done; every row of the run, in the order of its files."""
        keys = keys_of(self.settings, self.rules, self.model, self.key)
        try:
            for reply in pool.run(self._orders(keys)):
                row = DocumentRow.model_validate_json(reply.row)
                self._finish(Done(number=reply.number, row=row, packed=reply.packed or None), keys)
                yield from self._new_rows()
            self._write(keys)
        except BaseException:
            self._write(keys)
            self.store.runs.set_state(self.run_id, "interrupted")
            raise
        yield from self._new_rows()
        if self.stretch is None:
            finish(self.store, self.run_id)

    def _orders(self, keys: Keys) -> Iterator[Order]:
        """What a worker has to do; what is known is finished on the way."""
        planned = self.store.runs.planned(self.run_id, self.stretch)
        limits, day = self.settings.limits(), self.today.isoformat()
        # where nothing can be known of objects, the worker alone fetches them
        fetch = self.store.results.any(keys, before=self.store.runs.find(self.run_id).started_at)
        while page := list(islice(planned, LOOK)):
            digests = [_bytes_of(file, limits) if fetch or isinstance(file.path, Path) else ("", "") for file in page]
            wanted = [(sha256, name) for sha256, name in digests if sha256]
            known = self.store.results.known(wanted, keys, today=day)
            for file, place in zip(page, digests, strict=True):
                best = known.get(place, Known())
                if best.told is None:
                    yield Order(number=file.number, uri=file.uri, path=file.path, packed=best.packed)
                else:
                    self._finish(self._without_reading(file, best), keys)

    def _without_reading(self, file: Planned, known: Known) -> Done:
        if known.result is not None:
            return Done(number=file.number, result=known.result)
        row = DocumentRow.model_validate_json(known.told or "")
        again = decided_again(
            row, policy=self.rules, audience=self.settings.audience, today=self.today, model_sha256=self.model
        )
        return Done(number=file.number, row=moved(again, file.uri))

    def _finish(self, done: Done, keys: Keys) -> None:
        self._batch.append(done)
        if len(self._batch) >= BATCH or time.monotonic() - self._written > EVERY:
            self._write(keys)

    def _write(self, keys: Keys) -> None:
        batch, self._batch = self._batch, []
        if batch:
            self.store.results.save(self.run_id, batch, keys)
        self._written = time.monotonic()

    def _new_rows(self) -> Iterator[DocumentRow]:
        """Rows written down since the last call, as far as none before them is missing."""
        if self._batch:  # they are looked for when they have been written
            return
        start, stop = self.stretch or (0, NO_END)
        while page := self.store.runs.finished(self.run_id, max(start, self._shown), stop=stop):
            for file in page:
                self._shown = file.number + 1
                yield _row_of(file)


def keys_of(settings: Settings, rules: policy.Policy, model: str, key: bytes) -> Keys:
    """What readings, findings and verdicts depend on."""
    registers = versions.folder(settings.registers)
    return Keys(
        reader=versions.reader(settings.limits()),
        tagger=versions.tagger(rules=rules.recognising_sha256, registers=registers, model=model, key=key),
        decider=versions.decider(policy=rules.sha256, audience=settings.audience, context=settings.context),
    )


def begin(
    store: Store, sources: Iterable[intake.Source], settings: Settings, *, roots: Iterable[str], today: date
) -> Run:
    """Write down a new run with all of its files. Raises PolicyError or ModelError before anything is written."""
    rules = policy.load(settings.policy)
    rules.audience(settings.audience)
    version, sha256 = versions.model(settings.models)
    head = build.head(rules, model_version=version, model_sha256=sha256)
    run = Run(
        id=head.run_id, state="planning", started_at=trail.now(), ended_at=None, as_of=today.isoformat(), total=0,
        roots=tuple(roots), settings=settings.model_dump_json(exclude={"database_url"}), head=head.model_dump_json(),
    )  # fmt: skip
    store.runs.plan(run, (_planned(number, source) for number, source in enumerate(sources)))
    return store.runs.find(run.id)


def work(store: Store, run: Run, settings: Settings, *, key: bytes, stretch: tuple[int, int] | None = None) -> Audit:
    """What is left of a run, to be done by the rules and the model with which it was begun.

    Raises UsageError where those of this machine are other ones: one run must not mix two.
    """
    head = Head.model_validate_json(run.head)
    rules, (_, model) = policy.load(settings.policy), versions.model(settings.models)
    for what, then, now in (("rules", head.policy.sha256, rules.sha256), ("model", head.model.sha256, model)):
        if then != now:
            raise UsageError(f"the {what} changed since the run was begun: scan anew, what is known is not read again")
    return Audit(
        store=store, run_id=run.id, settings=settings, rules=rules, model=model, key=key,
        today=date.fromisoformat(run.as_of), stretch=stretch,
    )  # fmt: skip


def finish(store: Store, run_id: str) -> None:
    """Note that nothing of the run is left to be done; one with files still planned is not finished."""
    counts = store.runs.counts(run_id)
    if not counts["planned"]:
        store.runs.set_state(run_id, "completed_with_errors" if counts["failed"] else "completed")


def stored_rows(store: Store, run: Run) -> Iterator[tuple[DocumentRow, str | None]]:
    """The finished rows of a run, in order, each with the day of its file's last change.

    An interrupted run has fewer than it has files.
    """
    return ((_row_of(file), file.modified) for file in _finished(store, run))


def stored_readings(store: Store, run: Run) -> Iterator[tuple[DocumentRow, tuple[Document, ...]]]:
    """The finished rows of a run whose texts are kept, each with what was read of its file."""
    for file in _finished(store, run):
        row = _row_of(file)
        packed = store.results.reading(row.sha256, row.name, file.reader) if row.sha256 else None
        if packed is not None:
            yield row, packing.unpack(packed)


def _finished(store: Store, run: Run) -> Iterator[Finished]:
    start = 0
    while page := store.runs.finished(run.id, start, skip=True):
        yield from page
        start = page[-1].number + 1


def _row_of(file: Finished) -> DocumentRow:
    return moved(DocumentRow.model_validate_json(file.told), file.uri)


def _planned(number: int, source: intake.Source) -> Planned:
    seconds = intake.last_change(source)
    try:
        modified = None if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OSError, OverflowError, ValueError):
        modified = None
    return Planned(number=number, uri=source.uri, path=source.path, modified=modified)


def _bytes_of(file: Planned, limits: Limits) -> tuple[str, str]:
    """Digest and name of the file as it is now; no digest where it cannot be opened."""
    opened = intake.load(intake.Source(uri=file.uri, path=file.path), limits)
    return ("", "") if isinstance(opened, Gap) else (opened.sha256, opened.name)
