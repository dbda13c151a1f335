"""Every test of the store runs on SQLite; `make test-services` runs the same ones on a real PostgreSQL server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

SERVER = os.environ.get("SHARELIGHT_TEST_POSTGRES", "postgresql+pg8000://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty database, which is gone after the test."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'store.db'}"
        monkeypatch.setenv("SHARELIGHT_DATABASE_URL", address)
        yield address
        return
    name = f"sharelight_{uuid.uuid4().hex[:12]}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        address = server.url.set(database=name).render_as_string(hide_password=False)
        monkeypatch.setenv("SHARELIGHT_DATABASE_URL", address)
        yield address
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
