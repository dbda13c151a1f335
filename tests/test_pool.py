"""An archive gives a row for each file, in order, whatever becomes of the workers."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import intake, settings
from pipeline import pool as pools
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
def pool() -> Iterator[pools.Pool]:
    with pools.Pool(chosen(), key=KEY, today=TODAY) as pool:
        yield pool


def orders(folder: Path) -> list[pools.Order]:
    return [
        pools.Order(number=number, uri=source.uri, path=source.path)
        for number, source in enumerate(intake.find([folder]))
    ]


def rows(pool: pools.Pool, orders: list[pools.Order]) -> list[dict[str, Any]]:
    replies = sorted(pool.run(orders), key=lambda reply: reply.number)
    return [json.loads(reply.row) for reply in replies]


def test_one_reply_to_each_order(pool: pools.Pool, folder: Path) -> None:
    found = rows(pool, orders(folder))
    assert [row["uri"] for row in found] == [order.uri for order in orders(folder)]
    assert [row["verdict"] for row in found] == ["shareable"] * 8 + ["needs_review", "shareable"]


def test_a_reading_is_as_good_as_its_file(pool: pools.Pool, folder: Path) -> None:
    read = sorted(pool.run(orders(folder)), key=lambda reply: reply.number)
    again = [
        pools.Order(number=order.number, uri=order.uri, path=Path("gone"), packed=reply.packed)
        for order, reply in zip(orders(folder), read, strict=True)
    ]
    assert rows(pool, again) == [json.loads(reply.row) for reply in read]


@pytest.mark.threat(86)
def test_a_worker_that_dies_costs_one_file_and_says_so(pool: pools.Pool, folder: Path) -> None:
    rows(pool, orders(folder)[:1])
    dead = pool._workers[0].process
    assert dead.pid is not None
    os.kill(dead.pid, signal.SIGKILL)
    dead.join()
    replies = sorted(pool.run(orders(folder)), key=lambda reply: reply.number)
    found = [json.loads(reply.row) for reply in replies]
    assert [row["uri"] for row in found] == [order.uri for order in orders(folder)]
    lost = [row for row in found if [u["code"] for u in row["coverage"]["unread"]] == ["crashed"]]
    assert len(lost) == 1
    assert lost[0]["verdict"] == "needs_review"


def test_nobody_is_started_for_nothing(folder: Path) -> None:
    with pools.Pool(chosen(), key=KEY, today=TODAY) as pool:
        assert list(pool.run([])) == []
        assert pool._workers == []


def test_rules_that_do_not_load_end_the_run(tmp_path: Path, folder: Path) -> None:
    with (
        pytest.raises(SharelightError, match=str(tmp_path)),
        pools.Pool(chosen(jobs=1, policy=tmp_path), key=KEY, today=TODAY) as pool,
    ):
        list(pool.run(orders(folder)))
