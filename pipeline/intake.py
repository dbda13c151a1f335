"""Finds the files behind the paths a user gives, and loads each exactly once. N files in, N sources out.

A directory is walked in sorted order; links to directories are not followed; a link to a file is read under the link's
own name. Whatever is not a regular file, cannot be opened or changes under our hands is a gap, never silence.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.limits import Limits
from pipeline.types import Blob, Gap

STDIN = "-"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One row: the path as given (printable), where it lies, and whether the user named it (or a directory above)."""

    uri: str
    path: Path
    named: bool = False


def find(paths: Iterable[str | Path]) -> Iterator[Source]:
    """Every file behind `paths`, in the order given. A path that is not there comes, too: `load` says so."""
    for given in paths:
        path = Path(given)
        if str(given) == STDIN:
            yield Source(uri=STDIN, path=path, named=True)
        elif _is_folder(path):
            yield from _walk(path)
        else:
            yield Source(uri=printable(str(given)), path=path, named=True)


def _walk(folder: Path) -> Iterator[Source]:
    """The files below `folder`; a folder that cannot be listed is itself a source, whose loading fails."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield Source(uri=printable(str(folder)), path=folder)
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif not (entry.is_symlink() and _is_folder(path)):
            yield Source(uri=printable(str(path)), path=path)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir() raises below a folder that may not be entered


def printable(name: str) -> str:
    """A file name that any output can carry: bytes that are not UTF-8 and control characters shown as escapes."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        char if char.isprintable() or char == " " else char.encode("unicode_escape").decode() for char in shown
    )


def load(source: Source, limits: Limits, *, stdin_filename: str = "stdin") -> Blob | Gap:
    """The bytes of one source, hashed once, or the gap that stands for it. Never raises for what lies on the disk."""
    if source.uri == STDIN:
        return _load_stdin(sys.stdin.buffer, limits, stdin_filename)
    try:
        descriptor = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        return _gap(_code(error, source.path), source.uri, error)
    try:
        return _load(descriptor, source, limits)
    except OSError as error:
        return _gap("unreadable", source.uri, error)
    finally:
        os.close(descriptor)


def _load(descriptor: int, source: Source, limits: Limits) -> Blob | Gap:
    before = os.fstat(descriptor)
    if stat.S_ISDIR(before.st_mode):
        return _gap("unreadable", source.uri)
    if not stat.S_ISREG(before.st_mode):
        return _gap("not_a_file", source.uri)
    if before.st_size > limits.input_bytes:
        return _gap("limit_input", source.uri)
    with os.fdopen(descriptor, "rb", buffering=0, closefd=False) as file:
        data = _read(file, limits.input_bytes)
    after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        return _gap("changed", source.uri)
    return _blob(data, printable(source.path.name), source.uri)


def _read(file: IO[bytes], most: int) -> bytes:
    """Up to `most` + 1 bytes: one more shows that there was more."""
    chunks: list[bytes] = []
    left = most + 1
    while left > 0 and (chunk := file.read(min(left, _CHUNK))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def _load_stdin(stream: IO[bytes], limits: Limits, name: str) -> Blob | Gap:
    data = _read(stream, limits.input_bytes)
    if len(data) > limits.input_bytes:
        return _gap("limit_input", STDIN)
    return _blob(data, printable(Path(name).name or "stdin"), STDIN)


def _blob(data: bytes, name: str, uri: str) -> Blob | Gap:
    if not data:
        return _gap("empty", uri)
    return Blob(name=name, data=data, sha256=hashlib.sha256(data).hexdigest())


def _code(error: OSError | ValueError, path: Path) -> str:
    """Why opening failed. A socket answers ENXIO; a link that leads nowhere is missing."""
    number = getattr(error, "errno", None)
    if number == errno.ELOOP:
        return "symlink_loop"
    if number in (errno.ENOENT, errno.ENOTDIR):
        return "missing"
    return "not_a_file" if number in (errno.ENXIO, errno.ENODEV) else "unreadable"


def _gap(code: str, uri: str, error: Exception | None = None) -> Gap:
    detail = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""
    return Gap(stage="intake", code=code, path=uri, detail=detail)
