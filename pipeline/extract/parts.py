"""Builds a Part out of blocks, so that every extractor counts offsets in the same way.

body = PartBuilder(kind="body", path="page/1", where=Where(page=1))
body.add("Results", role="heading")
body.add("The model solved 3 of 10 tasks.")
yield from body.parts()
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.types import NOWHERE, Block, Part, PartKind, Role, Visibility, Where

SEPARATOR = "\n\n"


class PartBuilder:
    """Collects blocks, separated by a blank line; offsets are Unicode code points in the part's text."""

    def __init__(
        self, *, kind: PartKind, path: str, visibility: Visibility = "visible", where: Where = NOWHERE
    ) -> None:
        self.kind, self.path, self.visibility, self.where = kind, path, visibility, where
        self._texts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0

    def __bool__(self) -> bool:
        return bool(self._texts)

    def add(self, text: str, role: Role = "paragraph", where: Where = NOWHERE) -> None:
        """Append one block. Text of nothing but white space is left out."""
        text = text.strip()
        if not text:
            return
        start = self._length + (len(SEPARATOR) if self._texts else 0)
        self._length = start + len(text)
        self._texts.append(text)
        self._blocks.append(Block(start=start, end=self._length, role=role, where=where))

    def parts(self) -> Iterator[Part]:
        """The part, or nothing where nothing was added."""
        if self._texts:
            yield Part(
                kind=self.kind,
                text=SEPARATOR.join(self._texts),
                path=self.path,
                where=self.where,
                visibility=self.visibility,
                blocks=tuple(self._blocks),
            )
