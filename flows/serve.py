"""Offers the flows to Prefect, from this process, until it is stopped."""

from __future__ import annotations

from typing import cast

import prefect
from prefect.deployments.runner import RunnerDeployment

from .audit_archive import audit_archive
from .check_document import check_document


def serve(*, limit: int = 1) -> None:
    """Blocks. `limit` is how many runs may go on side by side."""
    offered = (
        check_document.to_deployment(name="check-document", description="One document, a verdict, with reasons."),
        audit_archive.to_deployment(name="audit-archive", description="An archive, one row for each file."),
    )
    prefect.serve(*(cast(RunnerDeployment, deployment) for deployment in offered), limit=limit)
