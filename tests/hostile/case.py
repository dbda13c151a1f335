"""A hostile file, its harmless twin, and what must become of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

CANARY = "the kestrel counted violet anchors at dusk"
HARMLESS = "The meeting room will be painted next week."


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way to hide `canary`.

    `row` is the row of the threat catalogue, `filename` the name under which the file comes in. "read": the canary
    stands in the text that was read. "hold": a gap says that something was not read. `code`, where given, must be
    among the gaps (or, for "read", the gaps and notices). `twin` builds the same form around harmless content: it must
    be read without a gap. `canary` may be another text where the form does not let CANARY through unchanged.
    """

    row: int
    name: str
    filename: str
    data: Callable[[], bytes]
    expect: Literal["read", "hold"]
    code: str = ""
    twin: Callable[[], bytes] | None = None
    canary: str = CANARY

    def __str__(self) -> str:
        return f"{self.row:02}-{self.name}"
