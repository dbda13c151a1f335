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

people = Table(
    "people",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False, unique=True, comment="as they sign in"),
    Column("password", Text, comment="argon2; none where another service signs them in"),
    Column("roles", Text, nullable=False, comment="JSON"),
    Column("active", Integer, nullable=False),
    Column("failures", Integer, nullable=False, comment="wrong passwords since the last right one"),
    Column("locked_until", _TIME),
    Column("created_at", _TIME, nullable=False),
)

passes = Table(
    "passes",
    METADATA,
    Column("digest", _DIGEST, primary_key=True, comment="SHA-256 of what the browser or the program shows"),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False, comment="session or token"),
    Column("title", Text, nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("seen_at", _TIME, nullable=False),
    Column("ends_at", _TIME, nullable=False),
    Index(None, "person_id"),
)

cases = Table(
    "cases",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("sha256", _DIGEST, nullable=False),
    Column("name", Text, nullable=False),
    Column("uri", Text, nullable=False, comment="where it was found last"),
    Column("result_id", ForeignKey("results.id"), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("strictness", Integer, nullable=False, comment="2 held back, 1 needs review, 0 shareable"),
    Column("score", Float, nullable=False, comment="the highest of its findings"),
    Column("to_do", Integer, nullable=False, comment="how many of its items are not settled"),
    Column("due", _TIME, comment="when somebody waits for it"),
    Column("opened_at", _TIME, nullable=False),
    UniqueConstraint("sha256", "name"),
    Index("ix_cases_queue", "due", "strictness", "score", "opened_at", "id"),
)

items = Table(
    "items",
    METADATA,
    Column("id", String(24), primary_key=True, comment="digest of document, place and category"),
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False, comment="finding, reason or check"),
    Column("number", Integer, nullable=False, comment="which finding or reason of the result"),
    Column("finding_id", String(16), nullable=False),
    Column("fingerprint", String(80), nullable=False),
    Column("category", String(64)),
    Column("rule_id", Text, nullable=False),
    Column("detector", String(32), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("state", String(8), nullable=False),
    Column("wants_second", Integer, nullable=False),
    Column("version", Integer, nullable=False, comment="counts changes: whoever decides says which they saw"),
    Column("lease_by", ForeignKey("people.id")),
    Column("lease_until", _TIME),
    Column("opened_at", _TIME, nullable=False),
    Index(None, "case_id", "number"),
    Index(None, "state", "category"),
    Index(None, "fingerprint"),
)

decisions = Table(
    "decisions",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("category", String(64)),
    Column("reason", String(32), nullable=False),
    Column("comment", LargeBinary, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("undone_at", _TIME),
    Column("key", String(80), comment="of the request: sent twice, it counts once"),
    UniqueConstraint("person_id", "key"),
    Index(None, "item_id"),
    Index(None, "at"),
)

releases = Table(
    "releases",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("sha256", _DIGEST, nullable=False),
    Column("result_id", ForeignKey("results.id"), nullable=False),
    Column("audience", String(64), nullable=False),
    Column("policy_sha256", _DIGEST, nullable=False),
    Column("state", String(12), nullable=False, comment="draft, requested, approved, denied, expired, withdrawn"),
    Column("requested_by", ForeignKey("people.id"), nullable=False),
    Column("requested_at", _TIME, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("decided_by", ForeignKey("people.id")),
    Column("decided_at", _TIME),
    Column("decided_reason", LargeBinary),
    Column("expires_at", _TIME, nullable=False),
    Column("record", LargeBinary, comment="the signed record of an approved release, as JSON"),
    Index(None, "case_id"),
    Index(None, "state"),
)

jobs = Table(
    "jobs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("audience", String(64), nullable=False),
    Column("state", String(8), nullable=False, comment="queued, running, done, failed"),
    Column("data", LargeBinary, comment="the bytes, until they are read"),
    Column("result_id", ForeignKey("results.id")),
    Column("error", Text, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("claimed_until", _TIME),
    Column("tries", Integer, nullable=False),
    Column("key", String(80)),
    UniqueConstraint("person_id", "key"),
    Index(None, "state", "at"),
)

pictures = Table(
    "pictures",
    METADATA,
    Column("sha256", _DIGEST, primary_key=True),
    Column("page", Integer, primary_key=True, comment="counts from 1"),
    Column("png", LargeBinary, nullable=False),
    Column("width", Float, nullable=False, comment="of the page, in points"),
    Column("height", Float, nullable=False),
)

__all__ = [
    "METADATA", "cases", "decisions", "files", "findings", "gaps", "items", "jobs", "passes", "people", "pictures",
    "readings", "releases", "results", "runs", "trail",
]  # fmt: skip
