"""Users, records, the trail's anchor and what comes out of the review, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.cli import run
from pipeline.store import database as databases
from pipeline.store import trail
from pipeline.store.decisions import Choice
from pipeline.store.store import Store

HELD = "Checkpoint 7 of the unreleased model solved 14 of 20 exploit tasks; its launch is planned for May."


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARELIGHT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("SHARELIGHT_WEAK_SANDBOX", "true")
    monkeypatch.setenv("SHARELIGHT_NEW_PASSWORD", "long enough to be one")
    monkeypatch.chdir(tmp_path)


def test_people_are_added_listed_and_switched_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["user", "add", "robin", "--role", "reviewer", "--role", "releaser"]) == 0
    assert run(["user", "add", "robin"]) == 2
    assert run(["user", "add", "sasha", "--role", "king"]) == 2
    assert run(["user", "disable", "robin"]) == 0
    assert run(["user", "disable", "nobody"]) == 2
    capsys.readouterr()
    assert run(["user", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == ["robin  releaser, reviewer  (switched off)"]


def test_a_scan_fills_the_queue_and_decisions_come_out_as_labels(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.txt").write_text(HELD)
    assert run(["scan", "note.txt", "-f", "jsonl", "-q"]) == 3
    assert run(["user", "add", "robin", "--role", "reviewer"]) == 0
    with Store(database) as store:
        (case,), total = store.queue.page()
        item = next(one for one in store.queue.items(case.id) if one.category)
        found = store.people.named("robin")
        assert found and total == 1
        store.decisions.decide(item.id, found[0], Choice(decision="confirm"), version=1, categories=[])
    capsys.readouterr()
    assert run(["review", "export", "--labels"]) == 0
    (label,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (label["primary"], "exploit tasks" in label["text"]) == (item.category, True)
    assert run(["submit", "note.txt", "--reason", "agreed", "--by", "robin"]) == 0
    assert run(["submit", "note.txt", "--reason", "agreed", "--by", "robin"]) == 2, "one request at a time"
    assert run(["submit", "note.txt", "--reason", "agreed", "--by", "nobody"]) == 2


def add(url: str, *subjects: str) -> None:
    engine = databases.opened(url)
    with databases.guarded(engine) as connection:
        entries = [trail.Entry(actor="test", action="decided", subject=name, detail={}) for name in subjects]
        trail.append(connection, entries, trail.now())
    engine.dispose()


def cut(url: str, number: int) -> None:
    engine = databases.opened(url)
    with databases.guarded(engine) as connection:
        connection.execute(text(f"DELETE FROM trail WHERE number > {number}"))
    engine.dispose()


def test_an_anchor_shows_a_tail_that_was_cut_off_or_regrown(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Store(database).__exit__()
    add(database, "a", "b", "c")
    assert run(["audit", "anchor", "-o", "anchor.json"]) == 0
    add(database, "d")
    assert run(["audit", "verify", "--against", "anchor.json"]) == 0, "rows may be added"
    cut(database, 2)
    assert run(["audit", "verify"]) == 0, "the chain alone does not show it"
    assert run(["audit", "verify", "--against", "anchor.json"]) == 1
    assert "cut off" in capsys.readouterr().out
    add(database, "other", "rows")
    assert run(["audit", "verify", "--against", "anchor.json"]) == 1
    assert "not the one" in capsys.readouterr().out
    altered = json.loads((tmp_path / "anchor.json").read_text()) | {"rows": 2}
    (tmp_path / "anchor.json").write_text(json.dumps(altered))
    assert run(["audit", "verify", "--against", "anchor.json"]) == 1
    assert run(["record", "verify", "anchor.json"]) == 1
    assert run(["record", "verify", "none.json"]) == 2
