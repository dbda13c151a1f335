"""A zygote whose reader of plain text does, in the locked-down child, what the text tells it to."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterator
from types import ModuleType

from pipeline import extract
from pipeline.extract import zygote
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

BEFORE = Part(kind="body", text="read before it happened", path="before")


def read(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    yield BEFORE
    order = blob.data.decode().split()[0]
    if order == "abort":
        os.abort()
    elif order == "segfault":
        ctypes.string_at(0)
    elif order == "loop":
        while True:
            pass
    elif order == "allocate":
        yield Part(kind="body", text=str(len(bytearray(limits.memory_bytes))), path="after")
    elif order == "raise":
        raise ValueError("text of the document")
    elif order == "leave":
        os._exit(0)
    elif order == "fail":
        os._exit(3)
    elif order == "half":
        os.write(_result(), struct.pack(">II", 1000, 0) + b'{"t":')
        os._exit(0)
    elif order == "noise":
        os.write(_result(), b"\xff" * 64)
    elif order == "close":
        os.close(_result())
        while True:
            pass
    elif order == "surrogate":
        yield Part(kind="body", text="a lone \ud800 one", path="after")
    elif order == "exceed":
        yield Part(kind="body", text="x" * (limits.text_chars + 1), path="after")
    elif order == "children":
        for number in range(limits.members + 1):
            yield Blob.of(b"child %d" % number, name=f"{number}.dat")
    else:
        yield Part(kind="body", text=order, path="after")


def _result() -> int:
    return next(fd for fd in range(3, 64) if _is_pipe(fd))


def _is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def main() -> None:
    reader = ModuleType("misbehaving")
    reader.extract = read  # type: ignore[attr-defined]
    extract.EXTRACTORS.clear()
    extract.EXTRACTORS["text/plain"] = reader  # type: ignore[assignment]
    zygote.main()
