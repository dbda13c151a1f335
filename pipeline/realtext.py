"""Labelled passages of public text, kept as pointers: the labels are ours, the words stay where they were published.

`models/corpus/real/*.jsonl` says which code points of which file at which commit of which repository were labelled, and
the digest of that text. `fetch` rebuilds the texts into a cache outside the project and is the only thing in sharelight
that reaches out, and only when a person calls it. Training uses what the cache holds and says what was missing.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from .corpus import Facets, Light, Row
from .errors import UsageError

# Passages of one repository are judged together by a model that saw none of them; so many groups of repositories.
GROUPS = 5
_HOST = "https://github.com"
_SECONDS = 600


class Pointer(BaseModel):
    """A labelled stretch [start, end), in code points, of one public file, and the digest that its text must have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repo: str
    commit: str
    path: str
    start: int
    end: int
    sha256: str
    licence: str
    primary: str
    secondary: tuple[str, ...] = ()
    verdict: Light
    facets: Facets = Facets()
    hard: bool = False
    annotator: str

    @property
    def group(self) -> str:
        return f"real-{int(hashlib.sha256(self.repo.lower().encode()).hexdigest(), 16) % GROUPS + 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How many texts the cache holds now, and why each other is missing, by repository."""

    found: int
    missing: dict[str, str]


def pointers(folder: Path) -> tuple[Pointer, ...]:
    """Every pointer of `folder`. Raises UsageError naming file and line of a bad one."""
    return tuple(pointer for file in sorted(folder.glob("*.jsonl")) for pointer in _read(file))


def load(folder: Path, cache: Path) -> tuple[tuple[Row, ...], int]:
    """The labelled passages whose text the cache holds, and how many it does not hold."""
    listed, texts = pointers(folder), _texts(cache)
    rows = tuple(_row(pointer, texts[pointer.sha256]) for pointer in listed if pointer.sha256 in texts)
    return rows, len(listed) - len(rows)


def fetch(folder: Path, cache: Path, *, mirror: Path | None = None) -> Fetched:
    """Rebuild the texts of `folder` into `cache`, from the public repositories or from a folder of git directories.

    In `mirror` the directory of owner/name is owner+name, bare or with its work tree. A text whose digest is another
    is not taken.
    """
    texts, missing = _texts(cache), dict[str, str]()
    wanted: dict[tuple[str, str], list[Pointer]] = defaultdict(list)
    for pointer in pointers(folder):
        if pointer.sha256 not in texts:
            wanted[pointer.repo, pointer.commit].append(pointer)
    for (repo, commit), those in wanted.items():
        with tempfile.TemporaryDirectory() as scratch:
            try:
                git = _local(mirror, repo) if mirror else _clone(repo, commit, Path(scratch))
                texts |= _passages(git, commit, those)
            except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
                missing[repo] = str(error).splitlines()[0]
    cache.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"sha256": key, "text": texts[key]}, ensure_ascii=False) for key in sorted(texts))
    cache.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    for pointer in pointers(folder):
        if pointer.sha256 not in texts:
            missing.setdefault(pointer.repo, "a passage is not there any more, or reads otherwise")
    return Fetched(found=len(texts), missing=missing)


def _read(file: Path) -> Iterator[Pointer]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield Pointer.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(f"{file}:{number}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _row(pointer: Pointer, text: str) -> Row:
    return Row(
        id=pointer.sha256[:12], text=text, primary=pointer.primary, secondary=pointer.secondary,
        verdict=pointer.verdict, facets=pointer.facets, hard=pointer.hard, source=pointer.repo, voice=pointer.group,
    )  # fmt: skip


def _texts(cache: Path) -> dict[str, str]:
    if not cache.is_file():
        return {}
    rows = (json.loads(line) for line in cache.read_text(encoding="utf-8").split("\n") if line)
    return {row["sha256"]: row["text"] for row in rows if _digest(row["text"]) == row["sha256"]}


def _passages(git: Path, commit: str, those: Sequence[Pointer]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in {pointer.path for pointer in those}:
        text = _git(git, "show", f"{commit}:{path}").decode("utf-8")
        for pointer in those:
            if pointer.path == path and _digest(text[pointer.start : pointer.end]) == pointer.sha256:
                found[pointer.sha256] = text[pointer.start : pointer.end]
    return found


def _local(mirror: Path, repo: str) -> Path:
    place = mirror / repo.replace("/", "+", 1)
    for candidate in (place, place / ".git", place / "repo", place / "repo" / ".git"):
        if (candidate / "HEAD").is_file():
            return candidate
    raise FileNotFoundError(f"no git directory {place}")


def _clone(repo: str, commit: str, scratch: Path) -> Path:
    """One commit of a public repository, without its history."""
    git = scratch / "git"
    _git(git, "init", "--quiet", "--bare", str(git))
    _git(git, "fetch", "--quiet", "--depth=1", f"{_HOST}/{repo}", commit)
    return git


def _git(git: Path, *arguments: str) -> bytes:
    command = ["git", "--git-dir", str(git), *arguments]
    return subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS).stdout


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
