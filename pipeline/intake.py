"""Finds the files behind the paths a user gives, and loads each exactly once. N files in, N sources out.

A directory is walked in sorted order; links to directories are not followed; a link to a file is read under the link's
own name. A mailbox of one file a message (Maildir) is a directory like any other. Objects of a store are files, too.
Whatever is not a regular file, cannot be opened or changes under our hands is a gap, never silence.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from pipeline import objects
from pipeline.limits import Limits
from pipeline.types import Blob, Gap

STDIN = "-"
_LOCAL = re.compile("(?:file|local)://")  # read as the paths that they are


# A path of this machine, or the address of an object: as text the two differ, since no path keeps "//" inside.
Place = Path | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One row: the path as given (printable), where it lies, and whether the user named it (or a directory above).

    `modified` is the time of the last change where a listing said it: a path is asked itself, when it is needed.
    """

    uri: str
    path: Place
    named: bool = False
    modified: float | None = None


def place(text: str) -> Place:
    """What `str()` of a place was: a worker, or the database, is given it as text."""
    return text if objects.is_address(text) else Path(text)


def last_change(source: Source) -> float | None:
    """Seconds since 1970, as the disk says it (of what a link leads to) or the store said it; None where nobody can."""
    if not isinstance(source.path, Path):
        return source.modified
    try:
        return source.path.stat().st_mtime
    except (OSError, ValueError):
        return None


def trouble(given: str) -> str | None:
    """What to say of a path or an address where nothing is, or None. Raises UsageError, MissingExtra."""
    local = _LOCAL.match(given)
    if objects.is_address(given) and not local:
        return objects.trouble(given)
    path = Path(given[local.end() :] if local else given)
    return None if os.path.lexists(path) else "no such file"


def find(paths: Iterable[str | Path]) -> Iterator[Source]:
    """Every file behind `paths`, in the order given. A path that is not there comes, too: `load` says so.

    Raises UsageError where an address cannot be listed, and MissingExtra.
    """
    for given in paths:
        text = str(given)
        if text == STDIN:
            yield Source(uri=STDIN, path=Path(text), named=True)
        elif local := _LOCAL.match(text):
            yield from (replace(source, uri=local[0] + source.uri) for source in _local(text[local.end() :]))
        elif objects.is_address(text):
            for found in objects.find(text):
                yield Source(uri=printable(found.address), path=found.address, modified=found.modified)
        else:
            yield from _local(text)


def _local(given: str) -> Iterator[Source]:
    path = Path(given)
    if _is_folder(path):
        yield from _walk(path)
    else:
        yield Source(uri=printable(given), path=path, named=True)


def _walk(top: Path) -> Iterator[Source]:
    """The files below `top`. Without recursion: folders may lie deeper in each other than calls may."""
    waiting = [_entries(top)]
    while waiting:
        path, is_folder = next(waiting[-1], (None, False))
        if path is None:
            waiting.pop()
        elif is_folder:
            waiting.append(_entries(path))
        else:
            uri = printable(str(path))
            yield Source(uri=f"./{uri}" if uri == STDIN else uri, path=path)


def _entries(folder: Path) -> Iterator[tuple[Path, bool]]:
    """What lies in a folder, and whether it is one. A folder that cannot be listed is a file, whose loading fails."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield folder, False
        return
    for entry in entries:
        path = folder / entry.name
        if not (entry.is_symlink() and _is_folder(path)):
            yield path, _is_own_folder(entry)


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # it cannot be asked: loading says why
        return False


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir() raises below a folder that may not be entered


def printable(name: str) -> str:
    """A file name that any output can carry: bytes that are not UTF-8 and control characters shown as escapes."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        char if char.isprintable() or char == " " else char.encode("unicode_escape").decode() for char in shown
    )


def load(source: Source, limits: Limits, *, stdin_filename: str = "stdin") -> Blob | Gap:
    """The bytes of one source, hashed once, or the gap that stands for it. Never raises for what lies there."""
    if source.uri == STDIN:
        return _load_stdin(sys.stdin.buffer, limits, stdin_filename)
    if not isinstance(source.path, Path):
        return _load_object(source.path, source.uri, limits)
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
        data = objects.bounded(file, limits.input_bytes)
    after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        return _gap("changed", source.uri)
    return _blob(data, printable(Path(source.path).name), source.uri)


def _load_object(address: str, uri: str, limits: Limits) -> Blob | Gap:
    data = objects.read(address, limits.input_bytes)
    return _gap(data, uri) if isinstance(data, str) else _blob(data, printable(address.rpartition("/")[2]), uri)


def _load_stdin(stream: IO[bytes], limits: Limits, name: str) -> Blob | Gap:
    data = objects.bounded(stream, limits.input_bytes)
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
