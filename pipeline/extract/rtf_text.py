"""Gather the text of an RTF file by destination, cut into paragraphs and table rows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.extract.embedded import child
from pipeline.extract.parts import PartBuilder
from pipeline.types import Blob, Part, PartKind, Role, Visibility

# destination -> (kind, visibility) of its part; what is not listed here is hidden metadata under its own name
PARTS: dict[str, tuple[PartKind, Visibility]] = {
    "annotation": ("comment", "visible"),
    "body": ("body", "visible"),
    "deleted": ("revision", "deleted"),
    "footer": ("header", "visible"),
    "footnote": ("note", "visible"),
    "header": ("header", "visible"),
    "hidden": ("body", "hidden"),
}
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")
SHARED = ("body", "hidden", "deleted", "htmltag")


@dataclass(frozen=True, slots=True)
class State:
    """What a group inherits from the one around it."""

    destination: str = "body"
    codec: str = "cp1252"
    skip: int = 1
    hidden: bool = False
    deleted: bool = False
    white: bool = False
    html_off: bool = False

    @property
    def target(self) -> str:
        """The part that text goes to."""
        if self.destination not in PARTS:
            return self.destination
        return "deleted" if self.deleted else "hidden" if self.hidden or self.white else self.destination


class RtfText:
    """Text so far: one builder a destination; in RTF made from HTML, the HTML instead."""

    def __init__(self) -> None:
        self.html: list[str] | None = None
        self.uncertain = False
        self.in_row = False
        self._role: Role = "paragraph"
        self._header_row = False
        self._open: dict[str, list[str]] = {}
        self._builders: dict[str, PartBuilder] = {}

    def add(self, text: str, state: State) -> None:
        target = state.target
        if "\ufffd" in text and target != "fonttbl":  # font names are often cut in the middle of a character
            self.uncertain = True
        if self.html is not None and target in SHARED:
            if not state.html_off:
                self.html.append(text if target == "htmltag" else html.escape(text, quote=False))
                return
            target = "beside-html"
        self._open.setdefault(target, []).append(text)

    def word(self, name: str, *, heading: bool) -> None:
        """A control word that shapes paragraphs."""
        if name == "pard":
            self._role, self.in_row = "paragraph", False
        elif name == "trowd":
            self.in_row, self._header_row = True, False
        elif name == "intbl":
            self.in_row = True
        elif name == "trhdr":
            self._header_row = True
        elif heading:
            self._role = "heading"
        elif name in ("listtext", "pntext"):
            self._role = "list_item"

    def end_all(self, state: State, *, row: bool) -> None:
        """A paragraph or a row is over."""
        if self.html is not None and state.target in SHARED and not state.html_off:
            self.html.append("\n")
        for target in {state.target, "hidden", "deleted", "beside-html"}:
            self.end(target, row=row)
        if row:
            self.in_row = False

    def end(self, target: str, *, row: bool = False) -> None:
        """Close the block that is open in `target`."""
        text = CONTROLS.sub("", "".join(self._open.pop(target, ()))).strip(" |\t\n;")
        if not text:
            return
        if target not in self._builders:
            kind, visibility = PARTS.get(target, ("metadata", "hidden"))
            self._builders[target] = PartBuilder(kind=kind, path=target, visibility=visibility)
        row_role: Role = "header_row" if self._header_row else "row"
        self._builders[target].add(text, role=row_role if row else self._role if target == "body" else "paragraph")

    def parts(self) -> Iterator[Part | Blob]:
        for target in list(self._open):
            self.end(target)
        for builder in self._builders.values():
            yield from builder.parts()
        if self.html is not None:
            yield child("".join(self.html).encode("utf-8-sig", "replace"), "body.html", "text/html")
