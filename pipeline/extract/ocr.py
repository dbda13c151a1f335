"""Reads writing off a picture with RapidOCR: models from the wheel, one thread, no network, nothing written.

The models are loaded and used once in the zygote; a child inherits them and can open no file of its own.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.extract.pdf_likeness import may_hold_writing

Picture = npt.NDArray[np.uint8]

_OPTIONS = {
    "Global.log_level": "critical",
    "Global.text_score": 0.3,  # what is dropped below is lost silently; the caller judges the doubtful lines
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
SIDE = 1000  # pixels; a tile of this size is not shrunk
OVERLAP = 100  # so that a line at an edge stands whole in one of two tiles
_engine: Any = None
_squares: Any = None
_bars: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A stretch of writing, how sure the recogniser is of it (0 to 1), and where it stands, in pixels."""

    text: str
    score: float
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0


def warm() -> None:
    """Load the recogniser where it is installed, and use it once: sessions are made on first use."""
    global _engine, _squares, _bars
    with contextlib.suppress(ImportError):
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(0)
        logging.disable(logging.CRITICAL)
        _engine = RapidOCR(params=_OPTIONS)
        sample = np.full((64, 320, 3), 255, np.uint8)
        cv2.putText(sample, "warm", (20, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 2)
        _squares, _bars = cv2.QRCodeDetector(), cv2.barcode.BarcodeDetector()
        read(sample)
        codes(sample)


def ready() -> bool:
    return _engine is not None


def read(picture: Picture) -> list[Line]:
    """The lines of an RGB picture; empty where nothing looks like writing.

    The recogniser shrinks a large picture, and small print on it would vanish without a trace: whatever still looks
    like writing once the lines found are blanked out is read again, in tiles at full size.
    """
    lines = _at(picture, 0, 0)
    height, width = picture.shape[:2]
    if max(height, width) <= SIDE:
        return lines
    rest = picture.copy()
    for line in lines:
        rest[int(line.top) : int(line.bottom) + 1, int(line.left) : int(line.right) + 1] = 255
    for top in range(0, max(height - OVERLAP, 1), SIDE - OVERLAP):
        for left in range(0, max(width - OVERLAP, 1), SIDE - OVERLAP):
            tile = rest[top : top + SIDE, left : left + SIDE]
            if may_hold_writing(tile.mean(axis=2).astype(np.uint8)):
                lines += _at(tile, left, top)
    return lines


def codes(picture: Picture) -> tuple[str, ...]:
    """What the QR codes and barcodes on an RGB picture say; an empty string for one that was seen but not decoded."""
    found, texts, _, _ = _squares.detectAndDecodeMulti(picture)
    seen, bars, _, _ = _bars.detectAndDecodeWithType(picture)
    return (*(texts if found else ()), *(bars if seen else ()))


def _at(picture: Picture, left: int, top: int) -> list[Line]:
    found = _engine(np.ascontiguousarray(picture[:, :, ::-1]))
    if found.txts is None:
        return []
    corner = np.array((left, top))
    corners = [np.asarray(box) + corner for box in found.boxes]
    return [
        Line(
            text=text, score=float(score),
            left=box[:, 0].min(), right=box[:, 0].max(), top=box[:, 1].min(), bottom=box[:, 1].max(),
        )
        for text, score, box in zip(found.txts, found.scores, corners, strict=True)
        if text
    ]  # fmt: skip


def layout(lines: Sequence[Line]) -> str:
    """The lines as text: stretches side by side on one line, a blank line where the page leaves one free."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: (each.top + each.bottom) / 2):
        middle = (line.top + line.bottom) / 2
        if rows and rows[-1][0].top < middle < rows[-1][0].bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    text, below = "", 0.0
    for row in rows:
        first = min(row, key=lambda each: each.left)
        height = first.bottom - first.top
        text += "" if not text else "\n\n" if first.top - below > height else "\n"
        text += " ".join(line.text for line in sorted(row, key=lambda each: each.left))
        below = max(line.bottom for line in row)
    return text
