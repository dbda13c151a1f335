"""Finds writing in the masks of images, and in the parts of an image that its mask hides.

The picture of a page shows an image through its mask. Writing of the colour of the paper, or where nothing shines
through, is not to be seen there.
"""

from __future__ import annotations

import zlib

import numpy as np
import pikepdf

from pipeline.extract.pdf_decode import Damaged, filters_of
from pipeline.extract.pdf_likeness import Grey, may_hold_writing

_SMALLEST = (12, 60)  # rows and columns that a sentence needs
_MOST = 1_500_000  # pixels to look at: a larger image is thinned out
_CLOSED = (["/DCTDecode"], ["/JPXDecode"], ["/CCITTFaxDecode"], ["/JBIG2Decode"])
_UNSEEN = 0.98
_HIDDEN = 0.02  # share of a mask that lets nothing through


def worth_reading(image: pikepdf.Stream, as_mask: bool, pixels: int) -> bool:
    """Whether an image may hold writing that no page shows; yes where that cannot be told.

    `as_mask`: it is the mask or the thumbnail of something; otherwise, what its own mask hides is looked at. Images of
    more than `pixels` are not looked at here.
    """
    try:
        rows, columns = int(image.get("/Height", 0)), int(image.get("/Width", 0))
        if rows < _SMALLEST[0] or columns < _SMALLEST[1]:
            return False
        if not as_mask:
            return _hides_writing(image, pixels)
        grey = _grey(image, pixels)
    except (TypeError, ValueError):
        return True
    return grey is None or may_hold_writing(grey)


def _hides_writing(image: pikepdf.Stream, pixels: int) -> bool:
    """Whether there may be writing where the mask of an image lets nothing through.

    An image that is not unpacked here (JPEG) is worth a look where next to nothing of it is seen.
    """
    mask = image.get("/SMask", image.get("/Mask"))
    if not isinstance(mask, pikepdf.Stream):
        return False
    veil = _grey(mask, pixels)
    if veil is None:
        return True
    dark = bool(mask.get("/ImageMask")) != (float(mask.get("/Decode", [0])[0]) > 0)
    hidden = veil == (255 if dark else 0)
    share = float(hidden.mean())
    if share < _HIDDEN:
        return False
    grey = _grey(image, pixels)
    if grey is None or grey.shape != hidden.shape:
        return share > _UNSEEN
    return may_hold_writing(np.where(hidden, grey, grey[hidden][0]).astype(np.uint8))


def _grey(image: pikepdf.Stream, pixels: int) -> Grey | None:
    """The image as grey levels, the first of its colours for all; None where its packing is not undone here."""
    rows, columns = int(image.get("/Height", 0)), int(image.get("/Width", 0))
    depth = 1 if image.get("/ImageMask") else int(image.get("/BitsPerComponent", 8))
    if not 0 < rows * columns <= pixels or filters_of(image)[-1:] in _CLOSED:
        return None
    try:
        plain = filters_of(image) == ["/FlateDecode"] and "/DecodeParms" not in image
        unpacked = zlib.decompress(image.read_raw_bytes()) if plain else image.read_bytes()  # qpdf takes twice as long
        data = np.frombuffer(unpacked, np.uint8)
    except (pikepdf.PdfError, zlib.error, Damaged):
        return None
    width = (columns + 7) // 8
    if depth == 1 and data.size >= rows * width:
        grey = np.unpackbits(data[: rows * width].reshape(rows, width), axis=1)[:, :columns] * 255
    elif depth == 8 and data.size and data.size % (rows * columns) == 0:
        grey = data.reshape(rows, columns, -1)[:, :, 0]
    else:
        return None
    step = int(max(rows * columns / _MOST, 1) ** 0.5)
    return np.ascontiguousarray(grey[::step, ::step])
