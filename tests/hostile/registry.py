"""All cases: the `CASES` of every `build_*.py` beside this file."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path

from tests.hostile.case import Case


def cases() -> list[Case]:
    """Every case, by row and name. Two cases of one name are a mistake."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("build_*.py"))
    found = [case for name in modules for case in importlib.import_module(f"tests.hostile.{name}").CASES]
    twice = [name for name, count in Counter(map(str, found)).items() if count > 1]
    assert not twice, f"two cases of one name: {twice}"
    return sorted(found, key=str)
