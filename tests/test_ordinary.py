"""Ordinary prose: what is learnt from is never what is measured on, and a package that is not there is no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import ordinary


def test_the_sample_is_the_same_each_time_and_names_no_missing_package() -> None:
    there = ordinary.learnt(("typer", "no-such-package"))
    assert there == ordinary.learnt(("typer",)) != []
    assert ordinary.learnt(("no-such-package",)) == []


def test_nothing_that_is_measured_was_learnt() -> None:
    learnt = set(ordinary.learnt(("typer", "rich")))
    unseen = ordinary.unseen(300, ("typer", "rich"))
    assert all(len(texts) == 300 for texts in unseen.values())
    assert not learnt & {text for texts in unseen.values() for text in texts}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('def f():\n    """Says in nine words what it does, no more."""\n', 1),
        ('class A:\n    """Short."""\n', 0),
        ("def f(:\n", 0),
        ("\0", 0),
    ],
)
def test_docstrings_come_from_whatever_parses(tmp_path: Path, source: str, found: int) -> None:
    (tmp_path / "module.py").write_text(source)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_module.py").write_text('"""A docstring of a test is about the test and is left out."""')
    assert len(ordinary._docstrings(tmp_path)) == found
