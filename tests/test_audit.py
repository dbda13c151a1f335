"""A run survives whatever ends it, and what is known is not done again: with the same rows either way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit, intake, settings, versions
from pipeline.errors import UsageError
from pipeline.pool import Order, Pool, Reply
from pipeline.report.result import DocumentRow, UnreadRow
from pipeline.settings import data_folder
from pipeline.store.runs import Run
from pipeline.store.store import Store

KEY, TODAY = b"k" * 32, date(2026, 3, 2)
OUTBOX = Path(__file__).parent.parent / "fixtures" / "outbox"
KINDS = (".txt", ".md", ".docx", ".eml", ".csv", ".html")


class Counting(Pool):
    """A pool that remembers what it was asked for."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.files: list[str] = []
        self.readings: list[str] = []

    def run(self, orders: Any) -> Iterator[Reply]:
        return super().run(map(self._seen, orders))

    def _seen(self, order: Order) -> Order:
        (self.files if order.packed is None else self.readings).append(order.uri)
        return order


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen documents of the outbox, one of them twice, and one that is empty."""
    here = tmp_path_factory.mktemp("archive")
    chosen = [path for path in sorted(OUTBOX.iterdir()) if path.suffix in KINDS][:12]
    for path in chosen:
        shutil.copy(path, here / path.name)
    (here / "copy").mkdir()
    shutil.copy(chosen[0], here / "copy" / chosen[0].name)
    (here / "empty.txt").write_text("")
    return here


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_folder("rules"), tmp_path / "rules"))


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with Store(database) as opened:
        yield opened


def chosen(**flags: object) -> settings.Settings:
    return settings.load({"jobs": 1, "weak_sandbox": True, **flags}).settings


def begun(store: Store, folder: Path, set_to: settings.Settings) -> Run:
    return audit.begin(store, intake.find([folder]), set_to, roots=[str(folder)], today=TODAY)


def work(store: Store, run: Run, set_to: settings.Settings) -> audit.Audit:
    return audit.work(store, run, set_to, key=KEY)


@pytest.fixture(scope="module", autouse=True)
def standing() -> Iterator[None]:
    """One pool for all scans by the shipped rules: starting one takes longer than the scan."""
    with Counting(chosen(), key=KEY, today=TODAY) as pool:
        _STANDING["pool"] = pool
        yield


_STANDING: dict[str, Counting] = {}


def scanned(store: Store, folder: Path, set_to: settings.Settings) -> tuple[list[DocumentRow], Counting]:
    run, pool = begun(store, folder, set_to), _STANDING["pool"]
    if set_to.model_copy(update={"database_url": ""}) != chosen().model_copy(update={"database_url": ""}):
        with Counting(set_to, key=KEY, today=TODAY) as pool:
            return list(work(store, run, set_to).rows(pool)), pool
    pool.files, pool.readings = [], []
    return list(work(store, run, set_to).rows(pool)), pool


def from_scratch(folder: Path, tmp_path: Path, set_to: settings.Settings) -> list[DocumentRow]:
    with Store(f"sqlite:///{tmp_path / 'scratch.db'}") as fresh:
        return scanned(fresh, folder, set_to)[0]


def test_a_row_for_each_file_in_order_and_equal_bytes_are_read_once(store: Store, folder: Path) -> None:
    rows, pool = scanned(store, folder, chosen())
    assert [row.uri for row in rows] == [source.uri for source in intake.find([folder])]
    assert {row.verdict for row in rows} == {"shareable", "needs_review", "held_back"}
    assert store.runs.find("latest").state == "completed"
    assert store.runs.counts(store.runs.find("latest").id) == {"planned": 0, "done": len(rows), "failed": 0}
    assert len(pool.files) in (len(rows), len(rows) - 1)  # the copy may be begun before the first is known
    assert len({row.document_id for row in rows}) == len(rows)


def test_what_is_unchanged_is_not_read_again(store: Store, folder: Path) -> None:
    first, _ = scanned(store, folder, chosen())
    second, pool = scanned(store, folder, chosen())
    assert second == first
    assert [Path(uri).name for uri in pool.files] == ["empty.txt"]  # what could not be read is tried again
    assert pool.readings == []


def test_a_changed_file_is_read_again(store: Store, folder: Path, tmp_path: Path) -> None:
    moving = Path(shutil.copytree(folder, tmp_path / "moving"))
    scanned(store, moving, chosen())
    changed = next(path for path in sorted(moving.iterdir()) if path.suffix == ".txt" and path.stat().st_size)
    changed.write_text("Checkpoint 7 solved 14 of 20 exploit tasks; its launch is planned for May.")
    rows, pool = scanned(store, moving, chosen())
    assert str(changed) in pool.files
    assert next(row for row in rows if row.uri == str(changed)).verdict == "held_back"


def _no_network_sharing(rules: Path) -> None:
    matrix = rules / "matrix.yaml"
    text = matrix.read_text("utf-8")
    assert "case_by_case" in text
    audiences = rules / "audiences.yaml"
    changed = audiences.read_text("utf-8").replace("case_by_case: needs_review", "case_by_case: held_back", 1)
    audiences.write_text(changed, "utf-8")


def _pattern_gone(rules: Path) -> None:
    patterns = rules / "patterns" / "predeployment_results_before.jsonl"
    lines = patterns.read_text("utf-8").splitlines()
    patterns.write_text("\n".join(lines[1:]) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("change", "recognised_again"), [(_no_network_sharing, False), (_pattern_gone, True)], ids=["deciding", "patterns"]
)
def test_changed_rules_open_no_file(
    store: Store, folder: Path, tmp_path: Path, rules: Path, change: Callable[[Path], None], recognised_again: bool
) -> None:
    scanned(store, folder, chosen(policy=rules))
    change(rules)
    rows, pool = scanned(store, folder, chosen(policy=rules))
    assert [Path(uri).name for uri in pool.files] == ["empty.txt"]
    assert bool(pool.readings) is recognised_again
    assert rows == from_scratch(folder, tmp_path, chosen(policy=rules))


def test_another_audience_is_decided_from_what_was_found(store: Store, folder: Path, tmp_path: Path) -> None:
    scanned(store, folder, chosen())
    rows, pool = scanned(store, folder, chosen(audience="public"))
    assert [Path(uri).name for uri in pool.files] == ["empty.txt"]
    assert rows == from_scratch(folder, tmp_path, chosen(audience="public"))


def test_an_interrupted_run_goes_on_where_it_was(store: Store, folder: Path) -> None:
    set_to = chosen()
    run = begun(store, folder, set_to)
    with Counting(set_to, key=KEY, today=TODAY) as pool, closing(work(store, run, set_to).rows(pool)) as rows:
        next(rows)
    assert store.runs.find("latest").state == "interrupted"
    before = store.runs.counts(store.runs.find("latest").id)
    assert before["planned"] > 0
    with Counting(set_to, key=KEY, today=TODAY) as pool:
        whole = list(work(store, store.runs.find("latest"), set_to).rows(pool))
    assert len(pool.files) <= before["planned"]
    assert [row.uri for row in whole] == [source.uri for source in intake.find([folder])]
    assert store.runs.find("latest").state == "completed"


def test_without_texts_all_is_read_again_and_decided_alike(folder: Path, database: str, rules: Path) -> None:
    from pipeline.store.sealing import Sealing

    with Store(database, Sealing(keep=False)) as store:
        first, _ = scanned(store, folder, chosen(policy=rules))
        _pattern_gone(rules)
        second, pool = scanned(store, folder, chosen(policy=rules))
    assert pool.readings == []
    assert len(pool.files) > len(second) // 2
    assert [row.verdict for row in first] == [row.verdict for row in second]
    assert all(finding.quote == "[hidden]" for row in second for finding in row.findings)


def test_an_archive_without_files_is_complete(store: Store, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    rows, _ = scanned(store, tmp_path / "none", chosen())
    assert rows == []
    assert store.runs.find("latest").state == "completed"


def test_what_a_run_was_set_to_holds_no_password(store: Store, folder: Path) -> None:
    secret = "postgresql://someone:hunter2@127.0.0.1/none"
    run = begun(store, folder, chosen().model_copy(update={"database_url": secret}))
    assert "hunter2" not in run.settings
    assert json.loads(run.settings)["audience"] == "network"


def test_a_name_that_is_no_text_is_found_again(store: Store, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / os.fsdecode(b"\xff note.txt")).write_text("The secretariat met on Tuesday and agreed the plan.")
    rows, pool = scanned(store, odd, chosen())
    assert [(row.verdict, len(pool.files)) for row in rows] == [("shareable", 1)]
    assert scanned(store, odd, chosen())[1].files == []


def test_a_file_that_is_gone_when_its_turn_comes_has_its_row(store: Store, folder: Path, tmp_path: Path) -> None:
    going = Path(shutil.copytree(folder, tmp_path / "going"))
    set_to = chosen()
    run = begun(store, going, set_to)
    gone = next(path for path in sorted(going.iterdir()) if path.suffix == ".txt")
    gone.unlink()
    with Counting(set_to, key=KEY, today=TODAY) as pool:
        rows = list(work(store, run, set_to).rows(pool))
    row = next(row for row in rows if row.uri == str(gone))
    assert (row.verdict, [unread.code for unread in row.coverage.unread]) == ("needs_review", ["missing"])
    assert len(rows) == run.total


@pytest.mark.threat(88)
def test_a_verdict_is_bound_to_the_bytes_that_were_read(store: Store, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "moving" / "note.txt"
    file.parent.mkdir()
    file.write_text("The secretariat met on Tuesday and agreed the plan for the coming quarter.")
    set_to = chosen()
    run = begun(store, file.parent, set_to)

    class Late(Counting):
        def _seen(self, order: Order) -> Order:
            file.write_text("Checkpoint 7 solved 14 of 20 exploit tasks; its launch is planned for May.")
            return super()._seen(order)

    with Late(set_to, key=KEY, today=TODAY) as pool:
        row = next(iter(work(store, run, set_to).rows(pool)))
    assert (row.verdict, row.sha256) == ("held_back", hashlib.sha256(file.read_bytes()).hexdigest())


@pytest.mark.threat(89)
def test_a_result_of_another_reader_or_model_is_not_taken_for_this_one(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, _ = scanned(store, folder, chosen())
    monkeypatch.setattr(versions, "code", lambda: "another version of the program")
    _, pool = scanned(store, folder, chosen())
    assert len(pool.files) >= len(rows) - 1
    assert pool.readings == []


@pytest.mark.threat(86)
def test_what_failed_is_tried_again_and_nothing_else_rests_on_it(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that was killed once says nothing about the file; its gap must not stand for good."""
    set_to, pool = chosen(), _STANDING["pool"]
    run = begun(store, folder, set_to)
    lost = next(file for file in store.runs.planned(run.id) if file.uri.endswith(".txt"))

    def failing(orders: Any) -> Iterator[Reply]:
        for reply in Counting.run(pool, orders):
            row = DocumentRow.model_validate_json(reply.row)
            if row.uri == lost.uri:
                gap = UnreadRow(part=row.uri, code="timed_out", stage="extract")
                coverage = row.coverage.model_copy(update={"unread": (gap,)})
                row = row.model_copy(update={"verdict": "needs_review", "coverage": coverage})
                reply = replace(reply, row=row.model_dump_json())
            yield reply

    with monkeypatch.context() as patched:
        patched.setattr(pool, "run", failing)
        list(work(store, run, set_to).rows(pool))
    assert store.runs.counts(run.id)["failed"] == 1
    assert store.runs.find(run.id).state == "completed_with_errors"
    assert [uri for uri, _ in store.runs.failed(run.id)] == [lost.uri]
    rows, pool = scanned(store, folder, set_to)
    assert lost.uri in pool.files
    assert next(row for row in rows if row.uri == lost.uri).coverage.unread == ()


