"""Tries, in a locked-down child, what a hostile document would try, and reports which attempts failed as they must."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable

from pipeline.limits import Limits

CANARIES = ("/etc/passwd", "/etc/hosts", "/proc/version")  # world-readable: only the lockdown stands in the way


def attempts(limits: Limits) -> dict[str, Callable[[], object]]:
    """What is tried, by what a person would call it. The last one would replace this process."""
    canary = next((path for path in CANARIES if os.path.exists(path)), "")  # noqa: PTH110 - as cheap as can be
    return {
        "read a file": lambda: os.open(canary, os.O_RDONLY),
        "write a file": _write,
        "open a network connection": _connect,
        "start a process": _fork,
        "signal another process": lambda: os.kill(os.getppid(), 0),
        "take more memory than the limit": lambda: bytearray(limits.memory_bytes + (64 << 20)),
        "run a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
    }


def report(tried: dict[str, Callable[[], object]], descriptor: int) -> None:
    """Write one line for each attempt that was blocked, at once, since a later one might end this process."""
    for what, attempt in tried.items():
        if _blocked(attempt):
            os.write(descriptor, f"{what}\n".encode())


def _blocked(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, MemoryError):
        return True
    return False


def _connect() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        with contextlib.suppress(ConnectionRefusedError):  # refused by the other side, so not blocked on ours
            client.connect(("127.0.0.1", 9))


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _write() -> None:
    descriptor = os.open("/tmp", os.O_TMPFILE | os.O_WRONLY)  # noqa: S108 - nameless: leaves nothing behind
    os.write(descriptor, b"x")
