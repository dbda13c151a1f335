"""SARIF 2.1.0 for code scanning services: green is pass/note, amber review/warning, red fail/error.

The standard wants no level beside `pass` and `review` (§3.27.10); services that sort by level alone would then show an
amber finding as nothing at all, so both are given. `schemas/sarif-2.1.0.schema.json` describes what is written here.
"""

from __future__ import annotations

import json
from typing import Any, TextIO
from urllib.parse import quote

from ..gaps import sentence
from .cards import other_reasons, place, plain
from .report import Report
from .result import DocumentRow, Finding

EXTENSION = "sarif"
FOR_MACHINES = True
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KIND = {"shareable": "pass", "needs_review": "review", "held_back": "fail"}
LEVEL = {"shareable": "note", "needs_review": "warning", "held_back": "error"}

Json = dict[str, Any]


def write(report: Report, out: TextIO) -> None:
    rules: dict[str, Json] = {}
    results: list[Json] = []
    artifacts: list[Json] = []
    for row in report.rows:
        artifacts.append(_artifact(row))
        results += [_finding(finding, row, rules) for finding in row.findings]
        results += _remarks(row, rules)
    driver = {
        "name": report.head.tool.name,
        "version": report.head.tool.version,
        "rules": [rules[name] for name in sorted(rules)],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"guid": report.head.run_id},
        "invocations": [_invocation(report)],
        "artifacts": artifacts,
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": {"policy": report.head.policy.model_dump(), "model": report.head.model.model_dump()},
    }
    json.dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, out, ensure_ascii=False, indent=1)
    out.write("\n")


def _invocation(report: Report) -> Json:
    notes = [{"level": "error", "message": {"text": plain(f"{error.uri}: {error.message}")}} for error in report.errors]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _artifact(row: DocumentRow) -> Json:
    artifact: Json = {
        "location": {"uri": _uri(row.uri)},
        "length": row.size_bytes,
        "properties": {"verdict": row.verdict, "verdicts": row.verdicts, "audience": row.audience},
    }
    if row.sha256:
        artifact["hashes"] = {"sha-256": row.sha256}
    if "/" in row.media_type:
        artifact["mimeType"] = row.media_type
    return artifact


def _finding(finding: Finding, row: DocumentRow, rules: dict[str, Json]) -> Json:
    label = finding.title or finding.sentence or finding.rule_id
    result = _result(finding.rule_id, plain(label), finding.outcome, _message(finding), row, rules)
    where = finding.location
    physical = result["locations"][0]["physicalLocation"]
    physical["region"] = {"startLine": where.line or 1, "snippet": {"text": plain(finding.quote)}}
    result["locations"][0]["logicalLocations"] = [
        {
            "fullyQualifiedName": plain(f"{where.document}!{where.part}"),
            "name": place(where, top=row.name),
            "kind": "member",
        }
    ]
    if finding.fingerprint:
        result["partialFingerprints"] = {"sharelight/v1": finding.fingerprint}
    result["rank"] = round(100 * min(max(finding.score, 0.0), 1.0), 2)
    result["properties"] = {
        "finding_id": finding.finding_id,
        "category": finding.category,
        "detector": finding.detector,
        "adjustments": list(finding.adjustments),
        "cell": finding.cell,
    }
    return result


def _message(finding: Finding) -> str:
    return plain(" ".join(text for text in (finding.title, finding.sentence) if text)) or finding.rule_id


def _remarks(row: DocumentRow, rules: dict[str, Json]) -> list[Json]:
    """What concerns the document as a whole: unread parts, notices, and the pass of a clean one."""
    remarks = [
        _result(
            f"unread.{unread.code}",
            sentence(unread.code),
            "needs_review",
            plain(f"{unread.part}: {sentence(unread.code)}"),
            row,
            rules,
        )
        for unread in row.coverage.unread
    ]
    remarks += [
        _result(reason.rule_id, plain(reason.detail), reason.outcome, plain(reason.detail), row, rules)
        for reason in other_reasons(row)
    ]
    if row.verdict == "shareable":
        remarks.append(_result("document.shareable", "shareable", "shareable", "shareable and fully read", row, rules))
    return remarks


def _result(rule: str, label: str, outcome: str, message: str, row: DocumentRow, rules: dict[str, Json]) -> Json:
    rules.setdefault(rule, {"id": rule, "shortDescription": {"text": label}})
    return {
        "ruleId": rule,
        "kind": KIND[outcome],
        "level": LEVEL[outcome],
        "message": {"text": message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(row.uri)}, "region": {"startLine": 1}}}],
    }


def _uri(path: str) -> str:
    """A path as a URI reference; a leading "//" or a colon in the first segment would read as a host or a scheme."""
    reference = quote(path.encode("utf-8", "surrogateescape"), safe="/!")
    return "/" + reference.lstrip("/") if path.startswith("//") else reference
