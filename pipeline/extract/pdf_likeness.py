"""Says whether a grey picture may hold writing, by its strokes: not by its size, and without reading it.

Writing lies in bands: rows dense with sharp vertical edges, a few to some tens of pixels high, between quiet rows, and
nearly all of ink or paper. Photographs have edges without quiet rows and greys between; logos have few edges. Looked
for at three scales, so that letters of 5 to 120 pixels are seen. It errs towards yes: a yes
costs one run of OCR.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

WINDOW = 64
STEP = 32
SHARP = 40  # grey levels between neighbours that make an edge
DENSE = 7  # edges in a row of a window that holds writing
QUIET = 2
HEIGHTS = range(4, 44)
CONTRAST = 70
BETWEEN = 0.5  # share of pixels that may be neither ink nor paper
BANDS = 2  # that make a picture worth reading


def may_hold_writing(grey: Grey) -> bool:
    """Whether at least two stretches of the picture look like a line of writing."""
    return any(_bands(picture) >= BANDS for picture in _scales(grey))


def has_ink(grey: Grey) -> bool:
    """Whether there is anything on it at all: more than one in 5,000 pixels differs clearly from the commonest."""
    common = int(np.bincount(grey.ravel(), minlength=256).argmax())
    return bool((np.abs(grey.astype(np.int16) - common) > SHARP).mean() > 0.0002)


def _scales(grey: Grey) -> Iterator[Grey]:
    for _ in range(3):
        yield grey
        height, width = grey.shape[0] // 2 * 2, grey.shape[1] // 2 * 2
        if min(height, width) < 16:
            return
        upper, lower = grey[:height:2, :width].astype(np.uint16), grey[1:height:2, :width]
        rows = upper + lower
        grey = ((rows[:, ::2] + rows[:, 1::2]) >> 2).astype(np.uint8)


def _bands(grey: Grey) -> int:
    """How many bands of writing there are, counted until there are enough."""
    width = grey.shape[1]
    if width < WINDOW:
        grey = np.pad(grey, ((0, 0), (0, WINDOW - width)), mode="edge")
    left, right = grey[:, :-1], grey[:, 1:]
    edges = np.maximum(left, right) - np.minimum(left, right) > SHARP
    columns = edges.shape[1] // STEP
    halves = _sums(edges[:, : columns * STEP], columns)
    if columns == 1:
        halves = np.pad(halves, ((0, 0), (0, 1)))
    counts = halves[:, :-1] + halves[:, 1:]
    dense = np.flatnonzero(counts.max(axis=0) >= DENSE)
    found = 0
    for n in dense:
        found += _writing(grey[:, n * STEP : n * STEP + WINDOW], counts[:, n])
        if found >= BANDS:
            break
    return found


def _sums(edges: npt.NDArray[np.bool_], columns: int) -> Grey:
    """How many of each STEP neighbours in a row are set: eight bytes are added at a time, as one number."""
    eights = np.ascontiguousarray(edges).view(np.uint64).reshape(edges.shape[0], columns, STEP // 8)
    sums = eights[:, :, 0] + eights[:, :, 1] + eights[:, :, 2] + eights[:, :, 3]
    return ((sums * np.uint64(0x0101010101010101)) >> np.uint64(56)).astype(np.uint8)


def _writing(strip: Grey, counts: Grey) -> int:
    """How many bands of writing run through one window column."""
    busy = np.pad((counts > QUIET).astype(np.int8), 1)
    steps = np.flatnonzero(np.diff(busy))
    found = 0
    for start, end in zip(steps[::2], steps[1::2], strict=True):
        if end - start in HEIGHTS and np.median(counts[start:end]) >= DENSE and _two_toned(strip[start:end]):
            found += 1
    return found


def _two_toned(patch: Grey) -> bool:
    low, high = int(patch.min()), int(patch.max())
    if high - low < CONTRAST:
        return False
    margin = 0.3 * (high - low)
    between = (patch > low + margin) & (patch < high - margin)
    return bool(between.mean() <= BETWEEN)
