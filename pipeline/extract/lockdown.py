"""Takes everything away from the child that reading a document does not need, before the first byte is parsed.

Order: rlimits, another user (as root), no core and no tracing, no new privileges, Landlock, seccomp. What the zygote's
self-test found to work is *required* afterwards: a child that cannot lock itself down as far does not parse.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.extract import landlock, seccomp
from pipeline.extract.syscalls import PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, prctl
from pipeline.limits import Limits

NOBODY = 65534
Profile = str  # "parse" or "ocr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What a child puts on: the Landlock version (0: none) and seccomp."""

    landlock: int
    seccomp: bool


def available() -> Layers:
    """What this kernel offers."""
    return Layers(landlock=landlock.abi(), seccomp=seccomp.supported())


def readable_folders() -> list[int]:
    """Open descriptors of where Python, its libraries and fonts lie; kept by the zygote for its children."""
    paths = sysconfig.get_paths()
    package = Path(__file__).resolve().parent.parent
    folders = {Path(paths[key]) for key in ("stdlib", "platstdlib", "purelib", "platlib")} | {
        package,
        *map(Path, ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/fonts")),
    }
    return [os.open(folder, os.O_PATH | os.O_CLOEXEC) for folder in sorted(folders) if folder.is_dir()]


def enter(layers: Layers, limits: Limits, profile: Profile, readable: Iterable[int], parent: int) -> None:
    """Lock this process down for good. Raises OSError where a layer that is asked for does not take."""
    _limit(limits, profile)
    _drop_user()
    prctl(PR_SET_DUMPABLE, 0)
    # after the change of user, which would clear it
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if layers.landlock:
        landlock.restrict(layers.landlock, tuple(readable))
    for descriptor in readable:
        os.close(descriptor)
    if layers.seccomp:
        seccomp.load(os.getpid())


def _limit(limits: Limits, profile: Profile) -> None:
    """Resource limits. OCR gets no address-space limit (onnxruntime maps more than it uses): its memory is watched."""
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_FSIZE, 0)
    _set(resource.RLIMIT_NOFILE, limits.open_files)
    if profile == "ocr":
        _set(resource.RLIMIT_CPU, int(limits.ocr_wall_seconds))
        return
    _set(resource.RLIMIT_CPU, limits.cpu_seconds)
    _set(resource.RLIMIT_AS, limits.memory_bytes)
    _set(resource.RLIMIT_NPROC, 0)


def _set(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    # one more above the soft limit lets SIGXCPU speak before SIGKILL
    ceiling = value + 1 if which == resource.RLIMIT_CPU else value
    resource.setrlimit(which, (value, ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard)))


def _drop_user() -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    # root without the right to become somebody else (a container) has little left to lose
    with contextlib.suppress(PermissionError):
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
