"""Intake: every path gets exactly one row, whatever lies there."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import intake, objects
from pipeline.limits import Limits
from pipeline.types import Blob, Gap

LIMITS = Limits()


def loaded(*paths: str | Path, limits: Limits = LIMITS) -> dict[str, str]:
    """For each row its sha256 or the code of its gap."""
    rows = [(source.uri, intake.load(source, limits)) for source in intake.find(paths)]
    assert len(rows) == len({uri for uri, _ in rows})
    return {uri: what.sha256 if isinstance(what, Blob) else what.code for uri, what in rows}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.threat(95)
def test_a_directory_gives_a_row_for_everything_in_it_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "deep.txt").write_bytes(b"deep")
    (tmp_path / "a.txt").write_bytes(b"a")
    (tmp_path / "c.txt").write_bytes(b"a")
    os.link(tmp_path / "a.txt", tmp_path / "hard-link.txt")
    (tmp_path / "link.txt").symlink_to("a.txt")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "folder-link").symlink_to("b")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "empty").write_bytes(b"")
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        rows = loaded(tmp_path)
    names = {Path(uri).relative_to(tmp_path).as_posix(): what for uri, what in rows.items()}
    assert list(names) == sorted(names)
    assert names == {
        "a.txt": sha(b"a"),
        "b/deep.txt": sha(b"deep"),
        "c.txt": sha(b"a"),
        "dangling": "missing",
        "empty": "empty",
        "fifo": "not_a_file",
        "hard-link.txt": sha(b"a"),
        "link.txt": sha(b"a"),
        "loop": "symlink_loop",
        "socket": "not_a_file",
    }


def test_a_missing_path_gets_its_row_and_the_others_theirs(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    sources = list(intake.find([tmp_path / "gone.pdf", tmp_path / "a.txt"]))
    assert [source.named for source in sources] == [True, True]
    assert list(loaded(tmp_path / "gone.pdf", tmp_path / "a.txt").values()) == ["missing", sha(b"a")]


def test_a_device_is_not_read() -> None:
    assert list(loaded("/dev/zero").values()) == ["not_a_file"]


@pytest.mark.threat(95)
def test_a_sparse_terabyte_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)
    assert list(loaded(tmp_path).values()) == ["limit_input"]


def test_the_limit_is_the_last_size_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "just").write_bytes(b"x" * 10)
    (tmp_path / "over").write_bytes(b"x" * 11)
    assert list(loaded(tmp_path, limits=Limits(input_bytes=10)).values()) == [sha(b"x" * 10), "limit_input"]


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Root may read everything; the test is somebody else for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which those of `tmp_path` are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "closed.txt").write_bytes(b"a")
        (Path(name) / "closed.txt").chmod(0)
        (Path(name) / "folder").mkdir(mode=0)
        yield Path(name)
        (Path(name) / "folder").chmod(0o700)


def test_what_may_not_be_read_is_a_row(open_folder: Path, as_nobody: None) -> None:
    assert list(loaded(open_folder).values()) == ["unreadable", "unreadable"]


def test_a_folder_that_cannot_be_listed_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    assert list(loaded(tmp_path).values()) == ["unreadable"]


def test_a_name_that_is_no_text_is_shown_escaped(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9\n.txt")).write_bytes(b"a")
    (source,) = intake.find([tmp_path])
    assert source.uri.endswith("caf\\xe9\\n.txt")
    assert isinstance(intake.load(source, LIMITS), Blob)


@pytest.mark.threat(88)
def test_a_file_that_grows_while_it_is_read_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "growing.txt"
    path.write_bytes(b"first")
    read = objects.bounded

    def read_and_write(file: io.BufferedReader, most: int) -> bytes:
        data = read(file, most)
        path.write_bytes(b"second, longer")
        return data

    monkeypatch.setattr(objects, "bounded", read_and_write)
    assert list(loaded(path).values()) == ["changed"]


def test_standard_input_is_read_under_the_name_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b"piped")

    monkeypatch.setattr("sys.stdin", Stdin())
    (source,) = intake.find(["-"])
    blob = intake.load(source, LIMITS, stdin_filename="/some/where/note.txt")
    assert isinstance(blob, Blob)
    assert (blob.name, blob.data) == ("note.txt", b"piped")


def test_a_gap_names_its_file(tmp_path: Path) -> None:
    (source,) = intake.find([tmp_path / "gone"])
    gap = intake.load(source, LIMITS)
    assert isinstance(gap, Gap)
    assert (gap.stage, gap.path) == ("intake", str(tmp_path / "gone"))
