"""Ordinary technical prose, as every installation has it: descriptions of packages and docstrings of their code.

None of it is about what sharelight looks for. Training learns so from some packages; how much of the rest is flagged
nevertheless is a figure of its own, since a tool that flags everything is switched off.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import random
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

# Learnt from, never measured on: packages that every installation has.
PACKAGES = (
    "fastapi", "jinja2", "lxml", "numpy", "pikepdf", "prefect", "pydantic", "pypdf", "python-docx", "rich",
    "ruamel.yaml", "scikit-learn", "scipy", "selectolax", "spacy", "typer",
)  # fmt: skip
_MODULES = {"python-docx": "docx", "scikit-learn": "sklearn", "ruamel.yaml": "ruamel.yaml"}
_DESCRIBED, _DOCUMENTED = 200, 250
_WORDS = range(8, 150)
_SEED = 7
_NOT_PROSE = frozenset({"site-packages", "test", "tests", "idlelib"})


def learnt(packages: Sequence[str] = PACKAGES) -> list[str]:
    """A fixed sample of paragraphs from those `packages` that are installed."""
    draw = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    found: list[str] = []
    for name in packages:
        for paragraphs, most in ((_described(name), _DESCRIBED), (_documented(name), _DOCUMENTED)):
            found += draw.sample(paragraphs, min(most, len(paragraphs)))
    return found


def unseen(count: int, packages: Sequence[str] = PACKAGES) -> dict[str, list[str]]:
    """At most `count` paragraphs of the standard library's docstrings, and of the descriptions of other packages."""
    draw = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    others = sorted({d.name for d in distributions() if d.name and d.name.lower().replace("_", "-") not in packages})
    known = {text for name in packages for text in _described(name)}  # one package may describe itself as another does
    both = {
        "docstrings of the standard library": _docstrings(Path(sysconfig.get_paths()["stdlib"])),
        "descriptions of other packages": list(dict.fromkeys(text for name in others for text in _described(name))),
    }
    fresh = {name: [text for text in texts if text not in known] for name, texts in both.items()}
    return {name: draw.sample(texts, min(count, len(texts))) for name, texts in fresh.items()}


def _described(package: str) -> list[str]:
    with contextlib.suppress(PackageNotFoundError):
        return _paragraphs((distribution(package).read_text("METADATA") or "").split("\n\n")[1:])
    return []


def _documented(package: str) -> list[str]:
    with contextlib.suppress(ImportError, ValueError):
        found = importlib.util.find_spec(_MODULES.get(package, package))
        if found and found.origin:
            return _docstrings(Path(found.origin).parent)
    return []


def _docstrings(folder: Path) -> list[str]:
    files = (file for file in sorted(folder.rglob("*.py")) if not _NOT_PROSE & set(file.relative_to(folder).parts))
    return list(dict.fromkeys(text for file in files for text in _of_module(file)))


def _of_module(file: Path) -> Iterator[str]:
    with contextlib.suppress(OSError, UnicodeDecodeError, SyntaxError, ValueError):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _paragraphs((ast.get_docstring(node) or "").split("\n\n"))


def _paragraphs(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if len(text.split()) in _WORDS]
