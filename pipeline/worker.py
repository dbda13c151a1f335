"""Checks the documents that the web took in: claims one job after the other, and writes its result down."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from . import audit, opening, packing
from .report.build import document_row
from .report.replay import decided_again
from .scan import Kit, recognise
from .store.jobs import Job
from .store.results import Done
from .store.store import Store
from .types import Blob

IDLE = 0.3  # seconds between two looks where nothing waits


def work(store: Store, kit: Kit, key: bytes, *, until: Callable[[], bool] = lambda: False) -> None:
    """Do what waits, and wait for more, until told to stop."""
    while not until():
        if not once(store, kit, key):
            time.sleep(IDLE)


def once(store: Store, kit: Kit, key: bytes) -> bool:
    """Do one job, if there is one. Whatever goes wrong with it, it ends: in a result, or in a reason."""
    job = store.jobs.claim()
    if job is None:
        return False
    try:
        store.jobs.finish(job.id, result=_result(store, kit, key, job))
    except Exception as error:  # noqa: BLE001 - one document must not end the worker
        store.jobs.finish(job.id, result=None, error=f"it could not be checked: {type(error).__name__}")
    return True


def _result(store: Store, kit: Kit, key: bytes, job: Job) -> int:
    today = datetime.now(UTC).date()
    blob = Blob.of(job.data, name=job.name)
    read = opening.documents(job.name, blob, kit.sandbox, kit.limits)
    result = recognise(job.name, read, kit, today=today)
    row = document_row(result, policy=kit.policy, audience=kit.settings.audience, context=kit.settings.context)
    if job.audience != row.audience:
        model = kit.detectors.model_sha256
        row = decided_again(row, policy=kit.policy, audience=job.audience, today=today, model_sha256=model)
    settings = kit.settings.model_copy(update={"audience": job.audience})
    keys = audit.keys_of(settings, kit.policy, kit.detectors.model_sha256, key)
    return store.results.keep(Done(number=0, row=row, packed=packing.pack(read)), keys)
