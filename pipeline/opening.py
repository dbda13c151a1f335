"""From a file, opened or not, to its documents: N files in, N times documents out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from . import reading
from .limits import Limits
from .sandbox import Sandbox
from .types import Blob, Document, Gap


def documents(uri: str, opened: Blob | Gap, sandbox: Sandbox, limits: Limits) -> tuple[Document, ...]:
    """What was read of the file at `uri`. One that could not be opened is an empty document with that gap."""
    if isinstance(opened, Gap):
        blob = Blob(name=Path(uri).name, data=b"", sha256="")
        return (Document(blob=blob, extractor="", gaps=(replace(opened, path=""),)),)
    return reading.read(opened, sandbox, limits)
