"""Walks one WordprocessingML part (body, header, notes, comments) and files its text by what a reader would see of it.

Unknown elements are walked, not skipped, and the characters placed are counted against those the part holds, so that
text in a place nobody thought of comes out as an extra part instead of vanishing. ECMA-376 part 1, chapter 17.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from pipeline.extract.ooxml import local, texts
from pipeline.extract.parts import PartBuilder
from pipeline.extract.wordplain import BREAKS, plain_pieces
from pipeline.extract.wordstyles import Styles, hides, is_filled, symbol
from pipeline.types import Notice, Part, PartKind, Role, Where

_PROPERTIES = """
    pPr rPr tblPr tblGrid tcPr trPr sectPr sdtPr sdtEndPr tblPrEx rubyPr ctrlPr oMathParaPr fPr radPr dPr naryPr
"""
_SKIPPED = frozenset(_PROPERTIES.split())
_MEASURES = ("posOffset", "align", "pctWidth", "pctHeight", "pctPosHOffset", "pctPosVOffset")
_LONG_ROW = 1500
_FETCHING = ("INCLUDETEXT", "INCLUDEPICTURE", "DDE", "LINK ", "IMPORT", "RD ", "DATABASE")


@dataclass(slots=True)
class _Lines:
    """One paragraph in three readings: as it stands, as it stood before the tracked changes, and what is hidden."""

    now: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    hidden: bool = False
    deleted: bool = False
    inserted: bool = False
    filled: bool = False  # on a ground that may be dark: white is no hiding there


_PLAIN, _FILLED = _State(), _State(filled=True)


class Story:
    """The text of one part. Call `read` once, then take `parts()` and `notices()`."""

    def __init__(self, path: str, kind: PartKind, styles: Styles, *, visibility: str = "visible") -> None:
        self.path, self._styles = path, styles
        self._visible = PartBuilder(kind=kind, path=path, visibility="hidden" if visibility == "hidden" else "visible")
        self._hidden = PartBuilder(kind=kind, path=f"{path}#hidden", visibility="hidden")
        self._deleted = PartBuilder(kind="revision", path=f"{path}#deleted", visibility="deleted")
        self._unplaced = PartBuilder(kind=kind, path=f"{path}#unplaced", visibility="hidden")
        self._later, self._fallbacks = list[etree._Element](), list[etree._Element]()
        self._section: str | None = None
        self._placed: list[str] = []
        self._any_hidden = self._any_deleted = False
        self.codes: list[str] = []

    def read(self, root: etree._Element) -> None:
        self._blocks(root, _PLAIN)
        self._read_fallbacks()
        if _solid("".join(texts(root))) != _solid("".join(self._placed)):
            self._unplaced.add("\n".join(line.strip() for line in texts(root) if line.strip()))

    def parts(self) -> Iterator[Part]:
        for builder in (self._visible, self._hidden, self._deleted, self._unplaced):
            yield from builder.parts()

    def notices(self) -> Iterator[Notice]:
        if self._any_hidden:
            yield Notice(code="invisible_text", path=self.path, visibility="hidden")
        if self._any_deleted:
            yield Notice(code="deleted_text", path=self.path, visibility="deleted")
        for code in self.codes:
            if code.strip().upper().startswith(_FETCHING):
                yield Notice(code="external_reference", path=self.path, detail=code.strip())

    def _where(self) -> Where:
        return Where(section=self._section)

    def _blocks(self, element: etree._Element, state: _State) -> None:
        loose = _Lines()
        for child in element:
            name = local(child)
            if name == "p":
                self._paragraph(child, state)
            elif name == "tbl":
                self._table(child, state)
            elif name in _SKIPPED:
                continue
            elif len(child) and name not in ("r", "hyperlink"):
                self._take(child.text, loose, state)
                self._blocks(child, _changed(name, state))
            else:
                self._inline_child(child, name, loose, state)
            self._take(child.tail, loose, state)
        self._emit(self._finish(loose), "paragraph")
        self._flush(state)

    def _paragraph(self, element: etree._Element, state: _State) -> None:
        text, style = self._paragraph_text(element, state)
        role = self._styles.role(style, element)
        if role == "heading" and text.strip():
            self._section = " ".join(text.split())[:160]
        self._emit(text, role)
        self._flush(state)

    def _paragraph_text(self, element: etree._Element, state: _State) -> tuple[str, str]:
        style = self._styles.of_paragraph(element)
        if not state.filled and is_filled(element, ("shd",)):
            state = _filled(state)
        if not state.hidden and self._styles.hidden(style, filled=state.filled):
            state = replace(state, hidden=True)
        plain = state is _PLAIN or state is _FILLED
        pieces = plain_pieces(element, self._styles, filled=state.filled) if plain else None
        if pieces is not None:
            self._placed.extend(pieces)
            return "".join(pieces), style
        lines = _Lines()
        self._take(element.text, lines, state)
        self._inline(element, lines, state)
        return self._finish(lines), style

    def _finish(self, lines: _Lines) -> str:
        """File the hidden and former readings; return the present one."""
        if hidden := "".join(lines.hidden).strip():
            self._hidden.add(hidden, where=self._where())
            self._any_hidden = True
        if lines.deleted and (before := "".join(lines.before).strip()):
            self._deleted.add(before, where=self._where())
            self._any_deleted = True
        if code := "".join(lines.code).strip():
            self.codes.append(code)
        return "".join(lines.now)

    def _emit(self, text: str, role: Role) -> None:
        if text.strip():
            self._visible.add(text.strip(), role=role, where=self._where())

    def _flush(self, state: _State) -> None:
        """Text boxes and nested tables, read after the block that holds them."""
        later, self._later = self._later, []
        for element in later:
            if local(element) == "tbl":
                self._table(element, state)
            else:
                self._blocks(element, _filled(state))

    def _inline(self, element: etree._Element, lines: _Lines, state: _State) -> None:
        for child in element:
            self._inline_child(child, local(child), lines, state)
            if child.tail:
                self._take(child.tail, lines, state)

    def _inline_child(self, child: etree._Element, name: str, lines: _Lines, state: _State) -> None:
        if name == "r":
            self._inline(child, lines, self._run_state(child, state))
        elif name in _SKIPPED:
            return
        elif name in ("t", "delText"):
            self._take(child.text, lines, state, solid=False)
        elif name in BREAKS:
            self._put(BREAKS[name], lines, state)
        elif name in ("instrText", "delInstrText"):
            lines.code.append(child.text or "")
            self._placed.append(child.text or "")
        elif name in ("txbxContent", "tbl"):
            self._later.append(child)
        elif name == "Fallback":
            self._fallbacks.append(child)
        elif name == "sym":
            self._put(symbol(child), lines, state)
        elif name in _MEASURES:
            self._placed.append(child.text or "")
        else:
            if name == "p" and lines.now and not lines.now[-1].endswith("\n"):
                self._put("\n", lines, state)
            self._take(child.text, lines, state)
            self._inline(child, lines, _changed(name, state))

    def _run_state(self, run: etree._Element, state: _State) -> _State:
        if not len(run) or local(run[0]) != "rPr":
            return state
        hidden = hides(run[0], self._styles, inherited=state.hidden, filled=state.filled)
        return state if hidden == state.hidden else replace(state, hidden=hidden)

    def _take(self, text: str | None, lines: _Lines, state: _State, *, solid: bool = True) -> None:
        """Count and file a text node; between elements (`solid`) mere white space is layout of the XML."""
        if not text or (solid and not text.strip()):
            return
        self._placed.append(text)
        self._put(text, lines, state)

    def _put(self, text: str, lines: _Lines, state: _State) -> None:
        if state.hidden:
            lines.hidden.append(text)
        elif not state.deleted:
            lines.now.append(text)
        if state.deleted:
            lines.deleted = True
        if not state.inserted:
            lines.before.append(text)

    def _table(self, table: etree._Element, state: _State) -> None:
        if not state.filled and is_filled(table, ("tblStyle", "shd")):
            state = _filled(state)
        for number, (row, row_state) in enumerate(_within(table, "tr", state)):
            self._take(row.text, _Lines(), row_state)
            cells = [self._cell(cell, cell_state) for cell, cell_state in _within(row, "tc", row_state)]
            self._row(cells, "header_row" if number == 0 else "row")
            self._flush(row_state)

    def _cell(self, cell: etree._Element, state: _State) -> list[str]:
        texts: list[str] = []
        if not state.filled and is_filled(cell, ("shd",)):
            state = _filled(state)
        for child in cell:
            name = local(child)
            if name == "p":
                texts.append(self._paragraph_text(child, state)[0].strip())
            elif name == "tbl":
                self._later.append(child)
            elif name not in _SKIPPED and len(child):
                texts.extend(self._cell(child, _changed(name, state)))
        return [text for text in texts if text]

    def _row(self, cells: list[list[str]], role: Role) -> None:
        row = " | ".join(" ".join(cell) for cell in cells)
        if not any(cells):
            return
        if len(row) > _LONG_ROW or len(cells) == 1:  # a layout table: its cells are pages, not fields
            for cell in cells:
                for text in cell:
                    self._emit(text, "paragraph")
        else:
            self._emit(row, role)

    def _read_fallbacks(self) -> None:
        """Older renderings of the same drawing: read only where they say something else."""
        while self._fallbacks:
            fallback = self._fallbacks.pop()
            wrapper = fallback.getparent()
            others = [child for child in wrapper if child is not fallback] if wrapper is not None else []
            newer = Counter(text for other in others for text in _paragraphs(other))
            if Counter(_paragraphs(fallback)) - newer:
                self._blocks(fallback, _State(hidden=True))
            else:
                self._placed.extend(texts(fallback))


def _paragraphs(element: etree._Element) -> Iterator[str]:
    """The text of each paragraph without white space; of an element without paragraphs all there is."""
    found = [node for node in element.iter() if local(node) == "p"] or [element]
    return filter(None, ("".join("".join(texts(node)).split()) for node in found))


def _within(element: etree._Element, wanted: str, state: _State) -> Iterator[tuple[etree._Element, _State]]:
    """Rows of a table or cells of a row, also where content controls or changes lie between; never nested ones."""
    for child in element:
        name = local(child)
        if name == wanted:
            yield child, _row_state(child, state)
        elif name not in _SKIPPED and name not in ("tbl", "p"):
            yield from _within(child, wanted, _changed(name, state))


def _filled(state: _State) -> _State:
    return _FILLED if state is _PLAIN else replace(state, filled=True)


def _row_state(row: etree._Element, state: _State) -> _State:
    for child in row:
        name = local(child)
        if name == "trPr":
            for change in child:
                state = _changed(local(change), state)
        elif name in ("tc", "p"):
            break
    return state


def _changed(name: str, state: _State) -> _State:
    if name in ("del", "moveFrom"):
        return replace(state, deleted=True)
    if name in ("ins", "moveTo"):
        return replace(state, inserted=True)
    return state


def _solid(text: str) -> int:
    """Characters that are not white space."""
    return len("".join(text.split()))
