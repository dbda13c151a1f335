"""Commands about what is stored, as a user calls them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import data_folder
from pipeline.store.store import Store


def test_what_was_scanned_is_reported_later(process: Any, folder: Path) -> None:
    first = process("scan", ".", "-f", "jsonl")
    assert process("report", "latest", "-f", "jsonl").out == first.out
    page = process("report", "-f", "html").out
    assert "<h1>Audit of an archive</h1>" in page
    assert "4</b> documents" in page


def test_a_second_scan_says_the_same_and_reads_nothing(process: Any, folder: Path) -> None:
    first = process("scan", ".", "-f", "jsonl")
    (folder / "empty.txt").unlink()
    second = process("scan", ".", "-f", "jsonl")
    assert second.out.splitlines() == [line for line in first.out.splitlines() if "empty.txt" not in line]


def test_a_killed_scan_goes_on(process: Any, folder: Path, database: str) -> None:
    for number in range(60):
        (folder / f"{number:03}.txt").write_text(f"Note {number}. The secretariat met and agreed the plan.")
    command = [sys.executable, "-m", "pipeline.cli", "scan", ".", "-f", "jsonl", "--progress", "json", "--jobs", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ.copy()) as scan:
        assert scan.stderr is not None
        assert b"done" in scan.stderr.readline()
        scan.send_signal(signal.SIGKILL)
    with Store(database) as store:
        run = store.runs.find("latest")
        assert run.state == "running"
    done = process("scan", "--resume", run.id[:8], "-f", "jsonl")
    assert [json.loads(line)["uri"] for line in done.out.splitlines()] == sorted(p.name for p in folder.iterdir())
    with Store(database) as store:
        assert store.runs.find("latest").state == "completed"
        assert store.runs.counts(run.id) == {"planned": 0, "done": 64, "failed": 0}


def test_only_some_files_are_asked_for(process: Any, folder: Path) -> None:
    (folder / "table.csv").write_text("a,b\n1,2\n")
    os.utime(folder / "clean.txt", (0, 0))
    by_type = process("scan", ".", "--type", "CSV,md", "-f", "jsonl")
    assert [json.loads(line)["uri"] for line in by_type.out.splitlines()] == ["table.csv"]
    since = process("scan", ".", "--since", "1999-01-01", "-f", "jsonl")
    assert "clean.txt" not in {json.loads(line)["uri"] for line in since.out.splitlines()}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("scan",), "give paths"),
        (("scan", ".", "--resume", "latest"), "give paths"),
        (("scan", "--resume", "latest"), "no run"),
        (("report", "nothing"), "no run"),
        (("report", "--sample", "3", "-f", "csv"), "without"),
        (("db", "check"), "db upgrade"),
    ],
)
def test_bad_usage_is_said_in_a_line(sharelight: Any, folder: Path, arguments: tuple[str, ...], told: str) -> None:
    done = sharelight(*arguments)
    assert done.code == 2
    assert told in done.err
    assert len(done.err.splitlines()) == 1


def test_a_run_under_other_rules_is_not_gone_on_with(
    sharelight: Any, process: Any, folder: Path, tmp_path: Path
) -> None:

    rules = Path(shutil.copytree(data_folder("rules"), tmp_path / "rules"))
    process("scan", "clean.txt", "--policy", str(rules), "-f", "jsonl")
    audiences = rules / "audiences.yaml"
    audiences.write_text(audiences.read_text("utf-8") + "# another word\n", "utf-8")
    assert "rules changed" in process("scan", "--resume", "latest", "-f", "jsonl").err


def test_a_baseline_shows_only_what_is_new(process: Any, folder: Path) -> None:
    process("scan", ".", "-f", "jsonl")
    options = ("--reason", "seen in spring", "--by", "a reviewer", "--expires", "2999-01-01")
    assert process("baseline", "create", "latest", "known.jsonl", *options).code == 0
    rows = [json.loads(line) for line in process("report", "--baseline", "known.jsonl", "-f", "jsonl").out.splitlines()]
    assert [row["findings"] for row in rows] == [[]] * 4
    assert {row["verdict"] for row in rows} == {"shareable", "needs_review"}
    assert process("baseline", "create", "latest", "known.jsonl", *options).code == 2
    (folder / "new.txt").write_text("Checkpoint 7 solved 14 of 20 exploit tasks; its launch is planned for May.\n")
    process("scan", ".", "--type", "txt", "-f", "jsonl")
    rows = [json.loads(line) for line in process("report", "--baseline", "known.jsonl", "-f", "jsonl").out.splitlines()]
    assert [row["uri"] for row in rows if row["findings"]] == ["new.txt"]
    assert "of them new" in process("baseline", "update", "latest", "known.jsonl", *options).out
    (folder / "new.txt").unlink()
    process("scan", ".", "-f", "jsonl")
    assert " taken out" in process("baseline", "prune", "latest", "known.jsonl").out


def test_a_draw_and_its_labels_become_an_estimate(process: Any, folder: Path) -> None:
    process("scan", ".", "-f", "jsonl")
    process("report", "--sample", "2", "-o", "draw.jsonl")
    drawn = [json.loads(line) for line in Path("draw.jsonl").read_text().splitlines()]
    assert len(drawn) == 2
    assert "no label yet" in process("report", "--elusion", "draw.jsonl").err
    Path("draw.jsonl").write_text("\n".join(json.dumps(row | {"primary": "none"}) for row in drawn))
    told = process("report", "--elusion", "draw.jsonl").out
    assert "high_trust  0 of 2 missed" in told


def test_the_trail_can_be_verified_and_taken_along(process: Any, folder: Path, database: str) -> None:
    process("scan", ".", "-f", "jsonl")
    assert "0 faults" in process("audit", "verify").out
    rows = [json.loads(line) for line in process("audit", "export").out.splitlines()]
    assert [row["action"] for row in rows].count("decided") == 4
    assert "secretariat" not in json.dumps(rows)


def test_a_database_that_cannot_be_written_lets_nothing_through(
    process: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARELIGHT_DATABASE_URL", "sqlite:////proc/none/x.db")
    done = process("scan", ".", "-f", "jsonl")
    assert (done.code, done.out) == (2, "")
