"""Frames: what goes in comes out, whatever way it is cut; what is no frame is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.frames import BadFrame, Decoder, encode
from pipeline.limits import Limits
from pipeline.reply import Reply
from pipeline.types import Blob, Block, Box, Gap, Notice, Part, Where
from pipeline.wire import Found, from_frame, to_frame

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WHERE = st.builds(
    Where,
    page=st.none() | st.integers(1, 9),
    sheet=st.none() | TEXT,
    line=st.none() | st.integers(1, 9),
    boxes=st.just(()) | st.just((Box(page=1, x0=0.5, y0=1.0, x1=2.0, y1=3.25),)),
)
FOUND: st.SearchStrategy[Found] = st.one_of(
    st.builds(Part, kind=st.sampled_from(["body", "table", "comment"]), text=TEXT, path=TEXT, where=WHERE),
    st.builds(Gap, stage=st.just("extract"), code=st.sampled_from(["damaged", "encrypted"]), path=TEXT, detail=TEXT),
    st.builds(Notice, code=TEXT, path=TEXT, visibility=st.sampled_from(["visible", "hidden"]), detail=TEXT),
    st.builds(lambda data, name: Blob.of(data, name=name, container="a.zip"), st.binary(max_size=50), TEXT),
)
BLOB = Blob.of(b"document", name="a.zip")


@given(st.lists(FOUND, max_size=6), st.integers(1, 50))
def test_finds_survive_the_wire_in_any_pieces(finds: list[Found], step: int) -> None:
    stream = b"".join(map(to_frame, finds))
    decoder = Decoder(1000)
    frames = [frame for at in range(0, len(stream), step) for frame in decoder.feed(stream[at : at + step])]
    assert [from_frame(frame, "a.zip") for frame in frames] == finds
    assert decoder.rest == 0


@given(st.binary(max_size=200))
def test_noise_never_raises_anything_else(noise: bytes) -> None:
    reply = Reply(job="1", blob=BLOB, limits=Limits())
    with contextlib.suppress(BadFrame):
        reply.feed(noise)
    assert not reply.complete


def _reply(*frames: bytes) -> Reply:
    reply = Reply(job="1", blob=BLOB, limits=Limits(members=2, text_chars=50))
    for frame in frames:
        reply.feed(frame)
    return reply


def _head(**changes: str) -> bytes:
    fields = {"t": "head", "job": "1", "sha256": BLOB.sha256, "media_type": "a/b", "extractor": "x", "profile": "parse"}
    return encode(fields | changes)


def _end(**changes: int | str) -> bytes:
    counts = dict.fromkeys(("part", "gap", "blob", "notice", "characters", "bytes"), 0)
    return encode({"t": "end", "job": "1", **counts, **changes})


PART = to_frame(Part(kind="body", text="text", path="p"))


def test_a_whole_reply_is_complete() -> None:
    reply = _reply(_head(), PART, _end(part=1, characters=4))
    assert reply.complete
    assert [part.text for part in reply.parts] == ["text"]


@pytest.mark.threat(87)
@pytest.mark.parametrize(
    "frames",
    [
        (_head(job="2"),),
        (_head(sha256="0" * 64),),
        (_head(profile="root"),),
        (PART,),
        (_head(), _end(part=1)),
        (_head(), PART, _end()),
        (_head(), _end(job="2")),
        (_head(), _end(), PART),
        (_head(), _end(), b"x"),
        (_head(), *(to_frame(Blob.of(b"x", name="c")) for _ in range(3))),
        (_head(), to_frame(Part(kind="body", text="x" * 51, path="p"))),
        (_head(), encode({"t": "part", "kind": "body"})),
        (_head(), encode({"t": "unknown"})),
        (_head(), encode({"t": "gap", "stage": "extract", "code": "no such code", "path": "", "detail": ""})),
        (_head(), to_frame(Part(kind="body", text="ab", path="p", blocks=(Block(start=1, end=9),)))),
        (b"\x00\x00\x00\x02\x00\x00\x00\x00[]",),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff",),
    ],
)
def test_a_reply_that_is_not_ours_is_refused(frames: tuple[bytes, ...]) -> None:
    with pytest.raises(BadFrame):
        _reply(*frames)
