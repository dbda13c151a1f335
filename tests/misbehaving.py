"""A zygote whose reader of plain text does, in the locked-down child, what the text tells it to."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Callable, Iterator
from types import ModuleType

from pipeline import extract
from pipeline.extract import zygote
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

BEFORE = Part(kind="body", text="read before it happened", path="before")


def read(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """One part, then whatever the first word of the text orders; a word that is no order is read back."""
    yield BEFORE
    order = blob.data.decode().split()[0]
    if order in ORDERS:
        ORDERS[order]()
    elif order == "allocate":
        yield _part(str(len(bytearray(limits.memory_bytes))))
    elif order == "exceed":
        yield _part("x" * (limits.text_chars + 1))
    elif order == "children":
        yield from (Blob.of(b"child %d" % number, name=f"{number}.dat") for number in range(limits.members + 1))
    else:
        yield _part("a lone \ud800 one" if order == "surrogate" else order)


def _part(text: str) -> Part:
    return Part(kind="body", text=text, path="after")


def _loop() -> None:
    while True:
        pass


def _raise() -> None:
    raise ValueError("text of the document")


def _half() -> None:
    os.write(_result(), struct.pack(">II", 1000, 0) + b'{"t":')
    os._exit(0)


def _close() -> None:
    os.close(_result())
    _loop()


ORDERS: dict[str, Callable[[], object]] = {
    "abort": os.abort,
    "segfault": lambda: ctypes.string_at(0),
    "loop": _loop,
    "raise": _raise,
    "leave": lambda: os._exit(0),
    "fail": lambda: os._exit(3),
    "half": _half,
    "noise": lambda: os.write(_result(), b"\xff" * 64),
    "close": _close,
}


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
