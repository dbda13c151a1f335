"""An archive, shard by shard, with a progress bar and a table of what may not go out as it is."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect import flow
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.futures import PrefectFuture

from pipeline import intake

from . import bench, stages
from .kit import opened

SHARD_SIZE = 200
AHEAD = 3  # shards on their way at once: one ingested, one read, one tagged
TABLE_ROWS = 1000


@flow(
    name="audit-archive",
    persist_result=False,
    result_serializer="json",
    task_runner=stages.threads(AHEAD),
)
def audit_archive(
    paths: list[str], audience: str = "network", output: str | None = None, shard_size: int = SHARD_SIZE
) -> dict[str, int]:
    """The verdicts on every file under `paths`, counted; `output` is where the rows go, as JSON lines.

    Raises PolicyError, ModelError or SandboxError, and ValueError for a shard size below 1.
    """
    if shard_size < 1:
        raise ValueError("shard_size must be 1 or more")
    sources = list(intake.find(paths))
    described = f"{len(sources)} files"
    bar = cast(UUID, create_progress_artifact(progress=0.0, key="audit-progress", description=described))
    counts: Counter[str] = Counter(files=len(sources), shareable=0, needs_review=0, held_back=0)
    table: stages.Decided = []
    with (
        opened(audience) as (kit, today),
        bench.laid_out(kit, today) as (name, work),
        Path(output).open("w", encoding="utf-8") if output else nullcontext() as file,
    ):
        for number, decided in _shards(name, work, sources, shard_size):
            counts.update(row["verdict"] for row in decided)
            table += [row for row in decided if row["verdict"] != "shareable"]
            if file:
                file.writelines(row.model_dump_json() + "\n" for row in work.shards[number].rows)
            del work.shards[number]
            update_progress_artifact(bar, progress=100.0 * min(1.0, (number + 1) * shard_size / len(sources)))
    update_progress_artifact(bar, progress=100.0)
    create_table_artifact(table=_table(table), key="audit-verdicts", description=_described(counts, len(table)))
    return dict(counts)


def _shards(
    name: str, work: bench.Bench, sources: list[intake.Source], size: int
) -> Iterator[tuple[int, stages.Decided]]:
    """Send shards down the line, `AHEAD` at a time, and hand each over in order when it is decided."""
    waiting: deque[tuple[int, PrefectFuture[stages.Decided]]] = deque()
    for number, start in enumerate(range(0, len(sources), size)):
        work.shards[number] = bench.Shard(sources=sources[start : start + size])
        waiting.append((number, stages.send(name, number)))
        if len(waiting) == AHEAD:
            first, future = waiting.popleft()
            yield first, future.result()
    for number, future in waiting:
        yield number, future.result()


def _table(rows: stages.Decided) -> list[dict[str, str]]:
    """The strictest first; hashes and rules, no names: an artifact is seen by whoever sees the server."""
    order = {"held_back": 0, "needs_review": 1}
    return [
        {
            "document": row["document"],
            "sha256": row["sha256"][:12],
            "verdict": row["verdict"],
            "rules": ", ".join(row["rules"]),
        }
        for row in sorted(rows, key=lambda row: order[row["verdict"]])[:TABLE_ROWS]
    ]


def _described(counts: Counter[str], rows: int) -> str:
    told = ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in ("held_back", "needs_review", "shareable"))
    return f"{counts['files']} files: {told}" + (f"; the first {TABLE_ROWS} of {rows}" if rows > TABLE_ROWS else "")
