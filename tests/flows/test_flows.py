"""The flows run with nothing set up, and Prefect never sees a text."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_SERVER_ANALYTICS_ENABLED
from prefect.testing.utilities import prefect_test_harness

from flows import bench, stages
from flows.audit_archive import audit_archive
from flows.check_document import check_document
from flows.kit import opened
from pipeline import intake
from pipeline.report.result import DocumentRow

WORDS = "Marmalade"
PLAIN = f"{WORDS} was on the agenda of Tuesday, and the plan for the coming quarter was agreed by all of them."


@pytest.fixture(scope="session")
def prefect() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=60):
        yield


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHARELIGHT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("SHARELIGHT_WEAK_SANDBOX", "1")
    here = tmp_path / "archive"
    here.mkdir()
    for number in range(5):
        (here / f"{number}.txt").write_text(f"{PLAIN} {number}")
    (here / "empty.txt").write_text("")
    return here


def test_nothing_is_reported_to_anybody() -> None:
    assert PREFECT_SERVER_ANALYTICS_ENABLED.value() is False


def test_an_archive_goes_down_the_line_shard_by_shard(
    prefect: None, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rows = tmp_path / "rows.jsonl"
    counts = audit_archive([str(folder)], output=str(rows), shard_size=2)
    assert counts == {"files": 6, "shareable": 5, "needs_review": 1, "held_back": 0}
    uris = [DocumentRow.model_validate_json(line).uri for line in rows.read_text().splitlines()]
    assert uris == [source.uri for source in intake.find([folder])]
    tasks = {f"{stage}-{shard}" for stage in ("ingest", "extract", "tag", "decide") for shard in range(3)}
    seen = _what_prefect_holds(tasks)
    assert tasks <= {run["name"] for run in seen["task_runs"]}
    assert {artifact["key"] for artifact in seen["artifacts"]} >= {"audit-progress", "audit-verdicts"}
    assert WORDS not in json.dumps(seen, default=str)
    assert WORDS not in caplog.text


def _what_prefect_holds(tasks: set[str]) -> dict[str, list[dict[str, object]]]:
    """All that its server knows, once it knows the runs of `tasks`: it learns of them from events, a little later."""
    deadline = time.monotonic() + 20
    with get_client(sync_client=True) as client:
        runs = client.read_task_runs()
        while not tasks <= {run.name for run in runs} and time.monotonic() < deadline:
            runs = client.read_task_runs()
        return {
            "task_runs": [run.model_dump(mode="json") for run in runs],
            "flow_runs": [run.model_dump(mode="json") for run in client.read_flow_runs()],
            "artifacts": [artifact.model_dump(mode="json") for artifact in client.read_artifacts()],
        }


def test_stages_hand_on_hashes_rules_and_codes(folder: Path) -> None:
    with opened("network") as (kit, today), bench.laid_out(kit, today) as (name, work):
        work.shards[0] = bench.Shard(sources=list(intake.find([folder])))
        handed = [stage.fn(name, 0) for stage in (stages.ingest, stages.extract, stages.tag, stages.decide)]
    assert handed[0][-1] == "empty"
    assert all(len(digest) == 64 for digest in handed[0][:-1])
    assert handed[1] == {"documents": 6, "empty": 1}
    assert [row["verdict"] for row in handed[3]] == ["shareable"] * 5 + ["needs_review"]
    assert handed[3][-1]["rules"] == ["gap.empty"]
    assert WORDS not in json.dumps(handed)


def test_the_bench_is_cleared_when_the_run_ends(folder: Path) -> None:
    with opened("network") as (kit, today), bench.laid_out(kit, today) as (name, _):
        pass
    with pytest.raises(KeyError):
        bench.find(name)


def test_results_are_json_and_nothing_is_pickled() -> None:
    for flow in (check_document, audit_archive):
        assert flow.result_serializer == "json"
        assert flow.persist_result is False
    for stage in (stages.ingest, stages.extract, stages.tag, stages.decide):
        assert stage.result_serializer == "json"
        assert stage.persist_result is False
