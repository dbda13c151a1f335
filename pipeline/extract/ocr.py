"""Reads writing off a picture with RapidOCR: models from the wheel, one thread, no network, nothing written.

The models are loaded and used once in the zygote; a child inherits them and can open no file of its own.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.extract.pdf_likeness import may_hold_writing

Picture = npt.NDArray[np.uint8]

_OPTIONS = {
    "Global.log_level": "critical",
    "Global.text_score": 0.0,  # what were dropped would be lost silently; the caller judges the doubtful lines
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
SIDE = 1000  # pixels; a tile of this size is not shrunk
WORD = 3  # letters and digits that make a line worth a doubt
OVERLAP = 100  # so that a line at an edge stands whole in one of two tiles
# Where nothing was read, a trace of this chance is worth a second look at a cleaned picture, ...
GLIMMER = 0.2
# ... and a stretch as long and as even as a line of writing is one that could not be read.
STROKE, LONG, EVEN, SLENDER, PEAK = 0.3, 60, 0.45, 5, 0.8
FILLED = 0.6
_engine: Any = None
_watch: _Watch | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The lines of a picture; `unread` where a stretch looks like writing and nothing on the picture was made out."""

    lines: list[Line]
    unread: bool


class _Watch:
    """Stands between the detector and its boxes, and keeps the map of chances that they are cut from."""

    def __init__(self, cut: Any) -> None:
        self.cut, self.chances = cut, np.zeros((1, 1), np.float32)

    def __call__(self, predictions: Any, shape: Any) -> Any:
        self.chances = np.asarray(predictions[0, 0], np.float32)
        return self.cut(predictions, shape)

    @property
    def peak(self) -> float:
        return float(self.chances.max())


def warm() -> None:
    """Load the recogniser where it is installed, and use it once: sessions are made on first use."""
    global _engine, _watch, _squares, _bars
    with contextlib.suppress(ImportError):
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(0)
        logging.disable(logging.CRITICAL)
        _engine = RapidOCR(params=_OPTIONS)
        sample = np.full((64, 320, 3), 255, np.uint8)
        cv2.putText(sample, "warm", (20, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 2)
        _squares, _bars = cv2.QRCodeDetector(), cv2.barcode.BarcodeDetector()
        _at(sample, 0, 0)
        _watch = _engine.text_det.postprocess_op = _Watch(_engine.text_det.postprocess_op)
        read(sample)
        codes(sample)


def ready() -> bool:
    return _engine is not None


def read(picture: Picture) -> Reading:
    """The lines of an RGB picture, and whether writing on it could not be made out at all."""
    lines = _at(picture, 0, 0)
    if not _made_out(lines):
        trace = _trace()
        lines = (_cleaned_lines(picture) if _peak() >= GLIMMER else []) or lines
    else:
        trace = False
    if max(picture.shape[:2]) > SIDE:
        lines += _small_print(picture, lines)
    return Reading(lines=lines, unread=trace and not _made_out(lines))


def _made_out(lines: Sequence[Line]) -> bool:
    """Whether any line is a word at least."""
    return any(sum(map(str.isalnum, line.text)) >= WORD for line in lines)


def _peak() -> float:
    return _watch.peak if _watch else 0.0


def _trace() -> bool:
    """Whether the detector saw a long, slender, even stretch, as lines of writing are, and made no box of it."""
    import cv2

    if _watch is None or _watch.peak < PEAK:
        return False
    chances = _watch.chances
    outlines, _ = cv2.findContours((chances > STROKE).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return any(_is_line(cv2.minAreaRect(outline)[1], outline, chances) for outline in outlines)


def _is_line(sides: Sequence[float], outline: Any, chances: npt.NDArray[np.float32]) -> bool:
    import cv2

    long, short = max(sides) + 1, min(sides) + 1
    if long < LONG or long < SLENDER * short:
        return False
    inside = np.zeros(chances.shape, np.uint8)
    cv2.drawContours(inside, [outline], -1, 1, cv2.FILLED)
    values = chances[inside > 0]
    return bool(values.mean() >= EVEN and values.max() >= PEAK and values.size >= FILLED * long * short)


def _cleaned_lines(picture: Picture) -> list[Line]:
    """What can be read once specks, faintness or an uneven ground are taken away."""
    for cleaned, scale in _cleaned(picture):
        lines = [
            replace(line, left=line.left / scale, right=line.right / scale, top=line.top / scale,
                    bottom=line.bottom / scale)
            for line in _at(cleaned, 0, 0)
        ]  # fmt: skip
        if _made_out(lines):
            return lines
    return []


def _cleaned(picture: Picture) -> Iterator[tuple[Picture, int]]:
    """Specks out, contrast up and, where small, twice as large; then evened against its surroundings; then turned."""
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    calm = cv2.medianBlur(grey, 3)
    low, high = np.percentile(calm, (1, 99))
    clear = np.clip((calm.astype(np.float32) - low) * (255 / max(high - low, 1)), 0, 255).astype(np.uint8)
    scale = 2 if max(grey.shape) <= SIDE else 1
    larger = cv2.resize(clear, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    yield cv2.cvtColor(larger, cv2.COLOR_GRAY2RGB), scale
    apart = grey.astype(np.float32) - cv2.GaussianBlur(grey, (0, 0), 25)
    spread = max(8.0, 3 * float(apart.std()))
    even = cv2.GaussianBlur(np.clip(127 + apart * (110 / spread), 0, 255).astype(np.uint8), (0, 0), 1)
    yield cv2.cvtColor(even, cv2.COLOR_GRAY2RGB), 1
    yield cv2.cvtColor(cv2.rotate(even, cv2.ROTATE_90_CLOCKWISE), cv2.COLOR_GRAY2RGB), 1


def _small_print(picture: Picture, lines: Sequence[Line]) -> list[Line]:
    """The recogniser shrinks a large picture, and small print on it would vanish without a trace: whatever still looks
    like writing once the lines found are blanked out is read again, in tiles at full size.
    """
    height, width = picture.shape[:2]
    found: list[Line] = []
    rest = picture.copy()
    for line in lines:
        rest[int(line.top) : int(line.bottom) + 1, int(line.left) : int(line.right) + 1] = 255
    for top in range(0, max(height - OVERLAP, 1), SIDE - OVERLAP):
        for left in range(0, max(width - OVERLAP, 1), SIDE - OVERLAP):
            tile = rest[top : top + SIDE, left : left + SIDE]
            if may_hold_writing(tile.mean(axis=2).astype(np.uint8)):
                found += _at(tile, left, top)
    return found


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
