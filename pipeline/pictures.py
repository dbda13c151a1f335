"""Pictures of pages for a reviewer: drawn in the sandbox, packed here, of pixels that were counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import gaps
from .drawn import Order, Page, png
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
    return Picture(
        png=png(drawn.pixels, drawn.width, drawn.height, drawn.colours),
        width=drawn.width,
        height=drawn.height,
        points=drawn.points,
    )


def draw(blob: Blob, order: Order, sandbox: Sandbox, limits: Limits) -> Page:
    """The pixels of a page. Raises Unfit, SandboxError."""
    drawn = sandbox.draw(blob, order, limits)
    if isinstance(drawn, Gap):
        raise Unfit(f"page {order.page} cannot be drawn: {gaps.sentence(drawn.code)}")
    return drawn


def boxes(passage: Passage, number: int) -> tuple[Box, ...]:
    """Where a passage stands on page `number`, in points from the top left; none where it is not on it."""
    return tuple(box for box in passage.where.boxes if box.page == number)
