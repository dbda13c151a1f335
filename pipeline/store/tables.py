"""The tables. Migrations make them; a test compares both."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# Names for all constraints: without them a migration could not drop one.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_DIGEST = String(64)
_TIME = String(32)  # ISO 8601, UTC: sorts as it reads, and is the same text in every database
_ID = BigInteger().with_variant(Integer, "sqlite")

runs = Table(
    "runs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("state", String(24), nullable=False, comment="planning, running, interrupted, completed, …_with_errors"),
    Column("started_at", _TIME, nullable=False),
    Column("ended_at", _TIME),
    Column("as_of", String(10), nullable=False, comment="the day on which register entries are held against"),
    Column("total", Integer, nullable=False, comment="how many files were planned"),
    Column("roots", Text, nullable=False, comment="JSON: the paths as given"),
    Column("settings", Text, nullable=False, comment="JSON: the settings that a resumed run takes up again"),
    Column("head", Text, nullable=False, comment="JSON: tool, policy and model of the run"),
)

files = Table(
    "files",
    METADATA,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, comment="the order in which rows are given"),
    Column("uri", Text, nullable=False),
    Column("path", LargeBinary, nullable=False, comment="the name on disk, which need not be text"),
    Column("modified", String(10), comment="the day of the last change, where the disk says it"),
    Column("state", String(8), nullable=False, comment="planned, done, failed"),
    Column("result_id", ForeignKey("results.id")),
    Index(None, "run_id", "state"),
)

readings = Table(
    "readings",
    METADATA,
    Column("sha256", _DIGEST, primary_key=True),
    Column("name", Text, primary_key=True, comment="names are read, too"),
    Column("reader", _DIGEST, primary_key=True, comment="digest of all that decides what is read"),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("whole", Integer, nullable=False, comment="1 where nothing is unread"),
    Column("packed", LargeBinary, comment="parts, gaps and notices; empty where texts are not kept"),
)

results = Table(
    "results",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("sha256", _DIGEST, comment="none where nothing may rest on it"),
    Column("dated", Integer, nullable=False, comment="1 where another day may bring another verdict"),
    Column("name", Text, nullable=False),
    Column("reader", _DIGEST, nullable=False),
    Column("tagger", _DIGEST, nullable=False, comment="digest of all that decides what is recognised"),
    Column("decider", _DIGEST, nullable=False, comment="digest of all that decides the verdict"),
    Column("decided_on", String(10), nullable=False),
    Column("decided_at", _TIME, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("media_type", Text, nullable=False),
    Column("told", LargeBinary, nullable=False, comment="the published result of one file, as JSON"),
    UniqueConstraint("sha256", "name", "reader", "tagger", "decider", "decided_on"),
    Index(None, "verdict"),
)

gaps = Table(
    "gaps",
    METADATA,
    Column("result_id", ForeignKey("results.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("part", Text, nullable=False),
    Column("code", String(40), nullable=False),
    Column("stage", String(16), nullable=False),
    Index(None, "code"),
)

findings = Table(
    "findings",
    METADATA,
    Column("result_id", ForeignKey("results.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("finding_id", String(16), nullable=False),
    Column("fingerprint", String(80), nullable=False),
    Column("category", String(64)),
    Column("rule_id", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Index(None, "fingerprint"),
    Index(None, "category"),
)

trail = Table(
    "trail",
    METADATA,
    Column("number", _ID, primary_key=True, autoincrement=False),
    Column("at", _TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False, comment="JSON, with hashes, codes and rule ids only"),
    Column("previous", _DIGEST, nullable=False),
    Column("digest", _DIGEST, nullable=False),
)

__all__ = ["METADATA", "files", "findings", "gaps", "readings", "results", "runs", "trail"]
