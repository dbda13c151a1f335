"""Pictures: what is read off them, what counts as read, and what does not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont, PngImagePlugin

from pipeline.extract import image, ocr
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

WORDS = "Checkpoint 7 solved 14 of 20 tasks"


def written(*lines: str, size: int = 28, colour: str = "black", ground: str = "white") -> Image.Image:
    picture = Image.new("RGB", (700, 40 + 60 * len(lines)), ground)
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((20, 20 + 60 * number), line, fill=colour, font=ImageFont.load_default(size))
    return picture


def file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def read(data: bytes, *, name: str = "picture.png", limits: Limits | None = None) -> list[image.Found]:
    return list(image.extract(Blob.of(data, name=name), limits or Limits()))


def text(found: Sequence[image.Found]) -> str:
    return " ".join(part.text for part in found if isinstance(part, Part))


def codes(found: Sequence[image.Found]) -> list[str]:
    return [gap.code for gap in found if isinstance(gap, Gap)]


@pytest.fixture(scope="module", autouse=True)
def recogniser() -> None:
    image.warm("ocr")
    assert ocr.ready(), "the extra `ocr` is not installed"


def test_writing_is_read_and_said_to_come_from_a_picture() -> None:
    found = read(file(written(WORDS)))
    assert WORDS in text(found)
    assert codes(found) == []
    assert [notice.code for notice in found if isinstance(notice, Notice)] == ["ocr_text"]


def test_every_frame_is_read() -> None:
    frames = [written("the first frame is dull"), written(WORDS)]
    found = read(file(frames[0], "TIFF", save_all=True, append_images=frames[1:]), name="two.tif")
    assert "first frame" in text(found)
    assert WORDS in text(found)


def test_writing_that_transparency_hides_is_read() -> None:
    layered = written(WORDS).convert("RGBA")
    layered.putalpha(0)
    assert WORDS in text(read(file(layered)))


@pytest.mark.parametrize("limits", [Limits(), Limits(ocr="off")], ids=["auto", "off"])
def test_a_picture_without_writing_is_read(limits: Limits) -> None:
    logo = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(logo).ellipse((60, 20, 240, 180), fill="navy")
    found = read(file(logo), limits=limits)
    assert codes(found) == []
    assert [part for part in found if isinstance(part, Part)][-1].text == ""


def test_without_ocr_writing_is_a_gap() -> None:
    assert codes(read(file(written(WORDS, WORDS)), limits=Limits(ocr="off"))) == ["image_not_read"]


def test_writing_that_cannot_be_made_out_is_a_gap() -> None:
    small = written(WORDS, WORDS, WORDS).resize((230, 70)).resize((700, 213))
    noise = np.random.default_rng(1).normal(0, 45, (213, 700, 3))
    spoilt = Image.fromarray((np.asarray(small) + noise).clip(0, 255).astype(np.uint8))
    found = read(file(spoilt))
    assert WORDS in text(found) or codes(found) == ["ocr_uncertain"]


def test_words_of_the_file_itself_are_read() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "the kestrel counted violet anchors")
    assert "violet anchors" in text(read(file(written(WORDS), pnginfo=note)))
    exif = Image.Exif()
    exif[0x010E] = "the kestrel counted violet anchors"
    assert "violet anchors" in text(read(file(written(WORDS), "JPEG", exif=exif), name="a.jpg"))


def photoshop(text: str) -> bytes:
    """A JPEG with a caption among the resources of Photoshop (IPTC 2:120), as press photographs have it."""
    caption = text.encode()
    iptc = b"\x1c\x02\x78" + len(caption).to_bytes(2, "big") + caption
    resource = b"8BIM\x04\x04\0\0" + len(iptc).to_bytes(4, "big") + iptc + b"\0" * (len(iptc) % 2)
    body = b"Photoshop 3.0\0" + resource
    plain = file(written(WORDS), "JPEG")
    return plain[:2] + b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body + plain[2:]


@pytest.mark.parametrize("words", ["the kestrel counted violet anchors", "пустельга считала якоря в сумерках"])
def test_words_in_the_fields_of_a_picture_are_read_in_any_alphabet(words: str) -> None:
    assert words in text(read(photoshop(words), name="a.jpg"))
    assert words in text(read(file(written(WORDS), "JPEG", comment=words.encode()), name="a.jpg"))
    exif = Image.Exif()
    exif[0x9C9B] = words.encode("utf-16-le")  # XPTitle
    assert words.split()[0] in text(read(file(written(WORDS), "JPEG", exif=exif), name="a.jpg"))


@pytest.mark.parametrize("cut", [20, 200, -40])
def test_a_damaged_picture_is_a_gap(cut: int) -> None:
    assert "damaged" in codes(read(file(written(WORDS))[:cut]))


def test_too_many_pixels_are_not_decoded() -> None:
    assert codes(read(file(Image.new("1", (2000, 2000))), limits=Limits(pixels=1_000_000))) == ["limit_pixels"]


@pytest.mark.parametrize(("height", "size"), [(15, 12), (11, 9)])
def test_a_strip_no_higher_than_its_line_is_read(height: int, size: int) -> None:
    strip = Image.new("RGB", (420, height), "white")
    ImageDraw.Draw(strip).text((4, 0), WORDS, fill="black", font=ImageFont.load_default(size))
    assert WORDS in text(read(file(strip)))


def spoilt(picture: Image.Image, *, blur: float = 0.0, noise: float = 0.0, turn: int = 0) -> Image.Image:
    """The picture as a bad scanner gives it."""
    grainy = np.asarray(picture.rotate(turn, expand=True).filter(ImageFilter.GaussianBlur(blur)), dtype=np.float64)
    grain = np.random.default_rng(1).normal(0, noise, grainy.shape[:2])[:, :, None]
    return Image.fromarray((grainy + grain).clip(0, 255).astype(np.uint8))


@pytest.mark.threat(82)
@pytest.mark.parametrize(
    ("turn", "blur", "noise", "grey"),
    [(90, 0, 0, "black"), (180, 1.2, 10, "#777777"), (270, 2, 20, "#aaaaaa"), (0, 2, 20, "#aaaaaa")],
)
def test_bad_writing_is_read_or_a_gap(turn: int, blur: float, noise: float, grey: str) -> None:
    found = read(file(spoilt(written(WORDS, WORDS, colour=grey), blur=blur, noise=noise, turn=turn)))
    alike = SequenceMatcher(None, f"{WORDS}\n{WORDS}", text(found), autojunk=False).ratio()
    assert alike > 0.9 or codes(found), text(found)
