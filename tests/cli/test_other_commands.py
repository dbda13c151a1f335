"""The other commands: what was read, why, by which rules, with which settings."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import data_folder

ROW = {"uri", "name", "sha256", "media_type", "status", "text", "parts", "gaps"}
PART = {"path", "kind", "visibility", "status", "code", "sha256"}


def test_scan_writes_one_row_for_each_file_and_says_how_far_it_is(process: Any, folder: Path) -> None:
    done = process("scan", ".", "-f", "jsonl", "--progress", "json", "--jobs", "2")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [row["uri"] for row in rows] == ["clean.txt", "empty.txt", "foreign.txt", "marked.txt"]
    assert done.code == 1
    last = json.loads(done.err.splitlines()[-1])
    assert (last["done"], last["total"], last["shareable"], last["unread"]) == (4, 4, 1, 2)


def test_a_reader_that_has_seen_enough_is_no_fault(folder: Path) -> None:
    command = f"{sys.executable} -m pipeline.cli extract . -f jsonl | head -c 1 > /dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() in ("1", "2")  # 1 where all of it fitted into the pipe
    assert "Traceback" not in done.stderr


def test_extract_shows_what_was_read(sharelight: Any, folder: Path) -> None:
    done = sharelight("extract", "clean.txt", "empty.txt", "-f", "jsonl")
    assert done.code == 1
    read, unread = (json.loads(line) for line in done.out.splitlines())
    assert set(read) == ROW
    assert all(set(part) == PART for part in read["parts"])
    assert (read["status"], unread["status"]) == ("complete", "unreadable")
    assert "agreed the plan" in read["text"]
    assert unread["gaps"][0]["code"] == "empty"


def test_extract_tells_complete_from_wrong_usage(sharelight: Any, folder: Path) -> None:
    assert sharelight("extract", "clean.txt").code == 0
    assert sharelight("extract", "clean.txt", "gone.txt").code == 2


def test_explain_walks_from_words_to_outcome(sharelight: Any, folder: Path) -> None:
    run = json.loads(sharelight("check", "marked.txt", "-f", "json", "-o", "result.json").out or "{}")
    run = json.loads((folder / "result.json").read_text())
    name = run["documents"][0]["findings"][0]["finding_id"]
    done = sharelight("explain", name[:5], "--from", "result.json")
    assert done.code == 0
    assert "TLP:RED" in done.out
    assert "marking.tlp.red" in done.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing", "--from", "result.json"), "no finding 'nothing'"),
        (("x", "--from", "reslt.json"), "did you mean 'result.json'"),
        (("x", "--from", "clean.txt"), "not a result"),
    ],
)
def test_explain_says_what_it_cannot_find(sharelight: Any, folder: Path, arguments: tuple[str, ...], told: str) -> None:
    sharelight("check", "marked.txt", "-f", "json", "-o", "result.json")
    done = sharelight("explain", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_rules_can_be_looked_up(sharelight: Any) -> None:
    listed = json.loads(sharelight("rules", "list", "-f", "json").out)
    assert "predeployment_results_before" in {row["id"] for row in listed}
    shown = sharelight("rules", "show", "cyber_incidents").out
    assert "Private Sector Cyber Incidents" in shown
    assert "did you mean 'cyber_incidents'" in sharelight("rules", "show", "cyber_incident").err


def test_policy_validate_names_file_and_line(sharelight: Any, tmp_path: Path) -> None:
    assert sharelight("policy", "validate").code == 0
    bad = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), bad)
    (bad / "matrix.yaml").write_text("cells: [\n")
    done = sharelight("policy", "validate", str(bad))
    assert done.code == 2
    assert f"{bad / 'matrix.yaml'}:" in done.err


def test_config_show_says_where_a_value_comes_from(
    sharelight: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARELIGHT_CONTEXT", "7")
    rows = json.loads(sharelight("config", "show", "-f", "json").out)
    assert rows["context"] == {"value": 7, "source": "SHARELIGHT_CONTEXT"}
    assert rows["ocr"]["source"] == "default"


def test_predict_judges_each_row_whole(sharelight: Any, folder: Path) -> None:
    rows = [{"id": "a", "text": "The secretariat met on Tuesday and agreed the plan."}, {"id": "b", "text": ""}]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = sharelight("model", "predict", "rows.jsonl")
    assert done.code == 0
    first, second = (json.loads(line) for line in done.out.splitlines())
    assert set(first) == {"id", "primary", "categories", "verdict"}
    assert (second["primary"], second["verdict"]) == ("none", "needs_review")


def test_predict_names_the_bad_line(sharelight: Any, folder: Path) -> None:
    (folder / "rows.jsonl").write_text('{"id": 1, "text": "x"}\n{"id": 2}\n')
    done = sharelight("model", "predict", "rows.jsonl")
    assert done.code == 2
    assert "rows.jsonl:2" in done.err


def test_evaluate_holds_the_figures_against_a_gate(sharelight: Any, folder: Path) -> None:
    (folder / "gate.json").write_text('{"at_least": {"macro_f1": 0.0}}')
    assert sharelight("model", "evaluate", "--gate", "gate.json").code == 0
    (folder / "gate.json").write_text('{"at_least": {"macro_f1": 1.1}}')
    done = sharelight("model", "evaluate", "--gate", "gate.json")
    assert done.code == 1
    assert "gate: macro_f1" in done.err


def test_a_mistyped_command_gets_the_nearest(sharelight: Any) -> None:
    done = sharelight("chek")
    assert done.code == 2
    assert "check" in done.err


def test_control_c_keeps_what_was_written_and_leaves_no_process(folder: Path) -> None:
    for number in range(400):
        (folder / f"more-{number:03}.txt").write_text(f"Note {number}. The secretariat met and agreed the plan.")
    command = [sys.executable, "-m", "pipeline.cli", "scan", ".", "-f", "jsonl", "--jobs", "1"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    assert run.stdout is not None
    first = run.stdout.readline()
    run.send_signal(signal.SIGINT)
    rest, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert b"interrupted after" in err
    assert all(json.loads(line)["uri"] for line in (first + rest).splitlines())
    left = subprocess.run(["pgrep", "-s", str(run.pid)], capture_output=True, text=True).stdout.split()
    assert not [pid for pid in left if not _ends(int(pid))]


def _ends(pid: int) -> bool:
    """Whether a process that saw the end of its pipe goes within five seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 5)[0])
    finally:
        os.close(descriptor)
