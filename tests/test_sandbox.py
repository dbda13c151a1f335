"""The sandbox: what a document can do to its reader, and what the parent makes of it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import zygotes
from pipeline.errors import SandboxError
from pipeline.limits import MB, Limits
from pipeline.sandbox import Sandbox
from pipeline.types import Blob, Document

TIGHT = Limits(wall_seconds=1.0, cpu_seconds=5, memory_bytes=512 * MB, text_chars=1000, members=3)
HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def misbehaving(sandbox: Sandbox) -> Iterator[Sandbox]:
    assert sandbox.grade  # the shared one is up before its program is replaced
    program = f"import sys; sys.path[:0] = [{{root!r}}, {str(HERE)!r}]; import misbehaving; misbehaving.main()"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zygotes, "_PROGRAM", program)
        with Sandbox(TIGHT, allow_weak=True) as sandbox:
            yield sandbox


def told(sandbox: Sandbox, order: str) -> Document:
    return sandbox.read(Blob.of(order.encode(), name="order.txt"))


def codes(document: Document) -> list[str]:
    return [gap.code for gap in document.gaps]


@pytest.mark.threat(86)
@pytest.mark.parametrize(
    ("order", "code"),
    [
        ("abort", "crashed"),
        ("segfault", "crashed"),
        ("loop", "timed_out"),
        ("allocate", "out_of_memory"),
        ("raise", "crashed"),
        ("leave", "bad_reply"),
        ("fail", "crashed"),
        ("half", "bad_reply"),
        ("noise", "bad_reply"),
        ("close", "bad_reply"),
        ("surrogate", "encoding_uncertain"),
        ("exceed", "limit_text"),
        ("children", "limit_members"),
    ],
)
def test_what_was_read_is_kept_and_the_rest_is_a_gap(misbehaving: Sandbox, order: str, code: str) -> None:
    document = told(misbehaving, order)
    assert codes(document) == [code]
    assert "before" in [part.path for part in document.parts]


@pytest.mark.threat(86)
def test_a_bad_document_does_not_harm_the_next(misbehaving: Sandbox) -> None:
    told(misbehaving, "abort")
    document = told(misbehaving, "fine")
    assert (codes(document), document.parts[-1].text) == ([], "fine")


def test_a_death_is_tried_twice_an_exception_once(misbehaving: Sandbox) -> None:
    assert told(misbehaving, "abort").gaps[0].detail.startswith("twice")
    assert "twice" not in told(misbehaving, "raise").gaps[0].detail


def test_an_exception_shows_its_place_and_never_its_text(misbehaving: Sandbox) -> None:
    (gap,) = told(misbehaving, "raise").gaps
    assert gap.detail.startswith("ValueError at misbehaving.py:")
    assert "document" not in gap.detail


def test_the_zygote_is_replaced_when_it_dies(misbehaving: Sandbox) -> None:
    os.kill(misbehaving._zygotes["parse"]._process.pid, signal.SIGKILL)
    assert codes(told(misbehaving, "fine")) == []


def test_threads_share_one_sandbox(misbehaving: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        orders = [f"order{number}" for number in range(40)]
        documents = list(pool.map(lambda order: told(misbehaving, order), orders))
    assert [document.parts[-1].text for document in documents] == orders


def test_self_test_blocks_every_attempt_and_earns_the_grade(sandbox: Sandbox) -> None:
    rows = sandbox.self_test()
    assert {what for what, _ in rows} >= {"read a file", "open a network connection", "start a process", "write a file"}
    if sandbox.grade == "A":
        assert [what for what, blocked in rows if not blocked] == []


def _layers(monkeypatch: pytest.MonkeyPatch, landlock: int, seccomp: bool) -> None:
    lying = (
        "import sys; sys.path.insert(0, {root!r}); from pipeline.extract import lockdown, zygote; "
        f"lockdown.available = lambda: lockdown.Layers(landlock={landlock}, seccomp={seccomp}); zygote.main()"
    )
    monkeypatch.setattr(zygotes, "_PROGRAM", lying)


def test_without_landlock_the_grade_is_b(monkeypatch: pytest.MonkeyPatch) -> None:
    _layers(monkeypatch, 0, True)
    with Sandbox(TIGHT) as weaker:
        assert weaker.grade == "B"
        assert not dict(weaker.self_test())["read a file"]


def test_without_seccomp_nothing_is_read_unless_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    _layers(monkeypatch, 0, False)
    with Sandbox(TIGHT) as weak, pytest.raises(SandboxError, match="doctor"):
        weak.read(Blob.of(b"text", name="a.txt"))
    with Sandbox(TIGHT, allow_weak=True) as weak:
        assert weak.read(Blob.of(b"text", name="a.txt")).grade == "C"


def test_a_reader_that_cannot_be_loaded_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygotes, "_PROGRAM", "# {root}\nimport no_such_module")
    with Sandbox(TIGHT) as broken, pytest.raises(SandboxError, match="no_such_module"):
        broken.read(Blob.of(b"text", name="a.txt"))


def test_nothing_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    """The zygote ends with its parent, even where that had no time to say so."""
    program = textwrap.dedent(
        """
        import os, signal
        from pipeline.limits import Limits
        from pipeline.sandbox import Sandbox
        sandbox = Sandbox(Limits(), allow_weak=True)
        sandbox.start()
        sandbox.grade
        print(sandbox._zygotes["parse"]._process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=HERE.parent, check=False)
    handle = _handle(int(done.stdout))
    if handle is not None:
        ended = _ended(handle)
        os.close(handle)
        assert ended, "the reading process outlived its parent"


def _handle(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _ended(handle: int) -> bool:
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    return bool(poller.poll(5000))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_gets_the_same_grade(tmp_path: Path, sandbox: Sandbox) -> None:
    if not os.access(sys.executable, os.X_OK) or _hidden_from_others(Path(sys.executable).resolve()):
        pytest.skip("this Python lies where no other user can run it")
    program = "import os; os.setgid(1234); os.setuid(1234)\nfrom pipeline.limits import Limits\n"
    program += "from pipeline.sandbox import Sandbox\nwith Sandbox(Limits()) as s: print(s.grade)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=HERE.parent, check=False)
    assert done.stdout.strip() == sandbox.grade


def _hidden_from_others(path: Path) -> bool:
    return any(not parent.stat().st_mode & 0o001 for parent in path.parents)
