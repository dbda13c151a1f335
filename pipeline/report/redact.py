"""Hide the words of a document in a report, wholly or in part; places, rules and reasons stay."""

from __future__ import annotations

from .result import DocumentRow, Finding, Range

HIDDEN = "[hidden]"


def redact(row: DocumentRow, percent: int) -> DocumentRow:
    """Hide `percent` of each quote, counted from its end; whatever else repeats the text goes altogether."""
    if percent == 0:
        return row
    return row.model_copy(update={"findings": tuple(_redact(finding, percent) for finding in row.findings)})


def _redact(finding: Finding, percent: int) -> Finding:
    kept = len(finding.quote) * (100 - percent) // 100
    quote = finding.quote[:kept] + HIDDEN
    bare = finding.explanation.model_copy(update={"matched": (), "top_terms": ()})
    return finding.model_copy(
        update={
            "quote": quote,
            "highlight": Range(start=min(finding.highlight.start, kept), end=min(finding.highlight.end, len(quote))),
            "evidence": tuple(each.model_copy(update={"quote": ""}) for each in finding.evidence),
            "explanation": bare,
            "location": finding.location.model_copy(update={"section": None}),
        }
    )
