"""Keep the tables at the head of an RTF file: code pages of fonts, colours, heading styles."""

from __future__ import annotations

from pipeline.extract.rtf_tokens import CHARSETS, page_codec

PAGES = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850", "ansi": "cp1252"}


class Fonts:
    """The tables so far."""

    def __init__(self) -> None:
        self.style = 0
        self.headings: set[int] = set()
        self._page = "cp1252"
        self._default_font = 0
        self._font = 0
        self._codecs: dict[int, str] = {}
        self._colours: list[tuple[int, ...]] = []
        self._rgb = {"red": 0, "green": 0, "blue": 0}

    def default(self) -> str:
        """The codec of plain text."""
        return self._codecs.get(self._default_font, self._page)

    def word(self, name: str, number: int, *, in_table: bool) -> str:
        """Take a control word; the codec that it switches to, if it does."""
        if name in self._rgb:
            self._rgb[name] = number
        elif name == "deff":
            self._default_font = number
        elif name in PAGES or name == "ansicpg":
            self._page = PAGES.get(name) or page_codec(number) or self._page
            return self._page
        elif name in ("f", "af") and in_table:
            self._font = number
        elif name == "f":
            return self._codecs.get(number, self._page)
        elif name in ("fcharset", "cpg") and in_table:
            page = number if name == "cpg" else CHARSETS.get(number)
            if page and (codec := page_codec(page)):
                self._codecs[self._font] = codec
                return codec
        return ""

    def end_colours(self, data: bytes) -> None:
        """Each semicolon ends an entry of the colour table."""
        for _ in range(data.count(b";")):
            self._colours.append(tuple(self._rgb.values()))
            self._rgb = dict.fromkeys(self._rgb, 0)

    def colour(self, number: int) -> tuple[int, ...]:
        return self._colours[number] if 0 < number < len(self._colours) else ()

    def name_style(self, data: bytes) -> None:
        """A style by its name; \\s0 has no number of its own."""
        if data.strip().lower().startswith((b"heading", b"title")):
            self.headings.add(self.style)
