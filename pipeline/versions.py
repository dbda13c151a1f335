"""What a stored reading, finding or verdict depends on, as digests: where one differs, it is made anew.

Any change of our code or of a library that reads or recognises counts. That is more than needed, and never too little.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path

from .errors import ModelError
from .limits import Limits

_PACKAGE = Path(__file__).resolve().parent
_FACES = ("cli", "store", "benchmark", "__pycache__")  # they change nothing of what is read, recognised or decided
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def reader(limits: Limits) -> str:
    """Of what is read of given bytes: our code, the libraries, the limits."""
    return _digest("reader", code(), json.dumps(asdict(limits), sort_keys=True))


def tagger(*, rules: str, registers: str, model: str, key: bytes) -> str:
    """Of what is recognised in a reading: the rules that recognise, the registers, the model, the fingerprints' key."""
    return _digest("tagger", code(), rules, registers, model, hashlib.sha256(key).hexdigest())


def decider(*, policy: str, audience: str, context: int) -> str:
    """Of the verdict on given findings, and of how they are told."""
    return _digest("decider", code(), policy, audience, str(context))


def model(models: Path) -> tuple[str, str]:
    """Version and digest of the trained model, by its manifest. Raises ModelError where there is none."""
    try:
        listed = (models / "manifest.json").read_bytes()
        return str(json.loads(listed).get("version", "")), hashlib.sha256(listed).hexdigest()
    except (OSError, ValueError) as error:
        raise ModelError(f"{models}: no manifest that can be read: run `sharelight model train`") from error


def folder(path: Path | None) -> str:
    """Of the files in a folder of registers; empty where it is that of the rules."""
    if path is None:
        return ""
    found = sorted(file for file in path.rglob("*") if file.is_file())
    return _digest(*(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in found))


@cache
def code() -> str:
    """Our own modules and the versions of the libraries that we require."""
    total = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        name = path.relative_to(_PACKAGE)
        if name.parts[0] not in _FACES:
            total.update(f"{name.as_posix()}\0".encode() + path.read_bytes())
    total.update(json.dumps(_libraries(), sort_keys=True).encode())
    return total.hexdigest()


def _libraries() -> Mapping[str, str]:
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    for requirement in metadata.requires("sharelight") or ():
        match = _NAME.match(requirement)
        try:
            yield (match[0], metadata.version(match[0])) if match else (requirement, "")
        except metadata.PackageNotFoundError:  # an extra that is not installed
            yield requirement, ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
