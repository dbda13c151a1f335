"""One document through the four stages, each visible as a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow

from pipeline import intake

from . import bench, stages
from .kit import opened


@flow(
    name="check-document",
    persist_result=False,
    result_serializer="json",
    task_runner=stages.threads(1),
)
def check_document(path: str, audience: str = "network", output: str | None = None) -> dict[str, Any]:
    """The verdict on the file at `path`; `output` is where its whole row goes, as JSON.

    Raises PolicyError, ModelError or SandboxError. A bad document raises nothing: it needs review.
    """
    with opened(audience) as (kit, today), bench.laid_out(kit, today) as (name, work):
        work.shards[0] = bench.Shard(sources=[intake.Source(uri=path, path=Path(path))])
        decided = stages.send(name, 0).result()[0]
        if output is not None:
            Path(output).write_text(work.shards[0].rows[0].model_dump_json(indent=1), "utf-8")
    return decided
