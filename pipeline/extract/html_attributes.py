"""Collect what HTML keeps in attributes: texts, link targets, layout names, data: URIs, references to the outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from pipeline.extract.embedded import child, decode_base64, too_small_for_text
from pipeline.extract.parts import PartBuilder
from pipeline.types import Blob, Gap, Notice, Part

_LINKS = """
href src action formaction cite data poster background srcset longdesc usemap profile codebase archive manifest
ping xlink:href imagesrcset dynsrc lowsrc classid itemid itemtype
""".split()  # noqa: SIM905
LINKS = frozenset(_LINKS)
_LAYOUT = """
class id style name type rel width height align valign border cellpadding cellspacing colspan rowspan bgcolor
color face size lang dir xmlns charset http-equiv target method for media role tabindex viewbox d points transform
fill stroke x y x1 x2 y1 y2 cx cy r rx ry loading decoding fetchpriority crossorigin integrity async defer nonce
sizes
""".split()  # noqa: SIM905
LAYOUT = frozenset(_LAYOUT)
_LOADING = """
img script link iframe frame embed object source video audio input body image use
""".split()  # noqa: SIM905
LOADING = frozenset(_LOADING)
DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+*'%-]+(?:=[^,;\"'\s)]*)?)*),([^\"'\s)<>]*)", re.IGNORECASE)
META_NAMES = ("name", "property", "itemprop", "http-equiv")
LAYOUT_BLOCK = 200


class Attributes:
    """Distinct attribute values of one page, in order, by what they are."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.script_sources = 0
        self._texts: dict[str, None] = {}
        self._links: dict[str, None] = {}
        self._layout: dict[str, None] = {}
        self._outside: dict[str, None] = {}
        self._children: list[Blob | Gap] = []

    def take(self, tag: str, attributes: dict[str, str | None]) -> None:
        """The attributes of one element."""
        self.names.add(tag)
        self.names.update(attributes)
        values = {name: value for name, value in attributes.items() if value}
        self.script_sources += tag == "script" and "src" in values
        if tag == "meta" and "content" in values:
            label = next((values[key] for key in META_NAMES if key in values), "meta")
            self._texts[f"{label}: {values.pop('content')}"] = None
        for name, value in values.items():
            self._take(tag, name, value)

    def _take(self, tag: str, name: str, value: str) -> None:
        if name == "srcdoc":
            self._children.append(child(value.encode("utf-8-sig", "replace"), "srcdoc.html", "text/html"))
            return
        value = self.without_data(value)
        if name in LINKS:
            self._links[value] = None
            outside = value.startswith(("http:", "https:", "//", "ftp:", "file:", "\\\\", "cid:"))
            if tag in LOADING and outside and not value.startswith("cid:"):
                self._outside[value] = None
        elif name in LAYOUT or name.startswith("on"):
            self._layout[value] = None
        else:
            self._texts[value] = None

    def without_data(self, text: str) -> str:
        """`text` with each data: URI taken out and kept as a child."""
        return DATA_URI.sub(self._keep, text) if "data:" in text.lower() else text

    def _keep(self, match: re.Match[str]) -> str:
        media_type, options, payload = match.group(1) or "text/plain", match.group(2).lower(), match.group(3)
        number = len(self._children) + 1
        raw = unquote_to_bytes(payload)
        if "base64" in options:
            raw, clean = decode_base64(raw)
            if not clean:
                self._children.append(
                    Gap(stage="extract", code="undecodable", path=f"data/{number}", detail=media_type)
                )
        if raw and not too_small_for_text(raw):
            self._children.append(child(raw, f"data-{number}", media_type))
        return f"[{media_type}]"

    def parts(self) -> Iterator[Part]:
        for path, values in (("attributes", self._texts), ("links", self._links)):
            builder = PartBuilder(kind="metadata", path=path, visibility="hidden")
            for value in values:
                builder.add(value.strip(), role="line")
            yield from builder.parts()
        builder = PartBuilder(kind="code", path="layout", visibility="hidden")
        layout = list(self._layout)
        for start in range(0, len(layout), LAYOUT_BLOCK):
            builder.add(" ".join(layout[start : start + LAYOUT_BLOCK]), role="line")
        yield from builder.parts()

    def children(self) -> Iterator[Blob | Gap]:
        yield from self._children

    def notices(self) -> Iterator[Notice]:
        if self._outside:
            first = next(iter(self._outside))[:120]
            detail = f"{len(self._outside)} not fetched, first {first}"
            yield Notice(code="external_reference", path="links", detail=detail)
