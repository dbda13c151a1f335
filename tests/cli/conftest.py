"""Runs the command as a user does, in a process of its own where its imports matter, in this one otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from pipeline import policy
from pipeline.cli import run
from pipeline.sandbox import Sandbox

PLAIN = "The secretariat met on Tuesday and agreed the plan for the coming quarter.\n"
FOREIGN = "Les bureaux seront fermés le vendredi après-midi en raison des travaux de rénovation de la façade.\n"
MARKED = "TLP:RED\n\nThe secretariat met on Tuesday and agreed the plan for the coming quarter.\n"


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


Sharelight = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a clean, a foreign and an unreadable document, and a configuration of its own."""
    monkeypatch.setenv("SHARELIGHT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("SHARELIGHT_WEAK_SANDBOX", "1")
    monkeypatch.setenv("SHARELIGHT_JOBS", "1")  # each process loads rules and model
    monkeypatch.setenv("COLUMNS", "100")
    here = tmp_path / "docs"
    here.mkdir()
    (here / "clean.txt").write_text(PLAIN)
    (here / "foreign.txt").write_text(FOREIGN)
    (here / "marked.txt").write_text(MARKED)
    (here / "empty.txt").write_text("")
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def sharelight(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, folder: Path
) -> Sharelight:
    """The command in this process, with the one warmed sandbox, and rules that are read once."""
    monkeypatch.setattr("pipeline.sandbox.Sandbox", lambda limits, allow_weak=False: nullcontext(sandbox))
    monkeypatch.setattr("pipeline.policy.load", _load_once)

    def call(*arguments: str) -> Done:
        capfd.readouterr()
        code = run(arguments)
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return call


_load_once = cache(policy.load)


@pytest.fixture
def process() -> Sharelight:
    def call(*arguments: str, stdin: bytes = b"", code: str = "") -> Done:
        command = [sys.executable, *(("-c", code) if code else ("-m", "pipeline.cli")), *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, env=os.environ.copy(), timeout=60)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call
