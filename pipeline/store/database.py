"""Opens the database, brings its tables up to date, and turns what goes wrong into one error.

SQLite runs in WAL with synchronous=FULL: what was acknowledged survives a killed process and a lost power supply.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from ..errors import MissingExtra, StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0002"  # the newest migration; a test holds it against the folder
_BUSY_MILLISECONDS = 30_000
_READS = "sharelight_reads"  # an option of ours that goes along with a connection


def connect(url: str) -> Engine:
    """An engine for `url`, made if it is a file that is not there, and up to date. Raises StoreError."""
    engine = opened(url)
    try:
        found = revision(engine)
    except StoreError:
        engine.dispose()
        raise
    if found is None:
        upgrade(engine)
    elif found != HEAD:
        engine.dispose()
        raise StoreError(f"{shown(url)}: its tables are of version {found}, not {HEAD}: run `sharelight db upgrade`")
    return engine


def upgrade(engine: Engine) -> None:
    """Bring the tables to the newest version."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with guarded(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def try_to_write(engine: Engine) -> None:
    """Raises StoreError where nothing can be written."""
    with guarded(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """One transaction that writes nothing: it waits for no writer, and none waits for it."""
    return guarded(engine.execution_options(**{_READS: True}))


@contextmanager
def guarded(engine: Engine) -> Iterator[Connection]:
    """One transaction. Whatever the database says goes wrong becomes a StoreError, without the values involved."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreError(f"{shown(engine.url)}: {_reason(error)}") from None
    except SQLAlchemyError as error:
        raise StoreError(f"{shown(engine.url)}: {type(error).__name__}") from None


def shown(url: Any) -> str:
    """The address without its password."""
    return make_url(url).render_as_string(hide_password=True)


def opened(url: str) -> Engine:
    """An engine for the database as it is. Raises StoreError for an address that is none."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+pg8000")
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            engine = create_engine(parsed)
            event.listen(engine, "connect", _pragmas)
            event.listen(engine, "begin", _begin)
            return engine
        return create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError):
        raise StoreError(
            f"{url.partition('://')[0]!r} is no address of a database (sqlite:///…, postgresql://…)"
        ) from None
    except ModuleNotFoundError as error:
        raise MissingExtra(str(error.name), "postgres") from None
    except OSError as error:
        raise StoreError(f"{shown(url)}: {error.strerror}") from None


def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by us, below: the module would begin them late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MILLISECONDS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS)  # two writers wait for each other instead of failing halfway
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def revision(engine: Engine) -> str | None:
    """The version of the tables; None where there are none."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _reason(error: DBAPIError) -> str:
    """What the database says, in a line; never the statement with its values."""
    said = error.orig
    details = said.args[0] if said is not None and said.args else type(error).__name__
    if isinstance(details, dict):  # pg8000
        details = details.get("M", type(error).__name__)
    return " ".join(str(details).split())[:200]
