"""The short form of `python -m tests.server_kills`."""

from __future__ import annotations

from tests import server_kills


def test_a_server_that_is_killed_loses_no_decision(database: str) -> None:
    assert server_kills.main(2, database) == 0
