"""Takes the file system, TCP and outside signals away from this process (Landlock, Linux 5.13 and later)."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence

from pipeline.extract.syscalls import syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# rights known to each ABI version: version 1 has 13, then REFER, TRUNCATE, and (5) IOCTL_DEV
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_RIGHTS_5 = (1 << 16) - 1
_TCP = 0b11  # bind, connect; ABI 4
_SCOPED = 0b11  # abstract UNIX sockets, signals; ABI 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("fd", ctypes.c_int32))


def abi() -> int:
    """The kernel's Landlock version, 0 where there is none."""
    try:
        return syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def restrict(version: int, readable: Sequence[int]) -> None:
    """Leave nothing but reading below the open directories `readable` (O_PATH descriptors). Raises OSError.

    NO_NEW_PRIVS must be set before.
    """
    handled = _Ruleset(
        fs=_RIGHTS.get(version, _RIGHTS_5),
        net=_TCP if version >= 4 else 0,
        scoped=_SCOPED if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = syscall(_CREATE_RULESET, ctypes.cast(ctypes.byref(handled), ctypes.c_void_p), size, 0)
    for descriptor in readable:
        rule = _PathBeneath(access=_READ_FILE | _READ_DIR, fd=descriptor)
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.cast(ctypes.byref(rule), ctypes.c_void_p), 0)
    syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
