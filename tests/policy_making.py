"""Rules made for a test: a copy of the shipped ones, edited as data."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.strict_yaml import parse

RULES = Path(__file__).parents[1] / "rules"


def copied(place: Path, *, patterns: bool = True) -> Path:
    """A copy of the shipped rules in the new folder `place`."""
    left_out = ("schemas",) if patterns else ("schemas", "patterns")
    return Path(shutil.copytree(RULES, place, ignore=shutil.ignore_patterns(*left_out)))


def edit(rules: Path, name: str, change: Callable[[Any], None]) -> None:
    """Change what a YAML file says. It is written back as JSON, which is YAML too."""
    value, _ = parse((rules / name).read_bytes(), name)
    change(value)
    (rules / name).write_text(json.dumps(value, indent=1), "utf-8")


def edit_pattern(rules: Path, name: str, change: Callable[[Any], None]) -> None:
    """Change the pattern whose id is `name`."""
    for file in sorted((rules / "patterns").glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for row in rows:
            if row["id"] == name:
                change(row)
                file.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
                return
    raise LookupError(name)


def row(value: Any, key: str, name: str) -> Any:
    """The row of the list `key` whose id is `name`."""
    return next(each for each in value[key] if each["id"] == name)
