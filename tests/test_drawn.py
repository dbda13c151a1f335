"""What the parent makes of a drawn page that comes from a child which may be anybody's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.drawn import MAX_BLACK, Answer, Order, Page, to_frame
from pipeline.frames import BadFrame, encode
from pipeline.types import Gap

ORDER = Order(page=2, dpi=150, side=100, whole=True)
PAGE = Page(width=4, height=3, colours=1, points=(40.0, 30.0), pages=2, pixels=bytes(range(12)))
GAP = Gap(stage="extract", code="encrypted", path="page/2")


def told(frames: bytes, *, order: Order = ORDER) -> Page | Gap | None:
    answer = Answer(job="1-1", sha256="ab", order=order)
    for at in range(0, len(frames), 7):  # as it may come through a pipe
        answer.feed(frames[at : at + 7])
    return answer.found


def altered(raw: bytes = PAGE.pixels, **fields: Any) -> bytes:
    meta = {"t": "page", "job": "1-1", "sha256": "ab", "width": 4, "height": 3, "colours": 1, "points": [40, 30]}
    return encode(meta | {"pages": 2, "left": ""} | fields, raw)


@pytest.mark.parametrize("found", [PAGE, replace(PAGE, colours=3, pixels=bytes(36), left="Ωμέγα"), GAP])
def test_what_the_child_found_arrives(found: Page | Gap) -> None:
    assert told(to_frame("1-1", "ab", found)) == found


def test_half_an_answer_is_none() -> None:
    assert told(to_frame("1-1", "ab", PAGE)[:-1]) is None


@pytest.mark.parametrize(
    "frames",
    [
        altered(job="1-2"),
        altered(sha256="cd"),
        altered(t="part"),
        altered(width=5),
        altered(raw=bytes(13)),
        altered(width=101, height=1, raw=bytes(101)),
        altered(width=0, raw=b""),
        altered(width=-4, height=-3),
        altered(width="4"),
        altered(width=4.0),
        altered(colours=2, raw=bytes(24)),
        altered(colours=None),
        altered(pages=1),
        altered(left=None),
        altered(points=[40]),
        altered(points=[40, 0]),
        altered(points=[40, float("inf")]),
        altered(points=[40, float("nan")]),
        altered(points=["40", 30]),
        altered(points=[10**400, 30]),
        altered(t="gap", code="no such code"),
        altered(t="gap", code=["encrypted"]),
        altered() + altered(),
        altered() + b"\0",
        encode({}),
        b"\xff" * 64,
    ],
)
def test_a_page_that_is_not_as_it_must_be_is_none(frames: bytes) -> None:
    with pytest.raises(BadFrame):
        told(frames)


def test_many_rectangles_travel_as_the_one_around_them() -> None:
    many = tuple((float(n), 10.0, n + 5.0, 20.0 + n) for n in range(MAX_BLACK + 1))
    order = Order.of(replace(ORDER, black=many).told())
    assert order.black == ((0.0, 10.0, MAX_BLACK + 5.0, 20.0 + MAX_BLACK),)


def test_an_order_arrives_as_it_was_given() -> None:
    order = replace(ORDER, black=((1.0, 2.5, 3.0, 4.0), (5.0, 6.0, 7.0, 8.0)))
    assert Order.of(order.told()) == order
