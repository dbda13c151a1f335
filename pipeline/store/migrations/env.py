"""What Alembic runs: the connection is ours, and so is the transaction."""

from __future__ import annotations

from alembic import context

from pipeline.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True,
    transactional_ddl=True,
)  # fmt: skip
context.run_migrations()