@pytest.mark.parametrize("what", ["rules", "model"])
def test_a_run_is_not_finished_by_other_rules_or_another_model(
    store: Store, folder: Path, rules: Path, tmp_path: Path, what: str
) -> None:
    models = Path(shutil.copytree(data_folder("models"), tmp_path / "models", ignore=lambda *_: ["corpus"]))
    set_to = chosen(policy=rules, models=models)
    run = begun(store, folder, set_to)
    if what == "rules":
        _no_network_sharing(rules)
    else:
        (models / "manifest.json").write_text((models / "manifest.json").read_text("utf-8") + " ", "utf-8")
    with pytest.raises(UsageError, match=f"the {what} changed"):
        work(store, run, set_to)


def test_findings_are_back_in_the_queue_when_the_rules_are(store: Store, folder: Path, rules: Path) -> None:
    """Rules that let something go for a day leave nothing settled: the older result counts again, and so does it."""
    audiences = rules / "audiences.yaml"
    strict = audiences.read_text("utf-8")
    before, _ = scanned(store, folder, chosen(policy=rules))
    waiting = store.queue.page(size=100)
    audiences.write_text(strict.replace("case_by_case: needs_review", "case_by_case: shareable", 1), "utf-8")
    scanned(store, folder, chosen(policy=rules))
    assert store.queue.page(size=100)[1] < waiting[1]
    audiences.write_text(strict, "utf-8")
    rows, pool = scanned(store, folder, chosen(policy=rules))
    assert rows == before
    assert pool.readings == []
    again = store.queue.page(size=100)
    assert [(case.sha256, case.verdict, case.to_do) for case in again[0]] == [
        (case.sha256, case.verdict, case.to_do) for case in waiting[0]
    ]


def test_thousands_of_empty_files_are_thousands_of_rows(store: Store, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for number in range(2000):
        (empty / f"{number:04}").touch()
    rows, _ = scanned(store, empty, chosen(jobs=2))
    assert len(rows) == 2000
    assert {row.verdict for row in rows} == {"needs_review"}
