"""A baseline hides what is known until its day, and nothing else; it survives the round trip in any order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline import baseline
from pipeline.errors import UsageError
from pipeline.report.result import DocumentRow
from tests.store.test_store import finding, row

KEY, DAY = b"k" * 32, date(2026, 6, 30)


def rows(*marks: str) -> list[DocumentRow]:
    return [row(findings=tuple(finding().model_copy(update={"fingerprint": f"v1:{mark}"}) for mark in marks))]


def made(*marks: str) -> baseline.Baseline:
    return baseline.of(rows(*marks), KEY, reason="seen in spring", by="a reviewer", expires=DAY)


def test_it_comes_back_as_it_was_and_sorted(tmp_path: Path) -> None:
    baseline.save(made("b", "a"), tmp_path / "one.jsonl")
    baseline.save(made("a", "b"), tmp_path / "two.jsonl")
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert baseline.load(tmp_path / "one.jsonl", KEY).entries == made("a", "b").entries


def test_only_what_is_new_is_shown_and_no_verdict_changes() -> None:
    found = rows("a", "b")[0]
    new = made("a").new_in(found, DAY)
    assert [each.fingerprint for each in new.findings] == ["v1:b"]
    assert (new.verdict, new.coverage) == (found.verdict, found.coverage)


def test_after_its_day_an_entry_hides_nothing() -> None:
    found = rows("a")[0]
    assert made("a").new_in(found, date(2026, 7, 1)) == found


def test_what_is_shareable_anyhow_is_no_entry() -> None:
    harmless = row(findings=(finding().model_copy(update={"outcome": "shareable"}),))
    assert baseline.of([harmless], KEY, reason="none", by="x", expires=DAY).entries == {}


def test_merging_keeps_what_was_said_and_pruning_drops_what_is_gone() -> None:
    both = baseline.merged(made("a"), baseline.of(rows("a", "b"), KEY, reason="later", by="y", expires=DAY))
    assert {mark: entry.reason for mark, entry in both.entries.items()} == {"v1:a": "seen in spring", "v1:b": "later"}
    assert set(baseline.pruned(both, rows("b"), DAY).entries) == {"v1:b"}
    assert baseline.pruned(both, rows("a", "b"), date(2027, 1, 1)).entries == {}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            '{"fingerprint": "v1:aa", "category": null, "rule_id": "x", "by": "y", "expires": "2026-01-01"}',
            ":2: reason",
        ),
        ('{"fingerprint": "v1:aa", "category": null, "rule_id": "x", "reason": "abc", "by": "y"}', ":2: expires"),
        ("no json", ":2: not JSON"),
    ],
)
def test_a_line_that_is_not_whole_is_named(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "b.jsonl"
    file.write_text(f'{{"key": "{baseline.key_id(KEY)}"}}\n{line}\n')
    with pytest.raises(UsageError, match=told):
        baseline.load(file, KEY)


def test_fingerprints_of_another_key_are_refused(tmp_path: Path) -> None:
    baseline.save(made("a"), tmp_path / "b.jsonl")
    with pytest.raises(UsageError, match="none of it would match"):
        baseline.load(tmp_path / "b.jsonl", b"x" * 32)
