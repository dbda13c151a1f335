"""All cases: the `CASES` of every `build_*.py` beside this file."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.hostile.case import Case


def cases() -> list[Case]:
    """Every case, by row and name. Two cases of one name are a mistake."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("build_*.py"))
    found = [case for name in modules for case in importlib.import_module(f"tests.hostile.{name}").CASES]
    names = [str(case) for case in found]
    assert len(names) == len(set(names)), "two cases of one name"
    return sorted(found, key=str)
