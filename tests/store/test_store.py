"""What was acknowledged is there once, as it was; what must not be readable is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from pipeline.errors import StoreError, UsageError
from pipeline.report.result import Coverage, DocumentRow, EvidenceRow, Finding, UnreadRow
from pipeline.store import database, trail
from pipeline.store.results import Done, Keys
from pipeline.store.runs import Planned, Run
from pipeline.store.sealing import Sealing
from pipeline.store.store import Store
from pipeline.store.tables import METADATA

KEYS = Keys(reader="r" * 64, tagger="t" * 64, decider="d" * 64)
TODAY = "2026-03-02"
WORDS = "the kestrel counted violet anchors"
PACKED = f"packed {WORDS}".encode()


def row(name: str = "a.txt", sha256: str = "a" * 64, **changes: object) -> DocumentRow:
    fields = {
        "document_id": "0000-0000", "uri": f"docs/{name}", "name": name, "sha256": sha256, "media_type": "text/plain",
        "size_bytes": 3, "page_count": None, "language": None, "verdict": "needs_review", "audience": "network",
        "verdicts": {"network": "needs_review"}, "verdict_reasons": (), "decided_on": TODAY,
        "coverage": Coverage(parts_total=2, parts_read=1, ocr_pages=0, sandbox="A",
                             unread=(UnreadRow(part="b", code="encrypted", stage="extract"),)),
        "notices": (), "passages_total": 1, "findings": (finding(),),
    }  # fmt: skip
    return DocumentRow.model_validate(fields | changes)


def finding() -> Finding:
    return Finding.model_validate({
        "finding_id": "1111-1111", "fingerprint": "v1:ff", "category": "cyber_incidents", "title": "", "tier": None,
        "rule_id": "model.x", "detector": "classifier", "score": 0.5, "certain": True, "outcome": "held_back",
        "risk": None, "adjustments": (), "steps": (), "cell": "", "sentence": "", "source": "", "benefits": (),
        "quote": WORDS, "highlight": {"start": 0, "end": 3}, "span": {"start": 0, "end": 3},
        "location": {"document": "a.txt", "part": "body", "kind": "body", "visibility": "visible",
                     "codepoint_range": {"start": 0, "end": 3}},
        "evidence": (), "explanation": {"summary": "", "original_score": None, "context_adjustment": 0.0,
                                        "matched": (WORDS,), "top_terms": ()},
    })  # fmt: skip


def run(name: str = "11111111-0000-0000-0000-000000000000") -> Run:
    return Run(
        id=name, state="planning", started_at=trail.now(), ended_at=None, as_of=TODAY, total=0, roots=("docs",),
        settings="{}", head="{}",
    )  # fmt: skip


def planned(store: Store, *names: str) -> Run:
    begun = run()
    files = (Planned(number=n, uri=f"docs/{name}", path=Path("docs") / name) for n, name in enumerate(names))
    store.runs.plan(begun, files)
    return begun


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as opened:
        yield opened


def test_a_run_counts_its_files(store: Store) -> None:
    begun = planned(store, "a.txt", "b.txt", "c.txt")
    store.results.save(begun.id, [Done(number=0, row=row(), packed=PACKED)], KEYS)
    failed = Coverage(
        parts_total=1, parts_read=0, ocr_pages=0, sandbox="A",
        unread=(UnreadRow(part="c.txt", code="crashed", stage="extract"),),
    )  # fmt: skip
    store.results.save(begun.id, [Done(number=2, row=row("c.txt", "c" * 64, coverage=failed), packed=PACKED)], KEYS)
    assert store.runs.counts(begun.id) == {"planned": 1, "done": 1, "failed": 1}
    assert [file.uri for file in store.runs.planned(begun.id)] == ["docs/b.txt"]
    assert [uri for uri, _ in store.runs.failed(begun.id)] == ["docs/c.txt"]
    assert store.results.known([("c" * 64, "c.txt")], KEYS, today=TODAY) == {}, "it is tried again"


def test_rows_come_as_far_as_none_is_missing(store: Store) -> None:
    begun = planned(store, "a.txt", "b.txt", "c.txt")
    for number, name in ((0, "a"), (2, "c")):
        store.results.save(begun.id, [Done(number=number, row=row(f"{name}.txt", name * 64))], KEYS)
    assert [file.uri for file in store.runs.finished(begun.id, 0)] == ["docs/a.txt"]
    assert [file.uri for file in store.runs.finished(begun.id, 0, skip=True)] == ["docs/a.txt", "docs/c.txt"]


def test_what_is_known_depends_on_all_keys(store: Store) -> None:
    begun = planned(store, "a.txt")
    store.results.save(begun.id, [Done(number=0, row=row(), packed=PACKED)], KEYS)
    place = ("a" * 64, "a.txt")

    def known(keys: Keys, today: str = TODAY) -> object:
        return store.results.known([place, ("b" * 64, "a.txt")], keys, today=today)

    stands = known(KEYS)[place]  # type: ignore[index]
    assert stands.result is not None
    assert DocumentRow.model_validate_json(stands.told) == row()
    other_policy = known(replace(KEYS, decider="x" * 64))[place]  # type: ignore[index]
    assert (other_policy.result, other_policy.told is None) == (None, False)
    other_model = known(replace(KEYS, tagger="x" * 64))[place]  # type: ignore[index]
    assert (other_model.told, other_model.packed) == (None, PACKED)
    assert known(replace(KEYS, reader="x" * 64)) == {}
    assert store.results.known([("a" * 64, "other.txt")], KEYS, today=TODAY) == {}


def test_a_dated_entry_makes_another_day_another_matter(store: Store) -> None:
    begun = planned(store, "a.txt")
    evidence = EvidenceRow(
        facet="developer_consent", rule_id="register.consent", start=0, end=0, quote="", valid_until="2026-03-05"
    )
    dated = finding().model_copy(update={"evidence": (evidence,)})
    store.results.save(begun.id, [Done(number=0, row=row(findings=(dated,)))], KEYS)
    place = ("a" * 64, "a.txt")
    assert store.results.known([place], KEYS, today=TODAY)[place].result is not None
    assert store.results.known([place], KEYS, today="2026-03-06")[place].result is None


def test_a_file_that_could_not_be_opened_is_never_known(store: Store) -> None:
    begun = planned(store, "a.txt", "b.txt")
    for number in (0, 1):
        store.results.save(begun.id, [Done(number=number, row=row(sha256=""))], KEYS)
    assert store.runs.counts(begun.id)["done"] == 2
    assert store.results.known([("", "a.txt")], KEYS, today=TODAY) == {}


def test_equal_files_share_a_result(store: Store, url: str) -> None:
    begun = planned(store, "a.txt", "b.txt")
    store.results.save(begun.id, [Done(number=n, row=row(), packed=PACKED) for n in (0, 1)], KEYS)
    assert count(url, "results") == count(url, "readings") == count(url, "gaps") == count(url, "findings") == 1
    assert len(store.runs.finished(begun.id, 0)) == 2


def test_a_save_that_fails_leaves_nothing(store: Store, url: str) -> None:
    begun = planned(store, "a.txt")
    before = count(url, "trail")
    with pytest.raises(StoreError):
        store.results.save(begun.id, [Done(number=0, row=row()), Done(number=0, result=987654)], KEYS)
    assert (count(url, "results"), count(url, "gaps"), count(url, "trail")) == (0, 0, before)
    assert store.runs.counts(begun.id)["planned"] == 1


def test_no_word_is_kept_where_none_shall_be(url: str) -> None:
    with Store(url, Sealing(keep=False)) as store:
        begun = planned(store, "a.txt")
        store.results.save(begun.id, [Done(number=0, row=row(), packed=PACKED)], KEYS)
        told = store.results.known([("a" * 64, "a.txt")], KEYS, today=TODAY)[("a" * 64, "a.txt")].told
    assert told is not None
    assert DocumentRow.model_validate_json(told).verdict == "needs_review"
    assert all("kestrel" not in cell and b"kestrel".hex() not in cell for cell in everything(url))


def test_encrypted_texts_open_with_their_key_alone(url: str) -> None:
    place = ("a" * 64, "a.txt")
    with Store(url, Sealing(key=b"k" * 32)) as store:
        begun = planned(store, "a.txt")
        store.results.save(begun.id, [Done(number=0, row=row(), packed=PACKED)], KEYS)
        assert store.results.known([place], replace(KEYS, tagger="x"), today=TODAY)[place].packed == PACKED
    assert all("kestrel" not in cell and b"kestrel".hex() not in cell for cell in everything(url))
    for other in (Sealing(), Sealing(key=b"x" * 32)):
        with Store(url, other) as store, pytest.raises(StoreError, match="encrypted"):
            store.results.known([place], KEYS, today=TODAY)


def test_a_run_is_found_by_the_beginning_of_its_name(store: Store) -> None:
    for name in ("aaaa1", "aabb2"):
        store.runs.plan(replace(run(), id=name), iter(()))
    assert store.runs.find("aab").id == store.runs.find("latest").id == "aabb2"
    for name in ("aa", "b", "%"):
        with pytest.raises(UsageError):
            store.runs.find(name)


def test_the_trail_shows_what_was_done_to_it(store: Store, url: str) -> None:
    begun = planned(store, "a.txt")
    store.results.save(begun.id, [Done(number=0, row=row())], KEYS)
    store.runs.set_state(begun.id, "completed")
    engine = database.opened(url)
    try:
        with database.guarded(engine) as connection:
            assert list(trail.faults(connection)) == []
        for statement, fault in (
            ("UPDATE trail SET subject = 'x' WHERE number = 2", "row 2 was altered"),
            ("DELETE FROM trail WHERE number = 2", "row 2 is missing"),
        ):
            with database.guarded(engine) as connection:
                connection.execute(text(statement))
                assert fault in list(trail.faults(connection))
    finally:
        engine.dispose()


def test_the_migrations_make_the_tables(url: str) -> None:
    with Store(url):
        pass
    engine = database.opened(url)
    try:
        with database.guarded(engine) as connection:
            assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert database.revision(engine) == database.HEAD
    finally:
        engine.dispose()


def test_tables_of_another_version_are_left_alone(url: str) -> None:
    with Store(url):
        pass
    engine = database.opened(url)
    with database.guarded(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="db upgrade"):
        Store(url)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nonsense", "no address"),
        ("mongo://x/y", "no address"),
        ("postgresql+pg8000://nobody:secret@127.0.0.1:1/none", "127.0.0.1"),
        ("sqlite:////proc/nowhere/x.db", "proc"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_clear_error(address: str, told: str) -> None:
    with pytest.raises(StoreError, match=told) as error:
        Store(address)
    assert "secret" not in str(error.value)


def test_a_read_only_database_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with Store(f"sqlite:///{file}") as store:
        planned(store, "a.txt")
    with Store(f"sqlite:///file:{file}?mode=ro&uri=true") as store, pytest.raises(StoreError):
        store.results.save(run().id, [Done(number=0, row=row())], KEYS)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM results").fetchone() == (0,)


def count(url: str, table: str) -> int:
    engine = database.opened(url)
    try:
        with engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    finally:
        engine.dispose()


def everything(url: str) -> list[str]:
    """Every cell of every table as text, bytes in hexadecimal digits and as Latin-1."""
    engine = database.opened(url)
    try:
        with engine.connect() as connection:
            cells = [
                cell
                for table in METADATA.sorted_tables
                for found in connection.execute(table.select())
                for cell in found
            ]
    finally:
        engine.dispose()
    raw = [bytes(cell) for cell in cells if isinstance(cell, bytes | memoryview)]
    return [*map(str, cells), *(cell.hex() for cell in raw), *(cell.decode("latin-1") for cell in raw)]


def test_a_full_disk_is_an_error_and_the_file_stays_to_be_done(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        begun = planned(store, "a.txt")
        with store._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
        with pytest.raises(StoreError, match="full"):
            store.results.save(begun.id, [Done(number=0, row=row(), packed=b"x" * 1_000_000)], KEYS)
        assert store.runs.counts(begun.id) == {"planned": 1, "done": 0, "failed": 0}
