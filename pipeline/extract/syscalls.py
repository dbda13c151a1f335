"""Calls into libc that Python has no name for. Bound once, before the lockdown."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38


def prctl(option: int, value: int, pointer: int = 0) -> None:
    """prctl(2). Raises OSError."""
    if _libc.prctl(option, value, pointer, 0, 0) != 0:
        _fail(f"prctl({option})")


def syscall(number: int, *arguments: int | ctypes.c_void_p | None) -> int:
    """syscall(2) with integers and pointers. Raises OSError."""
    result = int(_libc.syscall(ctypes.c_long(number), *map(_long, arguments)))
    if result < 0:
        _fail(f"syscall {number}")
    return result


def _long(value: int | ctypes.c_void_p | None) -> ctypes.c_long | ctypes.c_void_p | None:
    return ctypes.c_long(value) if isinstance(value, int) else value


def _fail(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")
