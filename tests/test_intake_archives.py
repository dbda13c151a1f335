"""Intake of whole archives: odd, deep, closing and looping folders, mailboxes, and thousands of files."""

from __future__ import annotations

import os
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline import intake, objects, opening
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.types import Blob

LIMITS = Limits()
NOBODY = 65534


def code(source: intake.Source) -> str:
    """The code of its gap; nothing where it was loaded."""
    what = intake.load(source, LIMITS)
    return "" if isinstance(what, Blob) else what.code


@contextmanager
def somebody_else() -> Iterator[None]:
    """Root may read everything, so it is somebody else for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def closing() -> Iterator[Path]:
    """A folder that every user may enter: two files, and a folder with two more between them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "b").mkdir()
        for file in ("a.txt", "b/a.txt", "b/b.txt", "c.txt"):
            (folder / file).write_bytes(b"x")
        folder.chmod(0o755)
        yield folder
        for each in (folder, folder / "b"):
            each.chmod(0o700)


def told(folder: Path, after: int, close: Path) -> dict[str, str]:
    """The rows of `folder`, of which `close` loses all rights once `after` files were loaded."""
    rows: dict[str, str] = {}
    sources = intake.find([folder])
    while True:
        with somebody_else():
            source = next(sources, None)
            if source is None:
                return rows
            rows[Path(source.path).relative_to(folder).as_posix()] = code(source)
        if len(rows) == after:
            close.chmod(0)


def test_a_folder_that_loses_its_rights_midway_loses_no_row(closing: Path) -> None:
    closed = "unreadable"
    assert told(closing, 2, closing) == {"a.txt": "", "b/a.txt": "", "b/b.txt": closed, "c.txt": closed}


def test_a_folder_within_that_loses_its_rights_before_its_turn_is_a_row(closing: Path) -> None:
    assert told(closing, 1, closing / "b") == {"a.txt": "", "b": "unreadable", "c.txt": ""}


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_bytes(b"x")
    (tmp_path / "in" / "up").symlink_to("..")
    (tmp_path / "in" / "here").symlink_to(".")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    rows = {Path(source.path).relative_to(tmp_path).as_posix(): code(source) for source in intake.find([tmp_path])}
    assert rows == {"in/note.txt": "", "one": "symlink_loop", "two": "symlink_loop"}
    below = [source.uri for source in intake.find([tmp_path / "in" / "up" / "in"])]
    assert below == [f"{tmp_path}/in/up/in/note.txt"]


def test_folders_lie_deeper_in_each_other_than_calls_may(tmp_path: Path) -> None:
    folders = [tmp_path / "d"]
    while len(folders) < 1200:
        folders.append(folders[-1] / "d")
    for folder in folders:
        folder.mkdir()
    note = folders[-1] / "note.txt"
    try:
        note.write_bytes(b"x")
        (source,) = intake.find([tmp_path])
        assert (source.path, code(source)) == (note, "")
    finally:  # whoever clears up after the tests calls itself, too
        note.unlink()
        for folder in reversed(folders):
            folder.rmdir()


def test_names_that_are_not_text_are_found_again_by_what_a_worker_is_handed(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    for name in (b"\xff\xfe.txt", b"a\\xff.txt", "Übersicht\u202e.txt".encode()):
        (folder / os.fsdecode(name)).write_bytes(name)
    sources = list(intake.find([tmp_path]))
    assert len({source.uri for source in sources}) == 3
    for source in sources:
        source.uri.encode("utf-8")
        assert source.uri.isprintable()
        handed = intake.place(os.fsdecode(os.fsencode(str(source.path))))
        blob = intake.load(intake.Source(uri=source.uri, path=handed), LIMITS)
        assert isinstance(blob, Blob)
        assert blob.data == os.fsencode(Path(source.path).name)


def test_no_name_on_disk_is_taken_for_an_address_or_for_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "memory:").mkdir()
    (tmp_path / "memory:" / "note.txt").write_bytes(b"x")
    (tmp_path / "-").write_bytes(b"y")
    monkeypatch.setattr(objects, "read", None)
    monkeypatch.setattr("sys.stdin", None)
    sources = list(intake.find(["."]))
    assert [(source.uri, code(source)) for source in sources] == [("./-", ""), ("memory:/note.txt", "")]
    assert [intake.place(str(source.path)) for source in sources] == [source.path for source in sources]


def test_thousands_of_empty_files_are_a_row_each_and_no_burden(tmp_path: Path) -> None:
    """No more memory for twenty folders of a thousand files than for two, whoever takes one row after the other."""
    for folder in range(20):
        (tmp_path / f"{folder:02}").mkdir()
        for file in range(1000):
            (tmp_path / f"{folder:02}" / str(file)).touch()
    tracemalloc.start()
    try:
        few = rows = 0
        for source in intake.find([tmp_path]):
            assert code(source) == "empty"
            rows += 1
            if rows == 2000:
                few = tracemalloc.get_traced_memory()[1]
        assert rows == 20_000
        assert tracemalloc.get_traced_memory()[1] < 1.5 * few
    finally:
        tracemalloc.stop()


MESSAGE = """\
Return-Path: <ada@example.org>
From: Ada <ada@example.org>
To: Ben <ben@example.org>
Subject: {subject}
Date: Tue, 14 Nov 2023 10:00:00 +0000

{text}
"""


def test_a_mailbox_of_one_file_a_message_has_a_row_for_each_message(tmp_path: Path, sandbox: Sandbox) -> None:
    """A Maildir as mail servers write it: unread, read with flags, half delivered, and a folder within."""
    messages = {
        ".Sent/cur/1700000003.M4P1.mail.example.com,S=200:2,RS": "The minutes are attached.",
        "cur/1700000000.M1P1.mail.example.com:2,S": "The secretariat met on Tuesday.",
        "new/1700000001.M2P1.mail.example.com": "The plan was agreed.",
        "tmp/1700000002.M3P1.mail.example.com": "The plan was",
    }
    for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in messages.items():
        (tmp_path / name).write_text(MESSAGE.format(subject="Notes", text=text))
    sources = list(intake.find([tmp_path]))
    assert [source.uri for source in sources] == [f"{tmp_path}/{name}" for name in messages]
    for source, text in zip(sources, messages.values(), strict=True):
        blob = intake.load(source, LIMITS)
        assert isinstance(blob, Blob)
        assert blob.name == Path(source.uri).name
        (document,) = opening.documents(source.uri, blob, sandbox, LIMITS)
        assert (document.blob.media_type, document.gaps) == ("message/rfc822", ())
        assert any(text in part.text for part in document.parts)


def test_the_last_change_is_that_of_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes(b"x")
    (tmp_path / "link").symlink_to("old.txt")
    (tmp_path / "nowhere").symlink_to("gone")
    os.utime(tmp_path / "old.txt", (1000, 1000))
    changes = {Path(source.uri).name: intake.last_change(source) for source in intake.find([tmp_path])}
    assert changes == {"link": 1000.0, "nowhere": None, "old.txt": 1000.0}
