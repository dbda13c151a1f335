"""The parent's handle on one zygote process: start it, ask it for a child, have that child reaped."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.errors import SandboxError
from pipeline.limits import Limits

PACKET = 1 << 16
WARM_UP_SECONDS = 120.0
ANSWER_SECONDS = 30.0
_ROOT = Path(__file__).resolve().parent.parent
_PROGRAM = "import sys; sys.path.insert(0, {root!r}); from pipeline.extract.zygote import main; main()"
# one thread only: a process with more cannot be forked safely
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class ZygoteGone(Exception):
    """The zygote does not answer any more; a new one must be started."""


class Zygote:
    """One zygote of one profile. Starting returns at once; the first question waits for the warm-up."""

    def __init__(self, profile: str, limits: Limits) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            arguments = [str(theirs.fileno()), profile, str(os.getpid()), json.dumps(asdict(limits))]
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-X", "utf8", "-c", _PROGRAM.format(root=str(_ROOT)), *arguments],
                pass_fds=[theirs.fileno()],
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        self.profile, self._control = profile, ours
        self._lock = threading.Lock()
        self._hello: dict[str, Any] | None = None
        self._failure = ""

    @property
    def hello(self) -> Mapping[str, Any]:
        """What the zygote said once it was warm. Raises SandboxError where it could not start."""
        with self._lock:
            return self._greeted()

    def _greeted(self) -> Mapping[str, Any]:
        if self._hello is None and not self._failure:
            try:
                self._hello = self._receive(WARM_UP_SECONDS)
            except ZygoteGone:
                self._failure = self._last_words()
        if self._hello is None:
            raise SandboxError(f"the reading process did not start: {self._failure}")
        return self._hello

    def _last_words(self) -> str:
        """The last line of the traceback that ended the warm-up."""
        self._process.kill()
        _, errors = self._process.communicate()
        return (errors.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]

    def ask(self, message: Mapping[str, Any], descriptors: tuple[int, ...] = ()) -> dict[str, Any]:
        """One question, one answer. Raises ZygoteGone."""
        with self._lock:
            self._greeted()
            try:
                socket.send_fds(self._control, [json.dumps(message).encode()], list(descriptors))
            except OSError as error:
                raise ZygoteGone from error
            return self._receive(ANSWER_SECONDS)

    def _receive(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        try:
            packet = self._control.recv(PACKET)
        except OSError as error:
            raise ZygoteGone from error
        if not packet:
            raise ZygoteGone
        answer: dict[str, Any] = json.loads(packet)
        return answer

    def close(self) -> None:
        """End the zygote, and with it every child that it still has."""
        self._control.close()
        if self._process.stderr:
            self._process.stderr.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
