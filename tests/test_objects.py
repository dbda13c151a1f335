"""Objects of a store are files: one row each, read once, and never shareable unread. A real server, on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from fsspec.implementations.memory import MemoryFileSystem
from moto.server import DomainDispatcherApplication, create_backend_app
from s3fs import S3FileSystem
from werkzeug.serving import WSGIRequestHandler, make_server

from pipeline import audit, intake, objects, settings
from pipeline.cli import run
from pipeline.errors import MissingExtra, UsageError
from pipeline.limits import Limits
from pipeline.store.store import Store
from pipeline.types import Blob

LIMITS = Limits()
PAGE = 20  # objects in one answer of the store; a thousand elsewhere
SECRET = "obviously-not-a-real-key"
PLAIN = b"The secretariat met on Tuesday and agreed the plan for the coming quarter.\n"
SHARP = b"Checkpoint 7 solved 14 of 20 exploit tasks; its launch is planned for May.\n"


class Server:
    """A store that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self._app = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], respond: Any) -> Any:
        self.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        return self._app(environ, respond)

    def fetched(self, bucket: str) -> list[str]:
        """The keys whose bytes were asked for, as often as they were."""
        start = f"/{bucket}/"
        return [path.removeprefix(start) for method, path in self.asked if method == "GET" and path.startswith(start)]


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def listening() -> Iterator[tuple[Server, str]]:
    server = Server()
    with make_server("127.0.0.1", 0, server, threaded=True, request_handler=_Silent) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield server, f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture
