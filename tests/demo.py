"""`make demo`: scan the outbox; 0 exactly when every verdict is as fixtures/documents.yaml says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import ruamel.yaml
from rich.console import Console
from rich.table import Table

FIXTURES = Path(__file__).parent.parent / "fixtures"
LIGHT = {"shareable": "green", "needs_review": "yellow", "held_back": "red"}


def expected() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = ruamel.yaml.YAML(typ="safe").load((FIXTURES / "documents.yaml").read_text("utf-8"))
    return loaded


def scanned(folder: Path) -> dict[str, dict[str, Any]]:
    """The result row of each file of the outbox, by name, from a real run of the command."""
    target = folder / "result.json"
    outbox = FIXTURES / "outbox"
    command = [sys.executable, "-m", "pipeline.cli", "scan", str(outbox), "-f", "json", "-o", str(target)]
    database = {"SHARELIGHT_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}"}  # nothing that is known already counts
    subprocess.run(command, check=False, env=os.environ | database)  # its exit code is 3: some are held back
    return {Path(row["uri"]).name: row for row in json.loads(target.read_text("utf-8"))["documents"]}


def faults(want: dict[str, Any], got: dict[str, Any] | None) -> list[str]:
    """What is not as `want` says; empty where all is well."""
    if got is None:
        return ["no row"]
    found = {finding["category"] for finding in got["findings"] if finding["category"]}
    rules = {finding["rule_id"] for finding in got["findings"]}
    unread = {gap["code"] for gap in got["coverage"]["unread"]}
    wrong = [] if got["verdict"] == want["verdict"] else [f"verdict {got['verdict']}"]
    wrong += [f"{category} not found" for category in want.get("must_include", []) if category not in found]
    unwanted = found if want.get("must_not_include") == "all" else found & set(want.get("must_not_include", []))
    wrong += [f"{category} found" for category in sorted(unwanted)]
    wrong += [f"{marking} not found" for marking in want.get("markings", []) if marking not in rules]
    if unread != set(want.get("gaps", [])):
        wrong.append(f"unread: {', '.join(sorted(unread)) or 'nothing'}")
    return wrong


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        rows = scanned(Path(folder))
    table = Table("document", "verdict", "because", box=None)
    bad = 0
    for want in expected():
        row = rows.pop(want["file"], None)
        wrong = faults(want, row)
        bad += bool(wrong)
        verdict = row["verdict"] if row else "?"
        why = f"[red]expected otherwise: {'; '.join(wrong)}[/]" if wrong else reason(row or {})
        table.add_row(want["file"], f"[{LIGHT.get(verdict, 'red')}]{verdict.replace('_', ' ')}[/]", why)
    console = Console(width=130)
    console.print(table)
    bad += len(rows)
    console.print(f"{len(expected()) - bad} of {len(expected())} as fixtures/documents.yaml says", style="bold")
    return int(bad > 0)


def reason(row: dict[str, Any]) -> str:
    reasons = row["verdict_reasons"]
    return str(reasons[0]["detail"]) if reasons else "nothing in it is on the list, and all of it was read"


if __name__ == "__main__":
    raise SystemExit(main())
