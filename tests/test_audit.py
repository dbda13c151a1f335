"""An archive gives a row for each file, in order, whatever becomes of the workers."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline import audit, intake, settings
from pipeline.errors import SharelightError

KEY, TODAY = b"k" * 32, date(2026, 3, 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("archive")
    for number in range(8):
        (here / f"{number}.txt").write_text(f"Note {number}. The secretariat met and agreed the plan for the quarter.")
    (here / "8-empty.txt").write_text("")
    (here / "9-\udcff.txt").write_text("The name of this note is no text, and the note is read all the same.")
    return here


def chosen(**flags: object) -> settings.Settings:
    return settings.load({"jobs": 2, "weak_sandbox": True, **flags}).settings


@pytest.fixture(scope="module")
def pool() -> Iterator[audit.Pool]:
    with audit.Pool(chosen(), key=KEY, today=TODAY) as pool:
        yield pool


def test_one_row_for_each_file_in_order(pool: audit.Pool, folder: Path) -> None:
    sources = list(intake.find([folder]))
    rows = [json.loads(row) for row in pool.scan(sources)]
    assert [row["uri"] for row in rows] == [source.uri for source in sources]
    assert [row["verdict"] for row in rows] == ["shareable"] * 8 + ["needs_review", "shareable"]


@pytest.mark.threat(86)
def test_a_worker_that_dies_costs_one_file_and_says_so(pool: audit.Pool, folder: Path) -> None:
    sources = list(intake.find([folder]))
    dead = pool._workers[0].process
    assert dead.pid is not None
    os.kill(dead.pid, signal.SIGKILL)
    dead.join()
    rows = [json.loads(row) for row in pool.scan(sources)]
    assert [row["uri"] for row in rows] == [source.uri for source in sources]
    lost = [row for row in rows if [u["code"] for u in row["coverage"]["unread"]] == ["crashed"]]
    assert len(lost) == 1
    assert lost[0]["verdict"] == "needs_review"


def test_an_empty_archive_has_no_rows(pool: audit.Pool) -> None:
    assert list(pool.scan([])) == []


def test_rules_that_do_not_load_end_the_run(tmp_path: Path) -> None:
    with (
        pytest.raises(SharelightError, match=str(tmp_path)),
        audit.Pool(chosen(jobs=1, policy=tmp_path), key=KEY, today=TODAY),
    ):
        pass
