"""The flows run with nothing set up, and Prefect never sees a text."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_SERVER_ANALYTICS_ENABLED
from prefect.testing.utilities import prefect_test_harness

from flows import kit
from flows.audit_archive import audit_archive, scan
from flows.check_document import check_document
from pipeline import audit, intake
from pipeline.pool import Pool
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
    monkeypatch.setenv("SHARELIGHT_JOBS", "1")  # each process loads rules and model
    here = tmp_path / "archive"
    here.mkdir()
    for number in range(5):
        (here / f"{number}.txt").write_text(f"{PLAIN} {number}")
    (here / "empty.txt").write_text("")
    return here


def test_nothing_is_reported_to_anybody() -> None:
    assert PREFECT_SERVER_ANALYTICS_ENABLED.value() is False


def test_an_archive_is_done_shard_by_shard(
    prefect: None, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rows = tmp_path / "rows.jsonl"
    counts = audit_archive([str(folder)], output=str(rows), shard_size=4)
    assert counts == {"files": 6, "shareable": 5, "needs_review": 1, "held_back": 0}
    uris = [DocumentRow.model_validate_json(line).uri for line in rows.read_text().splitlines()]
    assert uris == [source.uri for source in intake.find([folder])]
    tasks = {"scan-0-4", "scan-4-6"}
    seen = _what_prefect_holds(tasks)
    assert tasks <= {run["name"] for run in seen["task_runs"]}
    assert {artifact["key"] for artifact in seen["artifacts"]} >= {"audit-progress", "audit-verdicts"}
    assert WORDS not in json.dumps(seen, default=str)
    assert WORDS not in caplog.text


def test_threads_give_the_rows_of_processes_and_of_no_prefect_at_all(
    prefect: None, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = [tmp_path / f"{name}.jsonl" for name in ("plain", "threads")]
    scan = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "scan",
        str(folder),
        "--exit-zero",
        "-f",
        "jsonl",
        "-o",
        str(outputs[0]),
    ]
    subprocess.run(scan, check=False, env=os.environ.copy())
    monkeypatch.setenv("SHARELIGHT_DATABASE_URL", f"sqlite:///{tmp_path / 'threads.db'}")
    by_threads = [*scan[:-1], str(outputs[1]), "--runner", "threads", "--shard-size", "2"]
    own = {"SHARELIGHT_JOBS": "2", "PREFECT_HOME": str(tmp_path / "prefect")}
    subprocess.run(by_threads, check=False, env=os.environ | own, stdout=subprocess.DEVNULL)
    assert outputs[0].read_text() == outputs[1].read_text()


@pytest.mark.services
def test_a_dask_scheduler_and_two_workers_give_the_same_rows(
    prefect: None, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask.config
    from distributed import LocalCluster

    dask.config.set({"distributed.worker.daemon": False})
    plain, spread = tmp_path / "plain.jsonl", tmp_path / "dask.jsonl"
    audit_archive([str(folder)], output=str(plain))
    monkeypatch.setenv("SHARELIGHT_DATABASE_URL", f"sqlite:///{tmp_path / 'dask.db'}")
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        audit_archive([str(folder)], output=str(spread), shard_size=2, runner="dask", scheduler=address)
    assert plain.read_text() == spread.read_text()


def test_a_flow_that_is_run_again_goes_on(prefect: None, folder: Path, database: str) -> None:
    chosen = kit.settings_for("network")
    with kit.store(chosen) as store:
        run = audit.begin(store, intake.find([folder]), chosen, roots=[str(folder)], today=kit.today())
        with Pool(chosen, key=kit.key(), today=kit.today()) as pool:
            assert len(list(audit.work(store, run, chosen, key=kit.key(), stretch=(0, 4)).rows(pool))) == 4
        assert store.runs.counts(run.id) == {"planned": 2, "done": 4, "failed": 0}
    assert audit_archive([], resume=run.id)["files"] == 6
    with kit.store(chosen) as store:
        assert store.runs.find(run.id).state == "completed"


def test_a_task_hands_on_counts_alone(folder: Path) -> None:
    chosen = kit.settings_for("network")
    with kit.store(chosen) as store:
        run = audit.begin(store, intake.find([folder]), chosen, roots=[str(folder)], today=kit.today())
    assert scan.fn(run.id, 0, 3, 1) == {"shareable": 3}
    assert scan.fn(run.id, 3, 6, 1) == {"shareable": 2, "needs_review": 1}


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


def test_results_are_json_and_nothing_is_pickled() -> None:
    for flow in (check_document, audit_archive):
        assert flow.result_serializer == "json"
        assert flow.persist_result is False
    assert scan.result_serializer == "json"
    assert scan.persist_result is False
