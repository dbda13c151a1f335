"""A page as pixels: what is asked of the sandboxed child, and its untrusted answer.

Nothing but pixels crosses over, so there is nothing to parse on this side: whoever wants a PNG or a PDF makes it of
them. The answer is one frame: a page whose pixels are as many as its size says, or the code of a gap.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.frames import BadFrame, Decoder, Frame, encode
from pipeline.gaps import CODES
from pipeline.types import Gap

MAX_PIXELS = 25_000_000  # a larger page is drawn coarser
MAX_POINTS = 1e9
MAX_BLACK = 1_000  # rectangles on a page; more travel as the one around them

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A page to be drawn, numbered from 1: at `dpi`, with at most `side` pixels on its long side.

    `whole` is with all layers, comments and fields; otherwise there is only what the page itself shows at first.
    `black` are rectangles (x0, y0, x1, y1) to be painted over, in points from the top left.
    """

    page: int
    dpi: float
    side: int
    whole: bool
    black: tuple[Rectangle, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Order:
        return cls(**(dict(told) | {"black": tuple(map(tuple, told["black"]))}))

    def told(self) -> dict[str, Any]:
        """What travels to the child. Many rectangles would not fit into one message."""
        black = self.black if len(self.black) <= MAX_BLACK else (around(self.black),)
        return asdict(self) | {"black": [[round(side, 1) for side in rectangle] for rectangle in black]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A drawn page: rows from the top, 1 (grey) or 3 (red, green, blue) bytes a pixel; `points` is its size on paper.

    `pages` is how many the document has, `left` the text on this one that was not painted over, hidden text included.
    """

    width: int
    height: int
    colours: int
    points: tuple[float, float]
    pages: int
    pixels: bytes = field(repr=False)
    left: str = field(default="", repr=False)


def around(rectangles: tuple[Rectangle, ...]) -> Rectangle:
    """The smallest rectangle that holds them all."""
    lefts, tops, rights, bottoms = zip(*rectangles, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def png(pixels: bytes, width: int, height: int, colours: int, *, level: int = 6) -> bytes:
    """An 8-bit PNG, grey (1) or red, green and blue (3); `level` is that of zlib (ISO/IEC 15948)."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if colours == 1 else 2, 0, 0, 0)
    packed = zlib.compress(filtered(pixels, width * colours), level)
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    framed = (struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def filtered(pixels: bytes, row: int) -> bytes:
    """Rows of `row` bytes as PNG and PDF pack them: each behind the number of its filter, here none."""
    return b"".join(b"\0" + pixels[at : at + row] for at in range(0, len(pixels), row))


def to_frame(job: str, sha256: str, found: Page | Gap) -> bytes:
    """The child's one frame."""
    head = {"job": job, "sha256": sha256}
    if isinstance(found, Gap):
        return encode(head | {"t": "gap", "code": found.code})
    size = {name: getattr(found, name) for name in ("width", "height", "colours", "points", "pages", "left")}
    return encode(head | {"t": "page"} | size, found.pixels)


@dataclass(slots=True)
class Answer:
    """What has come of the answer to one order; `found` once it is whole."""

    job: str
    sha256: str
    order: Order
    found: Page | Gap | None = None
    _decoder: Decoder = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = Decoder(3 * min(self.order.side**2, MAX_PIXELS))

    @property
    def complete(self) -> bool:
        return self.found is not None

    def feed(self, untrusted_bytes: bytes) -> None:
        """Take bytes as they come. Raises BadFrame at the first thing that is not as it must be."""
        for untrusted_frame in self._decoder.feed(untrusted_bytes):
            if self.complete:
                raise BadFrame("a frame after the final one")
            self.found = self._checked(untrusted_frame)
        if self.complete and self._decoder.rest:
            raise BadFrame("bytes after the final frame")

    def _checked(self, untrusted_frame: Frame) -> Page | Gap:
        meta, raw = untrusted_frame
        if meta.get("job") != self.job or meta.get("sha256") != self.sha256:
            raise BadFrame("the answer to another order")
        code = meta.get("code")
        if meta.get("t") == "gap" and isinstance(code, str) and code in CODES:
            return Gap(stage="extract", code=code, path=f"page/{self.order.page}")
        width, height, colours, pages = (_number(meta.get(name)) for name in ("width", "height", "colours", "pages"))
        if meta.get("t") != "page" or colours not in (1, 3) or pages < self.order.page:
            raise BadFrame("no page")
        if max(width, height) > self.order.side or width * height > MAX_PIXELS:
            raise BadFrame("more pixels than were asked for")
        if len(raw) != width * height * colours:
            raise BadFrame("a size that the pixels do not have")
        points, left = _points(meta.get("points")), meta.get("left")
        if not isinstance(left, str):
            raise BadFrame("no text")
        return Page(width=width, height=height, colours=colours, points=points, pages=pages, pixels=raw, left=left)


def _number(value: object) -> int:
    if not isinstance(value, int) or value < 1:
        raise BadFrame("not a number of anything")
    return value


def _points(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadFrame("not a size")
    if not all(isinstance(side, int | float) and 0 < side < MAX_POINTS for side in value):  # NaN is neither
        raise BadFrame("not a size on paper")
    return float(value[0]), float(value[1])
