"""Five kills of two runs; `python -m tests.kills` does a hundred."""

from __future__ import annotations

from pathlib import Path

from tests import kills


def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    outcome = kills.kill_and_resume(tmp_path, 150, 5, f"sqlite:///{tmp_path / 'killed.db'}")
    assert outcome.faults == ()
    assert outcome.parents > 0
    assert outcome.workers > 0
