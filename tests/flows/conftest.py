"""Before a test imports Prefect, which reads its settings once: reports to its makers are switched off first."""

import flows  # noqa: F401
