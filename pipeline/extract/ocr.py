"""Reads writing off a picture with RapidOCR: models from the wheel, one thread, no network, nothing written.

The models are loaded and used once in the zygote; a child inherits them and can open no file of its own.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

_OPTIONS = {
    "Global.log_level": "critical",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_engine: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of writing and how sure the recogniser is of it, from 0 to 1."""

    text: str
    score: float


def warm() -> None:
    """Load the recogniser where it is installed, and use it once: sessions are made on first use."""
    global _engine
    with contextlib.suppress(ImportError):
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(0)
        logging.disable(logging.CRITICAL)
        _engine = RapidOCR(params=_OPTIONS)
        sample = np.full((64, 320, 3), 255, np.uint8)
        cv2.putText(sample, "warm", (20, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (0, 0, 0), 2)
        read(sample)


def ready() -> bool:
    return _engine is not None


def read(picture: Picture) -> list[Line]:
    """The lines of an RGB picture in reading order; empty where nothing looks like writing."""
    found = _engine(np.ascontiguousarray(picture[:, :, ::-1]))
    if found.txts is None:
        return []
    return [Line(text=text, score=float(score)) for text, score in zip(found.txts, found.scores, strict=True) if text]
