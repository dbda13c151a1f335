"""An archive, shard by shard: planned in the database, worked on by tasks, with a progress bar and a table at the end.

A task gets the id of a run and a stretch of its files, opens the database itself, and answers with counts: Prefect sees
hashes, rule ids and gap codes, and never a text. The database is the truth; a flow that is run again goes on.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, cast
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipeline import audit, intake
from pipeline.pool import Pool
from pipeline.report.result import DocumentRow

from . import kit

SHARD_SIZE = 500
TABLE_ROWS = 1000
VERDICTS = ("held_back", "needs_review", "shareable")  # the strictest first
Runner = Literal["processes", "threads", "dask"]

# Results are small, and JSON: Prefect would pickle them otherwise. Nothing is cached by input: the database knows.
_STAGE: dict[str, Any] = {"persist_result": False, "result_serializer": "json", "cache_policy": NO_CACHE}


@flow(name="audit-archive", persist_result=False, result_serializer="json")
def audit_archive(
    paths: list[str],
    audience: str = "network",
    output: str | None = None,
    shard_size: int = SHARD_SIZE,
    runner: Runner = "processes",
    scheduler: str | None = None,
    resume: str | None = None,
) -> dict[str, int]:
    """The verdicts on every file under `paths`, counted; `output` is where the rows go, as JSON lines.

    `runner`: one shard after the other, each in a pool of processes; or shards side by side in threads, each with a
    process of its own; or on Dask, in a cluster on this machine or at the address `scheduler`. `resume` is a run to go
    on with instead of `paths`. Raises PolicyError, ModelError, SandboxError or StoreError, and ValueError for a shard
    size below 1.
    """
    if shard_size < 1:
        raise ValueError("shard_size must be 1 or more")
    settings = kit.settings_for(audience)
    with kit.store(settings) as store:
        run = (
            store.runs.find(resume)
            if resume
            else audit.begin(store, intake.find(paths), settings, roots=paths, today=kit.today())
        )
        bar = cast(UUID, create_progress_artifact(progress=0.0, key="audit-progress", description=f"{run.total} files"))
        shards = [(start, min(start + shard_size, run.total)) for start in range(0, run.total, shard_size)]
        _work(run.id, settings.jobs, shards, runner, scheduler, bar)
        audit.finish(store, run.id)
        counts, stopped = _written(audit.stored_rows(store, run), output)
    update_progress_artifact(bar, progress=100.0)
    create_table_artifact(table=_table(stopped), key="audit-verdicts", description=_described(counts))
    return {"files": counts.total()} | {name: counts[name] for name in VERDICTS}


@task(name="scan", task_run_name="scan-{start}-{stop}", **_STAGE)
def scan(run_id: str, start: int, stop: int, jobs: int) -> dict[str, int]:
    """Do what is still to be done of files `start` to `stop` of a run; how many there were of each verdict."""
    with kit.here() as store:
        run, key = store.runs.find(run_id), kit.key()
        settings = kit.settings_of(run, jobs)
        work = audit.work(store, run, settings, key=key, stretch=(start, stop))
        with Pool(settings, key=key, today=work.today) as pool:
            return dict(Counter(row.verdict for row in work.rows(pool)))


def _written(
    rows: Iterable[tuple[DocumentRow, str | None]], output: str | None
) -> tuple[Counter[str], list[DocumentRow]]:
    """Write the rows as they come; how many there are of each verdict, and the first of those that were stopped."""
    counts: Counter[str] = Counter()
    first: dict[str, list[DocumentRow]] = {name: [] for name in VERDICTS[:2]}
    with open(output or os.devnull, "w", encoding="utf-8") as file:  # noqa: PTH123
        for row, _ in rows:
            file.write(row.model_dump_json() + "\n")
            counts[row.verdict] += 1
            if len(first.get(row.verdict, range(TABLE_ROWS))) < TABLE_ROWS:
                first[row.verdict].append(row)
    return counts, [row for name in VERDICTS[:2] for row in first[name]][:TABLE_ROWS]


def _work(
    run_id: str, jobs: int, shards: list[tuple[int, int]], runner: Runner, scheduler: str | None, bar: UUID
) -> None:
    """Send every shard to the runner, and move the bar as they come back."""
    each = jobs if runner == "processes" else 1
    with _runner(runner, 1 if runner == "processes" else jobs, scheduler) as tasks:
        submitted: list[PrefectFuture[dict[str, int]]] = []
        for start, stop in shards:
            asked = {"run_id": run_id, "start": start, "stop": stop, "jobs": each}
            submitted.append(tasks.submit(scan, parameters=asked))
        for number, future in enumerate(submitted, 1):
            future.result()
            update_progress_artifact(bar, progress=100.0 * number / len(submitted))


def _runner(runner: Runner, workers: int, scheduler: str | None) -> TaskRunner[PrefectFuture[Any]]:
    if runner != "dask":
        return cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=workers))
    try:
        import dask.config
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError:
        from pipeline.errors import MissingExtra

        raise MissingExtra("prefect-dask", "dask") from None
    if scheduler:
        return cast("TaskRunner[PrefectFuture[Any]]", DaskTaskRunner(address=scheduler))
    dask.config.set({"distributed.worker.daemon": False})  # a worker starts processes of its own
    cluster = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    return cast("TaskRunner[PrefectFuture[Any]]", DaskTaskRunner(cluster_kwargs=cluster))


def _table(rows: list[DocumentRow]) -> list[dict[str, str]]:
    """Hashes and rules, no names: an artifact is seen by whoever sees the server."""
    return [
        {
            "document": row.document_id,
            "sha256": row.sha256[:12],
            "verdict": row.verdict,
            "rules": ", ".join(sorted({r.rule_id for r in row.verdict_reasons if r.outcome != "shareable"})),
        }
        for row in rows
    ]


def _described(counts: Counter[str]) -> str:
    told = ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in VERDICTS)
    stopped = counts["held_back"] + counts["needs_review"]
    return f"{counts.total()} files: {told}" + (
        f"; the first {TABLE_ROWS} of {stopped}" if stopped > TABLE_ROWS else ""
    )
