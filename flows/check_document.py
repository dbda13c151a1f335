"""One document, a verdict; the four stages stand in `pipeline.scan`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow

from pipeline import intake
from pipeline.report.build import document_row
from pipeline.scan import scan

from .kit import opened


@flow(name="check-document", persist_result=False, result_serializer="json")
def check_document(path: str, audience: str = "network", output: str | None = None) -> dict[str, Any]:
    """The verdict on the file at `path`; `output` is where its whole row goes, as JSON.

    Raises PolicyError, ModelError or SandboxError. A bad document raises nothing: it needs review.
    """
    source = intake.Source(uri=path, path=intake.place(path))
    with opened(audience) as (kit, today):
        result = scan(path, intake.load(source, kit.limits), kit, today=today)
        row = document_row(result, policy=kit.policy, audience=audience)
    if output is not None:
        Path(output).write_text(row.model_dump_json(indent=1), "utf-8")
    return {
        "document": row.document_id,
        "sha256": row.sha256,
        "verdict": row.verdict,
        "rules": sorted({reason.rule_id for reason in row.verdict_reasons if reason.outcome != "shareable"}),
    }
