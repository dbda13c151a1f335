"""The warmed process that forks one locked-down child per document.

It imports every reader once, stays single-threaded, parses nothing itself, and ends when its parent does. Commands come
over a socket of packets: `read` and `draw` (with the document and the result pipe as descriptors) answer with the
child's pid,
`reap` waits for that child and answers with its exit status; only then may its pid be used again.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import select
import signal
import socket
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from pipeline.drawn import Order
from pipeline.extract import EXTRACTORS, lockdown, pdf_draw, probes, runner, seccomp, warmup
from pipeline.limits import Limits
from pipeline.types import Blob

PACKET = 1 << 16
GRACE_MS = 500  # between a child's last byte and its end


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    profile, parent = sys.argv[2], int(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limits = Limits(**json.loads(sys.argv[4]))
    zygote = Zygote(control, profile, limits, _warm(profile))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # until here, the parent hears why the warm-up failed
    control.send(json.dumps(zygote.hello).encode())
    zygote.serve(parent)


def _warm(profile: str) -> tuple[lockdown.Layers, list[int], dict[str, Any]]:
    """Load all that a child could want to load later, since it will not be able to."""
    start = time.perf_counter()
    warmup.load(dict.fromkeys(EXTRACTORS.values()), profile)
    if seccomp.supported():
        seccomp.program(platform.machine(), os.getpid())
    runner.rehearse()
    os.environ.clear()
    gc.collect()
    gc.freeze()
    layers, readable = lockdown.available(), lockdown.readable_folders()
    return layers, readable, {"seconds": time.perf_counter() - start}


class Zygote:
    """Serves one control socket."""

    def __init__(
        self,
        control: socket.socket,
        profile: str,
        limits: Limits,
        ready: tuple[lockdown.Layers, list[int], dict[str, Any]],
    ) -> None:
        self.control, self.profile = control, profile
        self.layers, self.readable, facts = ready
        self.children: set[int] = set()
        self.attempts = probes.attempts(limits)
        self.hello = facts | {
            "attempts": list(self.attempts),
            "layers": asdict(self.layers),
            "threads": sum(1 for _ in Path("/proc/self/task").iterdir()),
        }

    def serve(self, parent: int) -> None:
        """Answer until the parent closes its end or is gone."""
        poller = select.poll()
        poller.register(self.control, select.POLLIN)
        while True:
            # a copy of the parent's end in one of its own children would hide its death
            if not poller.poll(1000):
                if os.getppid() != parent:
                    break
                continue
            packet, descriptors, _, _ = socket.recv_fds(self.control, PACKET, 4)
            if not packet:
                break
            reply = self._answer(json.loads(packet), descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            self.control.send(json.dumps(reply).encode())
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)

    def _answer(self, message: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        if message["op"] == "reap":
            return self._reap(message["pid"])
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            _child(self, message, descriptors, zygote)
        self.children.add(pid)
        return {"pid": pid}

    def _reap(self, pid: int) -> dict[str, Any]:
        handle = os.pidfd_open(pid)
        poller = select.poll()
        poller.register(handle, select.POLLIN)
        overdue = not poller.poll(GRACE_MS)
        if overdue:
            os.kill(pid, signal.SIGKILL)
        os.close(handle)
        _, status = os.waitpid(pid, 0)
        self.children.discard(pid)
        return {"exit": os.waitstatus_to_exitcode(status), "overdue": overdue}


def _child(zygote: Zygote, message: dict[str, Any], descriptors: list[int], parent: int) -> NoReturn:
    """Lock down, read, answer, end. Never returns into the zygote's loop."""
    code = 70
    try:
        zygote.control.close()
        os.setsid()
        limits = Limits(**message["limits"])
        document, result = descriptors
        lockdown.enter(lockdown.Layers(**message["layers"]), limits, zygote.profile, zygote.readable, parent)
        if message["op"] == "probe":
            probes.report(zygote.attempts, result)
        else:
            blob = Blob.of(
                _slurp(document), name=message["name"], container=message["container"], media_type=message["media_type"]
            )
            if message["op"] == "draw":
                pdf_draw.run(message["job"], blob, Order.of(message["order"]), limits, result)
            else:
                runner.run(message["job"], blob, limits, zygote.profile, result)
        code = 0
    except MemoryError:
        code = 71
    finally:
        os._exit(code)


def _slurp(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb", closefd=False) as document:
        return document.read()


if __name__ == "__main__":
    main()
