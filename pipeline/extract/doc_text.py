"""Turns the characters of a story of a binary Word document into paragraphs; field codes are kept beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.extract.doc_pieces import Run, joined
from pipeline.extract.parts import PartBuilder
from pipeline.types import Notice, Part, PartKind

_BEGIN, _SEPARATE, _END = "\x13", "\x14", "\x15"
_FIELD_MARKS = re.compile("[\x13\x14\x15]")
_PARAGRAPH = re.compile("[\r\x07\x0c]")  # its end, that of a cell, that of a page
_LINES = str.maketrans({"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": "\xad", "\t": "\t"})
_OBJECTS = re.compile("[\x01-\x06\x08]")  # where a picture, a note or a drawing is anchored
# Fields that reach outside the document.
_OUTSIDE = re.compile(r"\s*(?:INCLUDETEXT|INCLUDEPICTURE|LINK|DDE|DDEAUTO|IMPORT|RD)\s", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Story:
    """Reads one story: what shows, what is deleted, what is hidden, and the codes of its fields."""

    kind: PartKind
    path: str
    _texts: dict[str, str] = field(default_factory=lambda: {"": "", "deleted": "", "hidden": ""})
    _codes: list[str] = field(default_factory=list)  # of the fields that are open; the innermost is the last
    _done: list[str] = field(default_factory=list)
    _in_code: list[bool] = field(default_factory=list)

    def read(self, runs: list[Run]) -> Iterator[Part | Notice]:
        """The parts of the story, and notices for what does not show."""
        for text, mark in runs:
            at = 0
            for sign in _FIELD_MARKS.finditer(text):
                self._add(text[at : sign.start()], mark)
                self._turn(sign[0])
                at = sign.end()
            self._add(text[at:], mark)
        self._done += self._codes
        yield from self._parts()

    def _add(self, text: str, mark: str) -> None:
        if any(self._in_code):
            self._codes[-1] += text
        else:
            self._texts[mark] += text

    def _turn(self, sign: str) -> None:
        if sign == _BEGIN:
            self._codes.append("")
            self._in_code.append(True)
        elif sign == _SEPARATE and self._in_code:
            self._in_code[-1] = False
        elif sign == _END and self._in_code:
            self._in_code.pop()
            self._done.append(self._codes.pop())

    def _parts(self) -> Iterator[Part | Notice]:
        builders = {
            "": PartBuilder(kind=self.kind, path=self.path),
            "deleted": PartBuilder(kind="revision", path=f"{self.path}#deleted", visibility="deleted"),
            "hidden": PartBuilder(kind=self.kind, path=f"{self.path}#hidden", visibility="hidden"),
        }
        for mark, builder in builders.items():
            for paragraph in _PARAGRAPH.split(joined(self._texts[mark])):
                builder.add(_OBJECTS.sub("", paragraph).translate(_LINES))
            yield from builder.parts()
        if builders["deleted"]:
            yield Notice(code="deleted_text", path=self.path, visibility="deleted")
        if builders["hidden"]:
            yield Notice(code="invisible_text", path=self.path, visibility="hidden")
        yield from self._fields()

    def _fields(self) -> Iterator[Part | Notice]:
        codes = dict.fromkeys(joined(code).strip() for code in self._done)
        builder = PartBuilder(kind="metadata", path=f"{self.path}#fields", visibility="hidden")
        for code in codes:
            builder.add(_OBJECTS.sub("", code).translate(_LINES), role="line")
        yield from builder.parts()
        for code in filter(_OUTSIDE.match, codes):
            yield Notice(code="external_reference", path=self.path, detail=code[:120])
