"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = depends_on = None


def upgrade() -> None:
    op.create_table(
        "readings",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="names are read, too"),
        sa.Column("reader", sa.String(length=64), nullable=False, comment="digest of all that decides what is read"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("whole", sa.Integer(), nullable=False, comment="1 where nothing is unread"),
        sa.Column(
            "packed", sa.LargeBinary(), nullable=True, comment="parts, gaps and notices; empty where texts are not kept"
        ),
        sa.PrimaryKeyConstraint("sha256", "name", "reader", name=op.f("pk_readings")),
    )
    op.create_table(
        "results",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True, comment="none where nothing may rest on it"),
        sa.Column("dated", sa.Integer(), nullable=False, comment="1 where another day may bring another verdict"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column(
            "tagger", sa.String(length=64), nullable=False, comment="digest of all that decides what is recognised"
        ),
        sa.Column("decider", sa.String(length=64), nullable=False, comment="digest of all that decides the verdict"),
        sa.Column("decided_on", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False, comment="the published result of one file, as JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint(
            "sha256",
            "name",
            "reader",
            "tagger",
            "decider",
            "decided_on",
            name=op.f("uq_results_sha256_name_reader_tagger_decider_decided_on"),
        ),
    )
    op.create_index(op.f("ix_results_verdict"), "results", ["verdict"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "state",
            sa.String(length=24),
            nullable=False,
            comment="planning, running, interrupted, completed, …_with_errors",
        ),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column(
            "as_of", sa.String(length=10), nullable=False, comment="the day on which register entries are held against"
        ),
        sa.Column("total", sa.Integer(), nullable=False, comment="how many files were planned"),
        sa.Column("roots", sa.Text(), nullable=False, comment="JSON: the paths as given"),
        sa.Column(
            "settings", sa.Text(), nullable=False, comment="JSON: the settings that a resumed run takes up again"
        ),
        sa.Column("head", sa.Text(), nullable=False, comment="JSON: tool, policy and model of the run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_table(
        "trail",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, comment="JSON, with hashes, codes and rule ids only"),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_trail")),
    )
    op.create_table(
        "files",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="the order in which rows are given"),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False, comment="the name on disk, which need not be text"),
        sa.Column(
            "modified",
            sa.String(length=10),
            nullable=True,
            comment="the day of the last change, where the disk says it",
        ),
        sa.Column("state", sa.String(length=8), nullable=False, comment="planned, done, failed"),
        sa.Column("result_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["result_id"], ["results.id"], name=op.f("fk_files_result_id_results")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_files_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_run_id_state"), "files", ["run_id", "state"], unique=False)
    op.create_table(
        "findings",
        sa.Column("result_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(length=16), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"], ["results.id"], name=op.f("fk_findings_result_id_results"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("result_id", "number", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_category"), "findings", ["category"], unique=False)
    op.create_index(op.f("ix_findings_fingerprint"), "findings", ["fingerprint"], unique=False)
    op.create_table(
        "gaps",
        sa.Column("result_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"], ["results.id"], name=op.f("fk_gaps_result_id_results"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("result_id", "number", name=op.f("pk_gaps")),
    )
    op.create_index(op.f("ix_gaps_code"), "gaps", ["code"], unique=False)
