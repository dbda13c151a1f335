"""Archives and compressed streams: every byte that somebody packed comes out, or a gap says that it did not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import partial

import py7zr
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract import archive_7z, archive_tar, archive_zip, compressed
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part
from tests.hostile.archive_making import member, seven, tarred, zipped

SEVEN = "application/x-7z-compressed"
NAMES = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?\.txt", fullmatch=True)
FILES = st.dictionaries(NAMES, st.binary(max_size=600), max_size=6)
READERS = {"application/x-tar": archive_tar, "application/zip": archive_zip, SEVEN: archive_7z}
STREAMS: dict[str, Callable[[bytes], bytes]] = {
    "application/gzip": gzip.compress,
    "application/x-bzip2": bz2.compress,
    "application/x-xz": lzma.compress,
    "application/x-lzma": partial(lzma.compress, format=lzma.FORMAT_ALONE),
    "application/zstd": zstandard.compress,
}


FOLDERS = st.sampled_from(["", "a/", "a/b c/", "..a/"])
TREES = st.dictionaries(
    st.builds("{}{}.txt".format, FOLDERS, st.text("aé漢字 -ß", min_size=1, max_size=9)),
    st.one_of(st.binary(max_size=400), st.binary(min_size=1, max_size=40).map(lambda piece: piece * 200)), max_size=5,
)  # fmt: skip


def tar(files: dict[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    return tarred(*(member(name, data) for name, data in files.items()), format=form)


PACKED: dict[str, tuple[str, Callable[[dict[str, bytes]], bytes]]] = {
    "stored": ("application/zip", partial(zipped, method=zipfile.ZIP_STORED)),
    "deflated": ("application/zip", zipped),
    "bzip2": ("application/zip", partial(zipped, method=zipfile.ZIP_BZIP2)),
    "lzma": ("application/zip", partial(zipped, method=zipfile.ZIP_LZMA)),
    "gnu": ("application/x-tar", tar),
    "pax": ("application/x-tar", partial(tar, form=tarfile.PAX_FORMAT)),
    "ustar": ("application/x-tar", partial(tar, form=tarfile.USTAR_FORMAT)),
    "7z": (SEVEN, partial(seven, filters=[{"id": py7zr.FILTER_LZMA2, "preset": 0}])),
    "7z stored": (SEVEN, partial(seven, filters=[{"id": py7zr.FILTER_COPY}])),
}


def unpacked(data: bytes, media_type: str = "application/x-tar") -> tuple[dict[str, bytes], list[str], str]:
    reader = READERS.get(media_type, compressed)
    found = list(reader.extract(Blob.of(data, name="a", media_type=media_type), Limits()))  # type: ignore[attr-defined]
    children = {item.name: item.data for item in found if isinstance(item, Blob)}
    text = "\n".join(item.text for item in found if isinstance(item, Part))
    return children, [item.code for item in found if isinstance(item, Gap)], text


@pytest.mark.parametrize("form", PACKED)
@settings(max_examples=10, deadline=None)
@given(TREES)
def test_every_file_of_an_archive_comes_out(form: str, files: dict[str, bytes]) -> None:
    media_type, pack = PACKED[form]
    found = {name.strip(): data for name, data in files.items()}
    assert unpacked(pack(files), media_type)[:2] == (found, [])


@pytest.mark.parametrize("form", PACKED)
@settings(max_examples=15, deadline=None)
@given(files=TREES, cut=st.floats(0, 1, exclude_max=True))
def test_an_archive_that_is_cut_is_a_gap_or_whole(form: str, files: dict[str, bytes], cut: float) -> None:
    media_type, pack = PACKED[form]
    whole = pack(files)
    children, gaps, _ = unpacked(whole[: int(cut * len(whole))], media_type)
    assert gaps or Counter(children.values()) >= Counter(data for data in files.values() if data)


@pytest.mark.parametrize("kind", STREAMS)
@settings(max_examples=25, deadline=None)
@given(first=st.binary(max_size=5000), second=st.binary(max_size=50))
def test_every_member_of_a_stream_comes_out(kind: str, first: bytes, second: bytes) -> None:
    pack = STREAMS[kind]
    assert unpacked(pack(first) + pack(second), kind)[:2] == ({"a.unpacked": first + second}, [])


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_that_is_cut_or_goes_on_is_a_gap(kind: str) -> None:
    packed = STREAMS[kind](b"the kestrel counted violet anchors" * 20)
    assert unpacked(packed[:-6], kind)[1] in (["truncated"], ["damaged"])
    children, gaps, _ = unpacked(packed + b"and one more thing", kind)
    assert gaps == ["trailing_data"]
    assert children["trailing"] == b"and one more thing"


@pytest.mark.parametrize("kind", STREAMS)
def test_a_bomb_stops_at_the_limit(kind: str) -> None:
    assert unpacked(STREAMS[kind](bytes(60_000_000)), kind)[1] == ["limit_ratio"]


def test_words_outside_of_files_are_read() -> None:
    header = io.BytesIO()
    with gzip.GzipFile(filename="violet anchors.txt", fileobj=header, mode="wb") as stream:
        stream.write(b"x")
    assert "violet anchors" in unpacked(header.getvalue(), "application/gzip")[2]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname, link.pax_headers = tarfile.SYMTYPE, "/violet/anchors", {"comment": "at dusk"}
        archive.addfile(link)
    text = unpacked(buffer.getvalue())[2]
    assert "/violet/anchors" in text
    assert "at dusk" in text


def test_text_in_the_slack_of_a_tar_file_is_read_and_a_gap() -> None:
    data = bytearray(tar({"a.txt": b"hello"}))
    place = data.index(b"hello") + 60
    data[place : place + 14] = b"violet anchors"
    children, gaps, _ = unpacked(bytes(data))
    assert gaps == ["trailing_data"]
    assert children["a.txt/slack"] == b"violet anchors"


@pytest.mark.parametrize("cut", [100, 600, 1500])
def test_a_tar_file_that_is_cut_is_a_gap(cut: int) -> None:
    assert unpacked(tar({"a.txt": bytes(range(256)) * 4})[:cut])[1]
