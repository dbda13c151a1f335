"""Object stores and whatever else fsspec reaches: lists what lies under an address, and reads each object once.

An address is `scheme://authority/key`; credentials and endpoint come from the environment, where the library of the
store looks for them, and no message of ours quotes a library's. The key is taken as it is, never as a pattern, a chain
or a version: two objects are two addresses.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from pipeline.errors import MissingExtra, UsageError

_ADDRESS = re.compile(r"(?P<root>(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/]*))(?P<key>.*)", re.DOTALL)
_SECRET = re.compile(r"[?&;][^=&;/]*(?:sig|token|key|secret|password|credential)[^=&;/]*=", re.IGNORECASE)
_CHUNK = 1 << 20
# Stores of one flat listing, in which a name may be an object and a folder at once.
_FLAT = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An object: its address, and the time of its last change (seconds since 1970) where the store says it."""

    address: str
    modified: float | None = None


def is_address(text: str) -> bool:
    """Whether `text` is an address rather than a path; no path keeps two slashes in a row."""
    return _ADDRESS.match(text) is not None


def trouble(address: str) -> str | None:
    """Why nothing can be listed at `address`, in a line; None where something is there.

    Raises UsageError for an address that cannot be used, and MissingExtra.
    """
    try:
        fs, path = _opened(address)
        fs.invalidate_cache()
        fs.info(path)
    except (UsageError, MissingExtra):
        raise
    except Exception as error:  # noqa: BLE001 - each store's library has errors of its own
        return _why(error)
    return None


def find(address: str) -> list[Found]:
    """Every object at or below `address`, sorted. A folder's own marker (empty, its name ends in "/") is none.

    Raises UsageError where not all of them could be listed: an archive that is listed in part looks whole. Raises
    MissingExtra.
    """
    try:
        fs, path = _opened(address)
        listed = _listed(fs, path)
    except (UsageError, MissingExtra):
        raise
    except Exception as error:  # noqa: BLE001 - each store's library has errors of its own
        raise UsageError(f"{shown(address)}: {_why(error)}") from None
    base, root = path.rstrip("/"), address if address.endswith("://") else address.rstrip("/")
    if not all(name == base or name.startswith(f"{base}/") for name in listed):
        raise UsageError(f"{shown(address)}: the store lists an object that lies elsewhere")
    return [
        Found(address=root + name[len(base) :], modified=_modified(info))
        for name, info in sorted(listed.items())
        if not name.endswith("/") or info.get("size")
    ]


def read(address: str, most: int) -> bytes | str:
    """The bytes of one object, or the code of the gap where it cannot be read or has more than `most` bytes.

    Raises MissingExtra; never because of an object or a store.
    """
    try:
        fs, path = _opened(address)
        if not _is_itself(fs, path):
            return "unreadable"
        with fs.open(path, "rb", block_size=most + 1) as file:  # one block: one request, one state of the object
            size = getattr(file, "size", None)
            if size is not None and size > most:
                return "limit_input"
            data = bounded(file, most)
    except MissingExtra:
        raise
    except Exception as error:  # noqa: BLE001 - each store's library has errors of its own
        return _code(error)
    if len(data) > most:
        return "limit_input"
    return data if size in (None, len(data)) else "changed"


