"""What an earlier audit found and somebody has looked at, so that the next one shows only what is new.

A baseline is sorted JSONL under version control: no time stamps, no line numbers. It hides findings from a report and
changes no verdict: what is held back stays held back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import UsageError
from .report.result import DocumentRow, Finding

_KEY = "key"


class Entry(BaseModel):
    """A known finding, by its fingerprint, which holds no text. `expires` is the last day on which it counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str = Field(min_length=4)
    category: str | None
    rule_id: str
    reason: str = Field(min_length=3)
    by: str = Field(min_length=1)
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Entries by fingerprint. `key_id` names the key that made the fingerprints: under another one none would match."""

    key_id: str
    entries: Mapping[str, Entry]

    def knows(self, finding: Finding, today: date) -> bool:
        entry = self.entries.get(finding.fingerprint)
        return entry is not None and today <= entry.expires

    def new_in(self, row: DocumentRow, today: date) -> DocumentRow:
        """The row with its new findings alone; its verdict, and what was not read, stay."""
        fresh = tuple(finding for finding in row.findings if not self.knows(finding, today))
        return row if len(fresh) == len(row.findings) else row.model_copy(update={"findings": fresh})


def key_id(key: bytes) -> str:
    """The name of a fingerprint key, which says nothing about it."""
    return hashlib.sha256(b"sharelight fingerprint key\0" + key).hexdigest()[:12]


def load(path: Path, key: bytes) -> Baseline:
    """The baseline in `path`. Raises UsageError naming the line; or where another installation made it."""
    entries: dict[str, Entry] = {}
    made_with = ""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
            if isinstance(value, dict) and _KEY in value:
                made_with = str(value[_KEY])
                continue
            entry = Entry.model_validate(value)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise UsageError(f"{path}:{number}: {where}: {first['msg']}") from None
        except ValueError:
            raise UsageError(f"{path}:{number}: not JSON") from None
        entries[entry.fingerprint] = entry
    if made_with != key_id(key):
        raise UsageError(f"{path}: made with key {made_with or 'unknown'}, not {key_id(key)}: none of it would match")
    return Baseline(key_id=made_with, entries=entries)


def of(rows: Iterable[DocumentRow], key: bytes, *, reason: str, by: str, expires: date) -> Baseline:
    """A baseline of all findings of `rows` that a report would show."""
    shown = (f for row in rows for f in row.findings if f.outcome != "shareable")
    made = (
        Entry(fingerprint=f.fingerprint, category=f.category, rule_id=f.rule_id, reason=reason, by=by, expires=expires)
        for f in shown
    )
    return Baseline(key_id=key_id(key), entries={entry.fingerprint: entry for entry in made})


def merged(old: Baseline, new: Baseline) -> Baseline:
    """Both; what the old one says of a finding stands."""
    return Baseline(key_id=old.key_id, entries={**new.entries, **old.entries})


def pruned(old: Baseline, rows: Iterable[DocumentRow], today: date) -> Baseline:
    """Without what `rows` no longer hold and what has expired."""
    there = {finding.fingerprint for row in rows for finding in row.findings}
    kept = {mark: entry for mark, entry in old.entries.items() if mark in there and today <= entry.expires}
    return Baseline(key_id=old.key_id, entries=kept)


def save(baseline: Baseline, path: Path) -> None:
    """Write it, sorted; the first line names the key."""
    lines = [json.dumps({_KEY: baseline.key_id})]
    ordered = sorted(
        baseline.entries.values(), key=lambda entry: (entry.category or "", entry.rule_id, entry.fingerprint)
    )
    lines += [entry.model_dump_json() for entry in ordered]
    try:
        path.write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
