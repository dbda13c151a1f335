"""Labelled public text is rebuilt from its repository, word by word, or named as missing."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipeline import realtext
from pipeline.errors import UsageError

PAGE = "# Notes\n\nDer Träger ✓ runs twelve tasks in one sandbox.\n\nLunch is at noon.\n"
PASSAGE = "Der Träger ✓ runs twelve tasks in one sandbox."


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@invalid.example"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, check=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder of git directories that holds invented/notes, bare."""
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet")
    (work / "page.md").write_text(PAGE, encoding="utf-8")
    git(work, "add", "page.md")
    git(work, "commit", "--quiet", "-m", "A page")
    git(work, "clone", "--quiet", "--bare", ".", str(tmp_path / "mirror" / "invented+notes"))
    return tmp_path / "mirror"


def listed(folder: Path, mirror: Path, **changes: Any) -> Path:
    """A folder with one pointer at PASSAGE, with `changes`."""
    start = PAGE.index(PASSAGE)
    row = {
        "repo": "invented/notes", "commit": git(mirror / "invented+notes", "rev-parse", "HEAD"), "path": "page.md",
        "start": start, "end": start + len(PASSAGE), "sha256": hashlib.sha256(PASSAGE.encode()).hexdigest(),
        "licence": "MIT", "primary": "evaluation_infrastructure", "verdict": "shareable", "annotator": "a",
    }  # fmt: skip
    folder.mkdir()
    (folder / "a.jsonl").write_text(json.dumps(row | changes) + "\n", encoding="utf-8")
    return folder


def test_a_text_is_rebuilt_once_and_kept_outside(tmp_path: Path, mirror: Path) -> None:
    folder, cache = listed(tmp_path / "real", mirror), tmp_path / "cache" / "texts.jsonl"
    assert realtext.load(folder, cache) == ((), 1)
    assert realtext.fetch(folder, cache, mirror=mirror) == realtext.Fetched(found=1, missing={})
    (row,), missing = realtext.load(folder, cache)
    assert (row.text, row.primary, row.source, missing) == (PASSAGE, "evaluation_infrastructure", "invented/notes", 0)
    assert row.voice.startswith("real-")
    assert realtext.fetch(folder, cache, mirror=tmp_path / "gone").missing == {}


@pytest.mark.parametrize(
    "changes", [{"start": 8}, {"path": "other.md"}, {"repo": "invented/other"}, {"sha256": "0" * 64}]
)
def test_what_is_not_there_or_reads_otherwise_is_named(tmp_path: Path, mirror: Path, changes: dict[str, Any]) -> None:
    folder = listed(tmp_path / "real", mirror, **changes)
    fetched = realtext.fetch(folder, tmp_path / "texts.jsonl", mirror=mirror)
    assert (fetched.found, list(fetched.missing)) == (0, [changes.get("repo", "invented/notes")])


def test_a_cached_text_that_was_altered_does_not_count(tmp_path: Path, mirror: Path) -> None:
    folder, cache = listed(tmp_path / "real", mirror), tmp_path / "texts.jsonl"
    realtext.fetch(folder, cache, mirror=mirror)
    cache.write_text(cache.read_text("utf-8").replace("twelve", "eleven"), "utf-8")
    assert realtext.load(folder, cache) == ((), 1)


def test_a_bad_pointer_is_named_by_file_and_line(tmp_path: Path, mirror: Path) -> None:
    folder = listed(tmp_path / "real", mirror, verdict="green")
    with pytest.raises(UsageError, match=r"a\.jsonl:1: verdict"):
        realtext.pointers(folder)