def bounded(file: IO[bytes], most: int) -> bytes:
    """Up to `most` + 1 bytes of an open file: one more shows that there was more."""
    chunks, left = list[bytes](), most + 1
    while left > 0 and (chunk := file.read(min(left, _CHUNK))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def _opened(address: str) -> tuple[Any, str]:
    """The file system of an address, and the object's name in it. Raises UsageError, MissingExtra, and as it likes."""
    match = _ADDRESS.match(address)
    if match is None:
        raise UsageError("not an address")
    if _names_secret(match) or _signed(address):
        raise UsageError(f"{shown(address)}: credentials belong into the environment, not into an address")
    if "::" in match["authority"]:
        raise UsageError(f"{shown(address)}: a chain of addresses is not followed; archives are opened anyway")
    try:
        from upath import UPath
    except ImportError:
        raise MissingExtra("universal-pathlib", "objects") from None
    try:
        place = UPath(match["root"])
        fs = place.fs
    except ValueError:
        raise UsageError(f"{shown(address)}: no store of this kind is known") from None
    except ImportError:
        if match["scheme"] in ("s3", "s3a"):
            raise MissingExtra("s3fs", "objects") from None
        raise UsageError(f"{shown(address)}: the library for {match['scheme']}:// is not installed") from None
    return fs, place.path.rstrip("/") + match["key"]


def _listed(fs: Any, path: str) -> Mapping[str, Mapping[str, Any]]:
    """What the store lists, by name, asked anew: a listing that was kept would hide what came since."""
    fs.invalidate_cache()
    there = fs.info(path)
    is_object = there["type"] == "file"
    own = {path.rstrip("/"): there} if is_object else {}
    protocols = (fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol
    if not _FLAT.isdisjoint(protocols):
        below = fs.find(path, detail=True)
    elif is_object and path.endswith("/"):  # as of the web: what it shows there is a page, and no listing
        raise NotADirectoryError(path)
    else:
        below = {} if is_object else _walked(fs, path)
    fs.invalidate_cache()
    return own | {name: info for name, info in below.items() if info.get("type") != "directory"}


def _walked(fs: Any, path: str) -> Mapping[str, Mapping[str, Any]]:
    """Folder by folder. The library's own walk passes over what it cannot list."""
    found: dict[str, Mapping[str, Any]] = {}
    waiting, seen = [path], set[str]()
    while waiting:
        folder = waiting.pop()
        seen.add(folder.rstrip("/"))
        for info in fs.ls(folder, detail=True):
            if info["type"] != "directory":
                found[info["name"]] = info
            elif info["name"].rstrip("/") not in seen:
                waiting.append(info["name"])
    return found


def _is_itself(fs: Any, path: str) -> bool:
    """Whether the library takes the name as it is, and not for one without its last slash, or for a version."""
    if path.endswith("/"):
        return False
    split = getattr(fs, "split_path", None)
    return split is None or "/".join(split(path)[:2]) == path


def _modified(info: Mapping[str, Any]) -> float | None:
    """Stores name it as they please."""
    for name in ("LastModified", "last_modified", "mtime", "updated", "modified", "created"):
        value = info.get(name)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, int | float):
            return float(value)
    return None


def _code(error: Exception) -> str:
    """The gap for what a library raised. What is neither gone nor closed may be there again tomorrow."""
    if type(error).__name__ == "FileExpired":
        return "changed"
    if isinstance(error, FileNotFoundError):
        return "missing"
    closed = isinstance(error, PermissionError | IsADirectoryError | NotADirectoryError | UsageError)
    return "unreadable" if closed or getattr(error, "errno", None) == errno.EINVAL else "unreachable"


def _why(error: Exception) -> str:
    """A line of ours: the library's own text may name an endpoint, or quote what it was asked with."""
    if isinstance(error, FileNotFoundError):
        return "nothing is there"
    if isinstance(error, NotADirectoryError):
        return "no folder that could be listed"
    if isinstance(error, PermissionError):
        return "access is denied"
    if type(error).__name__ == "NoCredentialsError":
        return "no credentials were found in the environment"
    return f"the store cannot be reached or listed ({type(error).__name__})"


def shown(address: str) -> str:
    """The address without what may be a password or a signature."""
    match = _ADDRESS.match(address)
    if match is None:
        return ""
    user, at, host = match["authority"].rpartition("@")
    key = match["key"].partition("?")[0] if _signed(address) else match["key"]
    return f"{match['scheme']}://{'…' if _names_secret(match) else user}{at}{host}{key}"


def _names_secret(match: re.Match[str]) -> bool:
    """Whether a password stands before the host, or a token, as the web takes it there."""
    user = match["authority"].rpartition("@")[0]
    return ":" in user or (user != "" and match["scheme"].lower().startswith("http"))


def _signed(address: str) -> bool:
    """Whether whoever holds the address may read what lies there."""
    return address.lower().startswith("http") and _SECRET.search(address) is not None
