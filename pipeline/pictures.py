"""Pictures of pages for a reviewer: drawn in the sandbox, packed here, of pixels that were counted."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from . import gaps
from .drawn import Order, Page
from .errors import Unfit
from .limits import Limits
from .sandbox import Sandbox
from .types import Blob, Box, Gap, Passage

SIDE = 1600  # pixels on the long side
DPI = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page as PNG: `width` and `height` in pixels, `points` its size on paper, for boxes to be put over it."""

    png: bytes = field(repr=False)
    width: int
    height: int
    points: tuple[float, float]


def page(blob: Blob, number: int, sandbox: Sandbox, limits: Limits) -> Picture:
    """Page `number` (from 1) of a PDF with all that it has: hidden layers, comments, what stands in its fields.

    Raises Unfit where it cannot be drawn within the limits, SandboxError where nothing can be.
    """
    drawn = draw(blob, Order(page=number, dpi=DPI, side=SIDE, whole=True), sandbox, limits)
    return Picture(png=png(drawn), width=drawn.width, height=drawn.height, points=drawn.points)


def draw(blob: Blob, order: Order, sandbox: Sandbox, limits: Limits) -> Page:
    """The pixels of a page. Raises Unfit, SandboxError."""
    drawn = sandbox.draw(blob, order, limits)
    if isinstance(drawn, Gap):
        raise Unfit(f"page {order.page} cannot be drawn: {gaps.sentence(drawn.code)}")
    return drawn


def boxes(passage: Passage, number: int) -> tuple[Box, ...]:
    """Where a passage stands on page `number`, in points from the top left; none where it is not on it."""
    return tuple(box for box in passage.where.boxes if box.page == number)


def png(drawn: Page) -> bytes:
    """An 8-bit PNG, grey or red, green and blue (ISO/IEC 15948)."""
    header = struct.pack(">IIBBBBB", drawn.width, drawn.height, 8, 0 if drawn.colours == 1 else 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered(drawn), 6)), (b"IEND", b""))
    packed = (struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def filtered(drawn: Page) -> bytes:
    """The rows of a page as PNG and PDF pack them: each behind the number of its filter, here none."""
    row = drawn.width * drawn.colours
    return b"".join(b"\0" + drawn.pixels[at : at + row] for at in range(0, len(drawn.pixels), row))
