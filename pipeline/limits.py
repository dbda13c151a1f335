"""How much of anything one file may cost. Each limit that is hit is a gap with its own code, never a log line.

The figures are those of the threat catalogue; `Limits()` is the default and every field can be set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OcrMode = Literal["auto", "off", "force"]

MB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for one top-level file and all that is inside it."""

    wall_seconds: float = 120.0
    ocr_page_seconds: float = 20.0
    ocr_wall_seconds: float = 600.0
    cpu_seconds: int = 60
    memory_bytes: int = 1536 * MB
    input_bytes: int = 256 * MB
    unpacked_bytes: int = 1024 * MB
    ratio: int = 200
    ratio_free_bytes: int = 10 * MB
    members: int = 10_000
    depth: int = 8
    pages: int = 5_000
    pixels: int = 100_000_000
    text_chars: int = 20_000_000
    open_files: int = 64
    xml_depth: int = 256
    ocr: OcrMode = "auto"
