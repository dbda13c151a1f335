"""The stages of the pipeline as tasks, each over one shard: ingest, extract, tag, decide."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipeline import intake
from pipeline.normalise import normalise
from pipeline.opening import documents
from pipeline.report.build import document_row
from pipeline.scan import conclude
from pipeline.segment import segment
from pipeline.types import Gap

from . import bench

Decided = list[dict[str, Any]]

# Results are small, and JSON: Prefect would pickle them otherwise. Nothing is cached by input: the input is a file.
_STAGE: dict[str, Any] = {"persist_result": False, "result_serializer": "json", "cache_policy": NO_CACHE}


def threads(number: int) -> TaskRunner[PrefectFuture[Any]]:
    """The runner of the flows: threads of one process, since the bench lies in its memory."""
    return cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=number))


@task(name="ingest", task_run_name="ingest-{shard}", **_STAGE)
def ingest(name: str, shard: int) -> list[str]:
    """Load the shard's files; the SHA-256 of each, or the code of the gap that stands for it."""
    work = bench.find(name)
    part = work.shards[shard]
    part.opened = [intake.load(source, work.kit.limits) for source in part.sources]
    return [opened.code if isinstance(opened, Gap) else opened.sha256 for opened in part.opened]


@task(name="extract", task_run_name="extract-{shard}", **_STAGE)
def extract(name: str, shard: int) -> dict[str, int]:
    """Read them in the sandbox; how many documents there were, and how many gaps of each code."""
    work = bench.find(name)
    part = work.shards[shard]
    with work.reading:
        part.documents = [
            documents(source.uri, opened, work.kit.sandbox, work.kit.limits)
            for source, opened in zip(part.sources, part.opened, strict=True)
        ]
    gaps = Counter(gap.code for read in part.documents for document in read for gap in document.gaps)
    return {"documents": sum(map(len, part.documents)), **gaps}


@task(name="tag", task_run_name="tag-{shard}", **_STAGE)
def tag(name: str, shard: int) -> dict[str, int]:
    """Divide, normalise and recognise; how many tags there are of each rule."""
    work = bench.find(name)
    part = work.shards[shard]
    with work.tagging:
        for read in part.documents:
            passages = normalise(segment(read))
            part.found.append((passages, *work.kit.detectors.run(passages, read)))
    return dict(Counter(tag.rule for _, tags, _ in part.found for tag in tags))


@task(name="decide", task_run_name="decide-{shard}", **_STAGE)
def decide(name: str, shard: int) -> Decided:
    """The verdict on each file, with the rules that gave it; the rows themselves stay on the bench."""
    work = bench.find(name)
    part, kit = work.shards[shard], work.kit
    for source, read, found in zip(part.sources, part.documents, part.found, strict=True):
        result = conclude(source.uri, read, *found, kit, today=work.today)
        part.rows.append(document_row(result, policy=kit.policy, audience=kit.settings.audience))
    return [
        {
            "document": row.document_id,
            "sha256": row.sha256,
            "verdict": row.verdict,
            "rules": sorted({reason.rule_id for reason in row.verdict_reasons if reason.outcome != "shareable"}),
        }
        for row in part.rows
    ]


def send(name: str, shard: int) -> PrefectFuture[Decided]:
    """Send one shard down the line; each stage begins when the one before has ended well."""
    loaded = ingest.submit(name, shard)
    read = extract.submit(name, shard, wait_for=[loaded], return_state=False)
    tagged = tag.submit(name, shard, wait_for=[read], return_state=False)
    return decide.submit(name, shard, wait_for=[tagged], return_state=False)
