"""Reads pictures: every frame's writing by OCR, and the words in their metadata.

A picture counts as read when all that looks like writing on it was recognised with confidence, or when nothing does.
Without OCR one that may hold writing is a gap, and one that cannot (a logo, a flat ground) is not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipeline.extract import ocr
from pipeline.extract.embedded import child, printable
from pipeline.extract.pdf_likeness import has_ink, may_hold_writing
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

try:
    from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
except ImportError:  # without the extra every picture is a gap
    Image = None  # type: ignore[assignment]

Found = Part | Gap | Blob | Notice

# A line read with less confidence than DOUBTFUL leaves its picture uncertain; so do lines between the two that are more
# than one in TOLERATED (a page of print has a smudge, a page of something else has many).
SURE, DOUBTFUL, TOLERATED = 0.8, 0.6, 10
SMALLEST = 6  # pixels; no line of writing that can be read is lower
FRAMES = 60
PREVIEW = 256  # pixels; a preview that an office program made of page one is as small, and illegible by design
_PREVIEWS = ("docprops/thumbnail.jpeg", "docprops/thumbnail.png", "thumbnails/thumbnail.png", "exif-thumbnail.jpg")
_BINARY = ("icc_profile", "exif", "photoshop", "xmp")
_FAULTS = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


def warm(profile: str) -> None:
    """Load every plug-in for pictures, and the recogniser for children that read."""
    if Image is not None:
        Image.init()
        Image.MAX_IMAGE_PIXELS = None  # the limit is ours, and held before anything is decoded
    if profile == "ocr":
        ocr.warm()


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """A part for each frame, empty where it shows no writing; gaps for what was not or not surely read."""
    if Image is None:
        yield _gap("image_not_read", "pip install 'sharelight[ocr]'")
        return
    try:
        with Image.open(io.BytesIO(blob.data)) as picture:
            if picture.width * picture.height > limits.pixels:
                yield _gap("limit_pixels", f"{picture.width} × {picture.height}")
                return
            yield from _words(picture)
            yield from _frames(picture, blob, limits)
    except UnidentifiedImageError:
        yield _gap("damaged", "no picture")
    except _FAULTS as error:
        yield _gap("damaged", f"{type(error).__name__}: {error}"[:80])


def _frames(picture: Any, blob: Blob, limits: Limits) -> Iterator[Found]:
    count, seen = getattr(picture, "n_frames", 1), set[bytes]()
    if count > FRAMES:
        yield _gap("limit_pages", f"{count} frames")
    preview = bool(blob.container) and blob.name.lower() in _PREVIEWS and max(picture.size) <= PREVIEW
    for number in range(min(count, FRAMES)):
        picture.seek(number)
        picture.load()
        for look in _looks(ImageOps.exif_transpose(picture)):
            key = look.tobytes()
            if key not in seen:
                seen.add(key)
                yield from _look(look, f"frame/{number + 1}", limits, lenient=preview)


def _look(look: Any, path: str, limits: Limits, *, lenient: bool) -> Iterator[Found]:
    if not has_ink(np.asarray(look.convert("L"))):
        look = ImageOps.autocontrast(look)  # faint writing is writing
    pixels = np.asarray(look)
    grey = np.asarray(look.convert("L"))
    if min(grey.shape) < SMALLEST or not has_ink(grey):
        yield Part(kind="image", text="", path=path)
    elif limits.ocr == "off":
        writing = may_hold_writing(grey) and not lenient
        yield _gap("image_not_read", path) if writing else Part(kind="image", text="", path=path)
    elif not ocr.ready():
        yield _gap("image_not_read", "pip install 'sharelight[ocr]'")
    else:
        reading = ocr.read(pixels)
        yield from _recognised(reading.lines, path, lenient=lenient)
        if reading.unread and not lenient:
            yield _gap("ocr_uncertain", f"{path}: writing that cannot be made out")
        yield from _coded(ocr.codes(pixels), path)


def _coded(codes: Sequence[str], path: str) -> Iterator[Found]:
    """The words behind QR codes and barcodes; one that is seen and not decoded is a gap."""
    text = "\n".join(filter(None, codes))
    if text:
        yield Part(kind="body", text=text, path=f"{path}/code")
    if not all(codes):
        yield _gap("ocr_uncertain", f"{path}: a QR code or barcode")


def _recognised(lines: Sequence[ocr.Line], path: str, *, lenient: bool) -> Iterator[Found]:
    """What was read; a doubtful line is read, too, and makes the picture uncertain."""
    # a dot or a ring is a drawing, not a letter
    lines = [line for line in lines if line.score >= DOUBTFUL or any(map(str.isalnum, line.text))]
    words = [line for line in lines if sum(map(str.isalnum, line.text)) >= ocr.WORD]
    smudged = [line for line in words if line.score < SURE]
    unsure = any(line.score < DOUBTFUL for line in smudged) or len(smudged) * TOLERATED > len(words)
    text = ocr.layout(lines)
    yield Part(kind="image", text=text, path=path)
    if text:
        yield Notice(code="ocr_text", path=path)
    if smudged and unsure and not lenient:
        yield _gap("ocr_uncertain", f"{path}: {len(smudged)} of {len(lines)} lines")


def _looks(picture: Any) -> Iterator[Any]:
    """The frame as it shows on white and, where transparency hides something, as its colours alone."""
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, dtype=np.float64)
        low, high = float(values.min()), float(values.max())
        yield Image.fromarray(((values - low) * (255 / max(high - low, 1))).astype(np.uint8)).convert("RGB")
        return
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        yield picture.convert("RGB")
        return
    layered = picture.convert("RGBA")
    ground = Image.new("RGBA", layered.size, "white")
    yield Image.alpha_composite(ground, layered).convert("RGB")
    yield layered.convert("RGB")


def _words(picture: Any) -> Iterator[Found]:
    """Text chunks, comments, EXIF fields and the printable runs of embedded profiles; a thumbnail as a child."""
    lines: list[str] = []
    for name, value in picture.info.items():
        if isinstance(value, str) and len(value) > 1:
            lines.append(f"{name}: {value}")
        elif isinstance(value, bytes):
            lines.append(printable(value) if name in _BINARY else _decoded(value))
        elif isinstance(value, dict):  # the resources of Photoshop, by their numbers; captions and keywords among them
            lines += [printable(each) for each in value.values() if isinstance(each, bytes)]
    exif = picture.getexif()
    for group in (exif, exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)):
        lines += [value if isinstance(value, str) else printable(value) for value in group.values()
                  if isinstance(value, str | bytes)]  # fmt: skip
    text = "\n".join(line for line in dict.fromkeys(lines) if line.strip())
    if text:
        yield Part(kind="metadata", text=text, path="metadata", visibility="hidden")
    raw = picture.info.get("exif", b"")
    start = raw.find(b"\xff\xd8\xff", 8)
    if start > 0:
        yield child(raw[start:], "exif-thumbnail.jpg")


def _decoded(value: bytes) -> str:
    """A comment; formats that name an encoding at all name one of these two."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _gap(code: str, detail: str) -> Gap:
    return Gap(stage="extract", code=code, path="", detail=detail)
