"""Times jobs side by side in one run, since absolute figures drift, and counts the processor time of whole families."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Median seconds of several runs, of the clock and of the processor, children included."""

    wall: float
    cpu: float


def interleaved(
    jobs: dict[str, Callable[[], object]], runs: int, cpu: Callable[[], float] | None = None
) -> dict[str, Timing]:
    """Medians of `runs` rounds in which each job runs once, so that a slow minute hits all of them alike."""
    cpu = cpu or _cpu
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, job in jobs.items():
            wall, spent = time.perf_counter(), cpu()
            job()
            seen[name].append((time.perf_counter() - wall, cpu() - spent))
    return {
        name: Timing(wall=statistics.median(w for w, _ in pairs), cpu=statistics.median(c for _, c in pairs))
        for name, pairs in seen.items()
    }


def _cpu() -> float:
    """Seconds of this process and of the children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def family_cpu(pid: int | None = None) -> float:
    """Seconds of a process, of its living descendants, and of the children that each of them has seen end.

    Linux counts them in ticks of 10 ms: measure jobs that take many.
    """
    pid = pid or os.getpid()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        listed = [task.joinpath("children").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:  # it ended meanwhile: its parent counts it now
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS + sum(family_cpu(int(child)) for some in listed for child in some)


def run(command: Sequence[str]) -> str:
    """What our own interpreter, started anew, says."""
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return done.stdout