def server(listening: tuple[Server, str], monkeypatch: pytest.MonkeyPatch) -> Server:
    for name, value in {
        "AWS_ENDPOINT_URL": listening[1],
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()
    return listening[0]


Put = Callable[[dict[str, bytes]], None]


@pytest.fixture
def client(server: Server) -> Any:
    return boto3.client("s3")


@pytest.fixture
def bucket(request: pytest.FixtureRequest, client: Any) -> str:
    """A bucket of each test's own."""
    name = f"b-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def put(bucket: str, client: Any) -> Put:
    def put(content: dict[str, bytes]) -> None:
        for key, data in content.items():
            client.put_object(Bucket=bucket, Key=key, Body=data)

    return put


def loaded(address: str, limits: Limits = LIMITS) -> dict[str, str]:
    """For each row its sha256 or the code of its gap; loaded as a worker does, which is handed text."""
    found = [(source.uri, intake.place(str(source.path))) for source in intake.find([address])]
    rows = [(uri, intake.load(intake.Source(uri=uri, path=path), limits)) for uri, path in found]
    assert len(rows) == len({uri for uri, _ in rows})
    return {uri: what.sha256 if isinstance(what, Blob) else what.code for uri, what in rows}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


ODD = [
    "a//b.txt", "/lead.txt", "..", "../up", "a/./b", "a/../b", "c::d", "x://y", "h#h", "s p", "star*", "br[a]", "%20",
    "plus+", "Übersicht.txt", "back\\slash", "pre", "pre/x", "prefix",
]  # fmt: skip


def test_a_bucket_gives_a_row_for_every_object_in_order(put: Put, bucket: str) -> None:
    put({key: key.encode() for key in ODD})
    rows = loaded(f"s3://{bucket}")
    assert rows == {f"s3://{bucket}/{key}": sha(key.encode()) for key in ODD}
    assert list(rows) == sorted(rows)


def test_more_objects_than_one_page_of_a_listing(put: Put, bucket: str) -> None:
    put({f"many/{number:04}": b"" for number in range(2 * PAGE + 1)})
    assert len(list(intake.find([f"s3://{bucket}/many"]))) == 2 * PAGE + 1


@pytest.mark.parametrize("given", ["pre", "pre/"])
def test_a_prefix_is_a_folder_and_may_be_an_object_too(put: Put, bucket: str, given: str) -> None:
    put({key: key.encode() for key in ODD})
    assert list(loaded(f"s3://{bucket}/{given}")) == [f"s3://{bucket}/pre", f"s3://{bucket}/pre/x"]


def test_one_object_is_named_by_the_end_of_its_key(put: Put, bucket: str, client: Any) -> None:
    put({"in/a folder/note.txt": PLAIN})
    (source,) = intake.find([f"s3://{bucket}/in/a folder/note.txt"])
    blob = intake.load(source, LIMITS)
    assert isinstance(blob, Blob)
    assert (blob.name, blob.data) == ("note.txt", PLAIN)
    changed = client.head_object(Bucket=bucket, Key="in/a folder/note.txt")["LastModified"]
    assert intake.last_change(source) == pytest.approx(changed.timestamp(), abs=1)


def test_what_the_library_would_take_for_another_object_is_a_gap(put: Put, bucket: str) -> None:
    """It drops a last slash, and takes a question for a version: the bytes would be those of a neighbour."""
    put({"note": PLAIN, "note/": SHARP, "note?versionId=1": SHARP, "marker/": b"", "empty": b""})
    rows = {uri.rpartition(f"{bucket}/")[2]: what for uri, what in loaded(f"s3://{bucket}").items()}
    assert rows == {"empty": "empty", "note": sha(PLAIN), "note/": "unreadable", "note?versionId=1": "unreadable"}


def test_bytes_are_fetched_once_and_not_at_all_beyond_the_limit(put: Put, bucket: str, server: Server) -> None:
    put({"just": b"x" * 10, "over": b"x" * 11, "large": b"x" * 7_000_000})
    assert list(loaded(f"s3://{bucket}/just", Limits(input_bytes=10)).values()) == [sha(b"x" * 10)]
    assert list(loaded(f"s3://{bucket}/over", Limits(input_bytes=10)).values()) == ["limit_input"]
    assert list(loaded(f"s3://{bucket}/large").values()) == [sha(b"x" * 7_000_000)]
    assert server.fetched(bucket) == ["just", "large"]


def test_a_second_listing_sees_what_came_since(put: Put, bucket: str) -> None:
    put({"first": PLAIN})
    assert len(list(intake.find([f"s3://{bucket}"]))) == 1
    put({"second": PLAIN})
    assert len(list(intake.find([f"s3://{bucket}"]))) == 2


def _when(monkeypatch: pytest.MonkeyPatch, method: str, act: Callable[[], None]) -> None:
    """Have something happen just before the store is asked for it."""
    call = S3FileSystem._call_s3

    async def called(self: S3FileSystem, asked: str, *arguments: Any, **more: Any) -> Any:
        if asked == method:
            act()
        return await call(self, asked, *arguments, **more)

    monkeypatch.setattr(S3FileSystem, "_call_s3", called)


@pytest.mark.threat(88)
def test_an_object_that_changes_while_it_is_read_is_not_taken(
    put: Put, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put({"moving": PLAIN})
    (source,) = intake.find([f"s3://{bucket}"])
    _when(monkeypatch, "get_object", lambda: put({"moving": SHARP[: len(PLAIN)].ljust(len(PLAIN))}))
    what = intake.load(source, LIMITS)
    assert getattr(what, "code", "") == "changed"


def test_an_object_that_vanishes_is_a_gap(put: Put, bucket: str, client: Any) -> None:
    put({"going": PLAIN})
    (source,) = intake.find([f"s3://{bucket}"])
    client.delete_object(Bucket=bucket, Key="going")
    assert getattr(intake.load(source, LIMITS), "code", "") == "missing"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermissionError(13, SECRET), "unreadable"),
        (EndpointConnectionError(endpoint_url=SECRET), "unreachable"),
        (TimeoutError(SECRET), "unreachable"),
        (OSError(5, SECRET), "unreachable"),
        (ValueError(SECRET), "unreachable"),
    ],
)
def test_an_object_that_cannot_be_read_is_a_gap_without_the_words_of_the_library(
    put: Put, bucket: str, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def fail() -> None:
        raise error

    put({"closed": PLAIN})
    (source,) = intake.find([f"s3://{bucket}"])
    monkeypatch.setattr(S3FileSystem, "retries", 1)
    _when(monkeypatch, "get_object", fail)
    gap = intake.load(source, LIMITS)
    assert getattr(gap, "code", "") == code
    assert SECRET not in repr(gap)


def test_a_listing_that_breaks_off_is_no_listing(put: Put, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put({f"{number:04}": b"" for number in range(PAGE + 1)})
    pages = iter(range(2))

    def second() -> None:
        if next(pages):
            raise PermissionError(13, SECRET)

    _when(monkeypatch, "list_objects_v2", second)
    with pytest.raises(UsageError, match="access is denied"):
        list(intake.find([f"s3://{bucket}"]))


@pytest.mark.parametrize("address", ["s3://no-such-bucket", "s3://no-such-bucket/prefix", "{}/no-such-prefix"])
def test_a_bucket_that_is_not_there_is_said_in_a_line_and_is_an_error(
    bucket: str, address: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHARELIGHT_CONFIG_DIR", str(tmp_path))
    address = address.format(f"s3://{bucket}")
    assert run(("scan", address, "-q", "-f", "jsonl", "--progress", "off")) == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [f"sharelight: {address}: nothing is there"]


def test_a_store_that_does_not_answer_is_an_error_that_keeps_secrets(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(S3FileSystem, "retries", 1)
    assert objects.trouble("s3://archive") == "the store cannot be reached or listed (EndpointConnectionError)"
    with pytest.raises(UsageError, match=r"^s3://archive: the store cannot be reached") as told:
        list(intake.find(["s3://archive"]))
    assert "127.0.0.1" not in str(told.value)


def test_without_credentials_the_environment_is_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(S3FileSystem, "retries", 1)
    assert objects.trouble("s3://archive") == "no credentials were found in the environment"


@pytest.mark.parametrize(
    ("address", "shown", "why"),
    [
        (f"s3://nobody:{SECRET}@archive/a", "s3://…@archive/a", "credentials"),
        (f"ftp://nobody:{SECRET}@example.org/a", "ftp://…@example.org/a", "credentials"),
        (f"https://example.org/a?X-Amz-Signature={SECRET}", "https://example.org/a", "credentials"),
        (f"https://example.org/a?x=1&sig={SECRET}", "https://example.org/a", "credentials"),
        (f"https://{SECRET}@example.org/a", "https://…@example.org/a", "credentials"),
        ("zip://a.txt::s3://archive/a.zip", "zip://a.txt::s3://archive/a.zip", "chain"),
        ("nowhere://a", "nowhere://a", "no store of this kind"),
        ("gs://archive/a", "gs://archive/a", "not installed"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_before_anything_is_asked(
    address: str,
    shown: str,
    why: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("SHARELIGHT_CONFIG_DIR", str(tmp_path))
    assert run(("scan", address, "-f", "jsonl")) == 2
    told = capfd.readouterr()
    assert told.err.startswith(f"sharelight: {shown}: ")
    assert why in told.err
    assert SECRET not in told.err + told.out
    assert getattr(intake.load(intake.Source(uri="x", path=address), LIMITS), "code", "") == "unreadable"


@pytest.mark.parametrize("module", ["upath", "s3fs"])
def test_a_missing_extra_is_one_line(server: Server, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules["fsspec.registry"].__dict__["_registry"], "s3", raising=False)
    with pytest.raises(MissingExtra, match=r"pip install 'sharelight\[objects\]'"):
        objects.trouble("s3://archive")


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    fs = MemoryFileSystem()
    yield fs
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]


def test_any_other_store_is_walked_folder_by_folder(memory: MemoryFileSystem) -> None:
    for name in ("top/b.txt", "top/deep/er/a.txt", "top/deep/c.txt", "other.txt"):
        memory.pipe_file(f"/{name}", name.encode())
    names = ["b.txt", "deep/c.txt", "deep/er/a.txt"]
    assert loaded("memory://top") == {f"memory://top/{name}": sha(f"top/{name}".encode()) for name in names}
    assert list(loaded("memory://other.txt").values()) == [sha(b"other.txt")]
    assert len(loaded("memory://")) == 4
    with pytest.raises(UsageError, match="no folder"):
        loaded("memory://other.txt/")


def test_a_folder_of_a_store_that_cannot_be_listed_ends_the_listing(
    memory: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = MemoryFileSystem.ls

    def refusing(self: MemoryFileSystem, path: str, detail: bool = True, **more: Any) -> Any:
        if "closed" in path:
            raise PermissionError(13, "Permission denied")
        return listed(self, path, detail=detail, **more)

    for name in ("top/a.txt", "top/closed/b.txt"):
        memory.pipe_file(f"/{name}", b"x")
    monkeypatch.setattr(MemoryFileSystem, "ls", refusing)
    with pytest.raises(UsageError, match="access is denied"):
        list(intake.find(["memory://top"]))


def test_an_address_of_this_machine_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a b%20.txt").write_bytes(PLAIN)
    (tmp_path / "link").symlink_to("nowhere")
    rows = loaded(f"file://{tmp_path}")
    assert rows == {f"file://{tmp_path}/a b%20.txt": sha(PLAIN), f"file://{tmp_path}/link": "missing"}
    assert intake.trouble(f"file://{tmp_path}/gone") == "no such file"


def _scanned(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    command = [sys.executable, "-m", "pipeline.cli", "scan", *arguments, "-f", "jsonl", "--jobs", "1"]
    done = subprocess.run(command, capture_output=True, env=os.environ.copy(), timeout=120)
    assert SECRET.encode() not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHARELIGHT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("SHARELIGHT_WEAK_SANDBOX", "1")


def test_a_bucket_is_audited_and_what_is_unchanged_is_not_read_again(
    put: Put, bucket: str, server: Server, own: None, database: str
) -> None:
    put({"odd//plain.txt": PLAIN, "sharp.txt": SHARP, "sharp.txt/": SHARP})
    code, rows = _scanned(f"s3://{bucket}")
    assert code == 3
    assert [(row["uri"].removeprefix(f"s3://{bucket}/"), row["verdict"]) for row in rows] == [
        ("odd//plain.txt", "shareable"), ("sharp.txt", "held_back"), ("sharp.txt/", "needs_review"),
    ]  # fmt: skip
    assert sorted(server.fetched(bucket)) == ["odd//plain.txt", "sharp.txt"]
    assert _scanned(f"s3://{bucket}") == (code, rows)
    assert sorted(server.fetched(bucket)) == ["odd//plain.txt"] * 2 + ["sharp.txt"] * 2
    with Store(database) as store:
        decided = [row for row in store.trail() if row["action"] == "decided"]
        assert [file.modified is None for file in store.runs.finished(store.runs.find("latest").id, 0)] == [False] * 3
    assert len(decided) == 4  # two, and the one that could not be read twice


def test_an_object_that_is_gone_when_its_turn_comes_needs_review(
    put: Put, bucket: str, client: Any, own: None, database: str
) -> None:
    put({"going.txt": PLAIN, "staying.txt": PLAIN})
    address, chosen = f"s3://{bucket}", settings.load({"jobs": 1}).settings
    with Store(database) as store:
        audit.begin(store, intake.find([address]), chosen, roots=[address], today=date.today())
    client.delete_object(Bucket=bucket, Key="going.txt")
    code, rows = _scanned("--resume", "latest")
    assert code == 1
    assert [(row["name"], row["verdict"], [gap["code"] for gap in row["coverage"]["unread"]]) for row in rows] == [
        ("going.txt", "needs_review", ["missing"]), ("staying.txt", "shareable", []),
    ]  # fmt: skip
