"""Before any test here imports Prefect: its settings are read once, and reports to its makers are switched off first."""

import flows  # noqa: F401
