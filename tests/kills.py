"""Kills a scan again and again, with SIGKILL, and goes on with it: nothing may be lost, doubled or decided otherwise.

    python -m tests.kills [documents] [kills] [database address]

A random process of the run dies each time, its parent or one of its workers. A test kills five times.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.benchmark.samples import SENTENCES
from pipeline.store.store import Store

HELD = "Checkpoint {0} solved {1} of 20 exploit tasks; its launch is planned for May, and nothing of it is public."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: how often which process was killed, and all that is wrong."""

    parents: int
    workers: int
    faults: tuple[str, ...]


def archive(folder: Path, documents: int) -> None:
    """Short notes, all of them different, one in five with something to hold back."""
    for number in range(documents):
        below = folder / f"{number // 500:03}"
        below.mkdir(parents=True, exist_ok=True)
        told = " ".join(SENTENCES[(number * 3 + n) % len(SENTENCES)] for n in range(4))
        text = f"Note {number}. {told}\n\n{HELD.format(number, number % 20) if number % 5 == 0 else ''}\n"
        (below / f"{number:06}.txt").write_text(text)


def kill_and_resume(folder: Path, documents: int, kills: int, url: str, seed: int = 1) -> Outcome:
    """An interrupted run of `documents` files against one that was left alone."""
    chance = random.Random(seed)
    archive(folder / "archive", documents)
    whole = _rows(folder, f"sqlite:///{folder / 'whole.db'}", ["archive"])
    took = time.monotonic()
    killed = {"parent": 0, "worker": 0}
    name = ""
    while sum(killed.values()) < kills:
        process = _start(folder, url, ["--resume", name] if name else ["archive"])
        time.sleep(3.5 + chance.random() * 3)  # it must have begun to work; a sleep, since it is about time
        if process.poll() is not None:
            break
        who = "parent" if sum(killed.values()) % 2 == 0 else "worker"
        killed[who] += _kill(process, who, chance)
        name = name or _latest(url)
    rows = _rows(folder, url, ["--resume", name] if name else ["archive"])
    with Store(url) as store:
        counts, (entries, faults) = store.runs.counts(store.runs.find("latest").id), store.verify_trail()
    wrong = [*faults, *_differences(rows, whole)]
    if counts["planned"] or counts["done"] + counts["failed"] != documents:
        wrong.append(f"counts {counts}")
    print(f"{entries} rows of the audit trail, {time.monotonic() - took:.0f} s", file=sys.stderr)  # noqa: T201
    return Outcome(parents=killed["parent"], workers=killed["worker"], faults=tuple(wrong))


def _differences(rows: list[dict[str, str]], whole: list[dict[str, str]]) -> Iterator[str]:
    """A file whose reader was killed may need a review for it; any other verdict must be the same."""
    if [row["uri"] for row in rows] != [row["uri"] for row in whole]:
        yield f"{len(rows)} rows instead of {len(whole)}, or in another order"
        return
    for row, other in zip(rows, whole, strict=True):
        if row != other and not row["lost"]:
            yield f"{row['uri']}: {row['verdict']} instead of {other['verdict']}"


def _rows(folder: Path, url: str, arguments: list[str]) -> list[dict[str, str]]:
    out = folder / "rows.jsonl"
    subprocess.run([*_command(arguments), "-f", "jsonl", "-o", str(out)], cwd=folder, env=_environment(folder, url),
                   check=False, capture_output=True)  # fmt: skip
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    lost = ({"crashed", "timed_out"} & {gap["code"] for gap in row["coverage"]["unread"]} for row in rows)
    return [
        {"uri": row["uri"], "verdict": row["verdict"], "sha256": row["sha256"], "lost": "".join(codes)}
        for row, codes in zip(rows, lost, strict=True)
    ]


def _start(folder: Path, url: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*_command(arguments), "-f", "jsonl", "-o", "out.jsonl", "--progress", "off"], cwd=folder,
                            env=_environment(folder, url), stderr=subprocess.DEVNULL)  # fmt: skip


def _kill(process: subprocess.Popen[bytes], who: str, chance: random.Random) -> int:
    """Kill the parent and wait until its workers have seen it, or kill one worker and then stop the parent, too."""
    workers = _workers(process.pid)
    victim = process.pid if who == "parent" or not workers else chance.choice(workers)
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    if victim != process.pid:
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
    process.wait()
    return 1


def _workers(pid: int) -> list[int]:
    """The processes of ours below `pid`, at any depth."""
    with suppress(FileNotFoundError):
        children = [int(n) for t in Path(f"/proc/{pid}/task").iterdir() for n in (t / "children").read_text().split()]
        return [*children, *(below for child in children for below in _workers(child))]
    return []


def _latest(url: str) -> str:
    with Store(url) as store:
        return store.runs.find("latest").id


def _command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "pipeline.cli", "scan", "--jobs", "2", "--weak-sandbox", *arguments]


def _environment(folder: Path, url: str) -> dict[str, str]:
    here = str(Path(__file__).parent.parent)
    return os.environ | {
        "SHARELIGHT_DATABASE_URL": url, "SHARELIGHT_CONFIG_DIR": str(folder / "config"), "PYTHONPATH": here,
    }  # fmt: skip


def main() -> int:
    documents, kills = (int(argument) for argument in (*sys.argv[1:3], *("2000", "100")[len(sys.argv[1:3]) :]))
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{folder}/killed.db"
        outcome = kill_and_resume(Path(folder), documents, kills, url)
    print(f"{outcome.parents} parents and {outcome.workers} workers killed; {len(outcome.faults)} faults")  # noqa: T201
    for fault in outcome.faults[:20]:
        print(fault)  # noqa: T201
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
