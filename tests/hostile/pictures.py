"""Draws pictures of text and of nothing in particular, for the hostile suite."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont


def writing(text: str, *, size: int = 36, width: int = 1240, height: int = 400) -> bytes:
    """A PNG of one line of black text on white."""
    picture = Image.new("L", (width, height), 255)
    ImageDraw.Draw(picture).text((40, height // 2), text, font=ImageFont.load_default(size), fill=0)
    return png(picture)


def decoration(width: int = 1240, height: int = 400) -> bytes:
    """A PNG of a soft landscape: slopes, a sun, no strokes."""
    across, down = np.meshgrid(np.linspace(0, 6, width), np.linspace(0, 2, height))
    hills = 120 + 60 * np.sin(across + down) + 30 * np.cos(2.3 * across - down)
    picture = Image.fromarray(hills.clip(0, 255).astype(np.uint8))
    ImageDraw.Draw(picture).ellipse((width // 2, 40, width // 2 + 90, 130), fill=240)
    return png(picture)


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
