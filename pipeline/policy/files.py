"""Reads the files of `rules/`, each once: the bytes that are parsed are the bytes that are digested."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from .. import strict_yaml
from ..errors import PolicyError
from ..strict_yaml import Lines, nearest
from .models import FILES, Shape

MAX_JSONL_BYTES = 64 << 20
PATTERNS, PRIORITIES, REGISTERS, CONTEXT = "patterns/", "priorities/", "registers/", "context.yaml"
ELSEWHERE = ("schemas/", REGISTERS)
SEAL = "sealed.sha256"  # stands in the folder of an activated version


@dataclass(frozen=True, slots=True)
class File:
    """One rule file: what it says, and on which lines."""

    path: Path
    shape: Any
    lines: Lines

    def fail(self, message: str, *loc: int | str) -> NoReturn:
        raise PolicyError(message, file=self.path, line=self.lines.at(loc))

    def no_twins(self, field: str) -> None:
        """Refuses two rows of the list `field` with one id."""
        seen: dict[str, int] = {}
        for index, row in enumerate(getattr(self.shape, field)):
            if row.id in seen:
                first = self.lines.at((field, seen[row.id]))
                message = f"the id {row.id!r} stands here a second time (first on line {first}); rename one"
                self.fail(message, field, index)
            seen[row.id] = index


def read_all(rules: Path) -> dict[str, bytes]:
    """Name -> bytes of every file that makes up the policy; the registers are digested but parsed elsewhere."""
    if not rules.is_dir():
        raise PolicyError("there is no such folder of rules; point --policy at one", file=rules)
    paths = (path for path in sorted(rules.rglob("*")) if path.suffix in {".yaml", ".yml", ".jsonl"} and path.is_file())
    names = {path.relative_to(rules).as_posix(): path for path in paths}
    for name in names:
        if name not in (*FILES, CONTEXT) and not name.startswith((PATTERNS, PRIORITIES, *ELSEWHERE)):
            words = nearest(name, [*FILES, CONTEXT])
            raise PolicyError(f"is no rule file, nothing would read it; {words}", file=rules / name)
    for name in FILES:
        if name not in names:
            raise PolicyError("is missing; a policy needs it, restore it", file=rules / name)
    return {name: _bytes(path) for name, path in names.items() if not name.startswith("schemas/")}


def digest(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over names and bytes, sorted by name: equal for equal rules, wherever they lie."""
    total = hashlib.sha256()
    for name in sorted(contents):
        total.update(f"{name}\0{len(contents[name])}\0".encode())
        total.update(contents[name])
    return total.hexdigest()


def rules_digest(contents: Mapping[str, bytes]) -> str:
    """The digest of what people decide on: everything but the registers, which are filled from day to day."""
    return digest({name: data for name, data in contents.items() if not name.startswith(REGISTERS)})


def check_seal(rules: Path, contents: Mapping[str, bytes]) -> None:
    """Refuses the folder of an activated version in which a rule was changed since."""
    seal = rules / SEAL
    if seal.is_file() and seal.read_text("ascii", "replace").strip() != rules_digest(contents):
        words = "these rules were changed after they were activated; activate a changed copy, or roll back"
        raise PolicyError(words, file=rules)


def open_file(rules: Path, name: str, data: bytes, model: type[Shape] | None = None) -> File:
    """`data` validated as the rule file `name`, by its own shape or by `model`."""
    path, model = rules / name, model or FILES[name]
    value, lines = strict_yaml.parse(data, path)
    shape: Shape = strict_yaml.validate(model, value, path, lines)
    return File(path, shape, lines)


def _bytes(path: Path) -> bytes:
    return strict_yaml.read_bytes(path, MAX_JSONL_BYTES if path.suffix == ".jsonl" else strict_yaml.MAX_BYTES)
