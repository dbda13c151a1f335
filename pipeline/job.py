"""One document in one child: hand it over, take the reply within the wall limit, end the child, say how it ended."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.drawn import Answer, Order, Page
from pipeline.frames import BadFrame
from pipeline.limits import Limits
from pipeline.reply import Reply
from pipeline.types import Blob, Gap
from pipeline.zygotes import Zygote

_CHUNK = 1 << 20
_WATCH_SECONDS = 0.2  # how often the memory of an OCR child is looked at
_PAGE = os.sysconf("SC_PAGE_SIZE")
EXIT_NO_MEMORY = 71
PROBE_SECONDS = 10.0


def read(zygote: Zygote, job: str, blob: Blob, limits: Limits) -> tuple[Reply, Gap | None]:
    """The reply as far as it came, with the gap where it is not whole. Raises ZygoteGone, SandboxError."""
    reply = Reply(job=job, blob=blob, limits=limits)
    return reply, _asked(zygote, {"op": "read", "job": job}, blob, limits, reply)


def draw(zygote: Zygote, job: str, blob: Blob, limits: Limits, order: Order) -> Page | Gap:
    """The page as pixels, or why there are none. Raises ZygoteGone, SandboxError."""
    answer = Answer(job=job, sha256=blob.sha256, order=order)
    gap = _asked(zygote, {"op": "draw", "job": job, "order": order.told()}, blob, limits, answer)
    if gap is None:
        assert answer.found is not None, "an answer without a gap is complete"
        return answer.found
    return gap


def _asked(zygote: Zygote, order: dict[str, Any], blob: Blob, limits: Limits, reply: Reply | Answer) -> Gap | None:
    """Have a child do it, and feed what it says to `reply`; the gap where that is not whole."""
    message = order | {
        "name": blob.name.encode("utf-8", "replace").decode()[:4096],
        "container": blob.container.encode("utf-8", "replace").decode()[-4096:],
        "media_type": blob.media_type[:200],
        "limits": asdict(limits),
        "layers": zygote.hello["layers"],
    }
    with _memory_file(blob.data) as document, child(zygote, message, document) as (pid, result, ending):
        watched = limits.memory_bytes if zygote.profile == "ocr" else 0
        wall = limits.ocr_wall_seconds if zygote.profile == "ocr" else limits.wall_seconds
        stopped = _receive(result, reply, pid, time.monotonic() + wall, watched)
        if stopped:
            kill(pid)
    if ending["overdue"]:  # it closed its end and went on
        stopped = stopped or "bad_reply"
    return _gap(reply, stopped, ending["exit"])


@contextmanager
def child(zygote: Zygote, message: dict[str, Any], document: int) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """A child with the reading end of its result pipe. Afterwards it is reaped, and the dict holds its exit code."""
    result, sending = os.pipe()
    ending: dict[str, Any] = {}
    try:
        with contextlib.suppress(OSError):  # a larger pipe is faster, not needed
            fcntl.fcntl(sending, fcntl.F_SETPIPE_SZ, _CHUNK)
        try:
            pid = zygote.ask(message, (document, sending))["pid"]
        finally:
            os.close(sending)
        try:
            yield pid, result, ending
        except BaseException:
            kill(pid)
            raise
        finally:
            ending |= zygote.ask({"op": "reap", "pid": pid})
    finally:
        os.close(result)


@contextmanager
def _memory_file(data: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("document")
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def kill(pid: int) -> None:
    """SIGKILL to the child and its group. Not reaped yet, the pid is still its own, or nobody's if the zygote died."""
    for send in (os.kill, os.killpg):  # before its setsid there is no such group
        with contextlib.suppress(ProcessLookupError):
            send(pid, signal.SIGKILL)


def _receive(result: int, reply: Reply | Answer, pid: int, deadline: float, watched: int) -> str:
    """Feed the reply until the child closes its end; the code of a gap where it has to be stopped."""
    poller = select.poll()
    poller.register(result, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return "timed_out"
        if watched and _resident(pid) > watched:
            return "out_of_memory"
        if not poller.poll(1000 * (min(left, _WATCH_SECONDS) if watched else left)):
            continue
        untrusted_bytes = os.read(result, _CHUNK)
        if not untrusted_bytes:
            return ""
        try:
            reply.feed(untrusted_bytes)
        except BadFrame:
            return "bad_reply"


def _resident(pid: int) -> int:
    """Resident bytes of a process."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _gap(reply: Reply | Answer, stopped: str, exit_code: int) -> Gap | None:
    if not stopped and reply.complete and exit_code == 0:
        return None
    code, detail = _ending(stopped, exit_code)
    return Gap(stage="extract", code=code, path="", detail=detail)


def _ending(stopped: str, exit_code: int) -> tuple[str, str]:
    if stopped:
        return stopped, ""
    if exit_code in (
        EXIT_NO_MEMORY,
        -signal.SIGKILL,
    ):  # nobody but the kernel, short of memory, sends SIGKILL by itself
        return "out_of_memory", ""
    if exit_code == -signal.SIGXCPU:
        return "timed_out", "processor time"
    if exit_code < 0:
        return "crashed", signal.Signals(-exit_code).name
    return ("crashed", f"exit code {exit_code}") if exit_code else ("bad_reply", "ended before its final frame")


def probe(zygote: Zygote, limits: Limits) -> dict[str, bool]:
    """What a locked-down child tried to do, and whether it was blocked. No answer counts as not blocked."""
    message = {"op": "probe", "limits": asdict(limits), "layers": zygote.hello["layers"]}
    untrusted = b""
    with _memory_file(b"") as document, child(zygote, message, document) as (pid, result, _):
        deadline = time.monotonic() + PROBE_SECONDS
        poller = select.poll()
        poller.register(result, select.POLLIN)
        while poller.poll(1000 * max(0.0, deadline - time.monotonic())):
            chunk = os.read(result, _CHUNK)
            if not chunk:
                break
            untrusted += chunk
        else:
            kill(pid)
    held = set(untrusted.decode("ascii", "replace").splitlines())
    return {attempt: attempt in held for attempt in zygote.hello["attempts"]}
