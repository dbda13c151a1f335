"""Walk the XML of an OpenDocument member and gather its text by where a reader finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from pipeline.extract.embedded import child, decode_base64, printable
from pipeline.extract.ooxml import PackagePart, attribute, local
from pipeline.extract.parts import PartBuilder
from pipeline.types import NOWHERE, Blob, Gap, Notice, Part, PartKind, Role, Visibility, Where

Found = Part | Gap | Blob | Notice

PARTS: dict[str, tuple[PartKind, Visibility]] = {
    "body": ("body", "visible"),
    "hidden": ("body", "hidden"),
    "comments": ("comment", "visible"),
    "deleted": ("revision", "deleted"),
    "headers": ("header", "visible"),
    "notes": ("note", "visible"),
    "speaker-notes": ("note", "hidden"),
    "metadata": ("metadata", "hidden"),
    "attributes": ("metadata", "hidden"),
    "layout": ("code", "hidden"),
}
# element -> where its text goes
TARGETS = {
    "annotation": "comments", "deletion": "deleted", "note-body": "notes", "tracked-changes": "deleted",
    "hidden-text": "hidden", "hidden-paragraph": "hidden", "header": "headers", "header-left": "headers",
    "header-first": "headers", "footer": "headers", "footer-left": "headers", "footer-first": "headers",
    "master-page": "headers", "meta": "metadata", "settings": "metadata",
}  # fmt: skip
BLOCKS = frozenset({"p", "h", "creator", "date", "date-string", "initials"})
SPACES = {"tab": "\t", "line-break": "\n"}
STYLES = frozenset({"styles", "automatic-styles", "font-face-decls"})
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]{60,}")
SEALS = frozenset({"DigestValue", "SignatureValue", "X509Certificate", "X509SerialNumber", "Modulus", "Exponent"})
BARE = re.compile(r"[-+\d.,:%]*(?:cm|mm|in|pt|px|em)?|#[0-9a-fA-F]{3,8}|true|false|none|auto|[\w-]{1,2}")
HIDDEN_TEXT = {"display": "none", "color": "#ffffff"}
DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[<>]*>")
LAYOUT_BLOCK = 200


def without_doctype(part: PackagePart) -> PackagePart:
    """The part without a document type that only names the DTD of its format; one with entities is left as it is."""
    text = DOCTYPE.sub("", part.text, count=1)
    return PackagePart(part.key, part.name, part.content_type, text.encode("utf-8"), _text=text)


def hidden_styles(roots: Iterable[etree._Element]) -> frozenset[str]:
    """Names of the styles whose text is not shown, or white."""
    hidden: set[str] = set()
    parents: dict[str, str] = {}
    for root in roots:
        for style in (element for element in root.iter() if local(element) == "style"):
            name = attribute(style, "name") or ""
            parents[name] = attribute(style, "parent-style-name") or ""
            properties = [child for child in style if local(child) == "text-properties"]
            if any(attribute(item, key) == value for item in properties for key, value in HIDDEN_TEXT.items()):
                hidden.add(name)
            pages = [child for child in style if local(child) == "drawing-page-properties"]
            if any(attribute(item, "visibility") == "hidden" for item in pages):
                hidden.add(name)
    hidden |= {name for name, parent in parents.items() if parent in hidden}
    return frozenset(hidden)


class OdfText:
    """The text of one member, block by block."""

    def __init__(self, prefix: str, styles: frozenset[str], *, target: str = "body") -> None:
        self._styles = styles
        self._builders = {
            name: PartBuilder(kind=kind, path=f"{prefix}{name}", visibility=visibility)
            for name, (kind, visibility) in PARTS.items()
        }
        self._open: dict[str, list[str]] = {}
        self._targets = [target]
        self._paragraphs = 0
        self._rows = 0
        self._header_rows = 0
        self._items = 0
        self._where = NOWHERE
        self._slide = 0
        self._texts: dict[str, None] = {}
        self._layout: dict[str, None] = {}
        self._found: list[Found] = []
        self._outside: dict[str, None] = {}

    def walk(self, root: etree._Element) -> None:
        """Depth first, without recursion."""
        for event, element in etree.iterwalk(root, events=("start", "end")):
            name = local(element)
            if event == "start":
                self._enter(element, name)
                self._text(element, name, element.text)
            else:
                self._leave(name)
                self._text(element.getparent(), "", element.tail if element is not root else None)

    def add_block(self, target: str, text: str, role: Role = "paragraph") -> None:
        """A block of its own."""
        self._builders[target].add(text, role=role, where=self._where)

    def parts(self) -> Iterator[Found]:
        for target in list(self._open):
            self._end(target, "paragraph")
        for text in self._texts:
            self.add_block("attributes", text, "line")
        layout = list(self._layout)
        for start in range(0, len(layout), LAYOUT_BLOCK):
            self.add_block("layout", " ".join(layout[start : start + LAYOUT_BLOCK]), "line")
        for builder in self._builders.values():
            yield from builder.parts()
        yield from self._found
        if self._outside:
            first = next(iter(self._outside))[:120]
            yield Notice(code="external_reference", path="links", detail=f"{len(self._outside)}, first {first}")

    def _enter(self, element: etree._Element, name: str) -> None:
        self._attributes(element, name)
        self._targets.append(self._target(element, name))
        if name in BLOCKS:
            self._paragraphs += 1
        elif name == "table-row":
            self._rows += 1
        elif name == "table-header-rows":
            self._header_rows += 1
        elif name == "list-item":
            self._items += 1
        elif name in SPACES or name == "s":
            count = attribute(element, "c") or "1"
            self._add(SPACES.get(name) or " " * min(int(count) if count.isdigit() else 1, 100))
        elif name == "page":
            self._slide += 1
            self._where = Where(slide=self._slide, section=attribute(element, "name"))
        elif name == "table" and attribute(element, "name"):
            self._where = Where(slide=self._slide or None, section=attribute(element, "name"))

    def _target(self, element: etree._Element, name: str) -> str:
        outer = self._targets[-1]
        if name == "notes" and self._slide:
            return "speaker-notes"
        if name in TARGETS:
            return TARGETS[name]
        hidden = (
            attribute(element, "style-name") in self._styles
            or attribute(element, "visibility") == "collapse"
            or (name == "section" and attribute(element, "display") == "none")
        )
        return "hidden" if hidden and outer in ("body", "headers") and name not in STYLES else outer

    def _leave(self, name: str) -> None:
        target = self._targets[-1]
        if name in BLOCKS:
            self._paragraphs -= 1
            if self._rows and target in ("body", "hidden"):
                self._add(" ")
            else:
                self._end(target, "heading" if name == "h" else "list_item" if self._items else "paragraph")
        elif name in ("table-cell", "covered-table-cell") and self._rows == 1:
            self._add(" | ")
        elif name == "table-row":
            self._rows -= 1
            if not self._rows:
                for open_target in ("body", "hidden"):
                    self._end(open_target, "header_row" if self._header_rows else "row")
        elif name == "table-header-rows":
            self._header_rows -= 1
        elif name == "list-item":
            self._items -= 1
        self._targets.pop()

    def _text(self, element: etree._Element | None, name: str, text: str | None) -> None:
        if not text or (not text.strip() and not self._paragraphs):
            return
        if name == "binary-data":
            self._binary(text)
        elif name in ("title", "desc") and self._paragraphs:
            self._texts[text.strip()] = None
        elif self._paragraphs:
            self._add(re.sub(r"[ \t\r\n]+", " ", text))
        elif BASE64.fullmatch(text) or (element is not None and local(element) in SEALS):
            self._texts[printable(decode_base64(text.encode("ascii", "ignore"))[0])] = None
        elif not BARE.fullmatch(text.strip()):
            label = "" if element is None else attribute(element, "name") or local(element)
            self.add_block("metadata", f"{label}: {text.strip()}", "line")

    def _binary(self, text: str) -> None:
        data, clean = decode_base64(text.encode("utf-8"))
        number = len(self._found) + 1
        if not clean:
            self._found.append(Gap(stage="extract", code="undecodable", path=f"binary-{number}"))
        self._found.append(child(data, f"binary-{number}"))

    def _add(self, text: str) -> None:
        self._open.setdefault(self._targets[-1], []).append(text)

    def _end(self, target: str, role: Role) -> None:
        text = re.sub(r" {2,}", " ", "".join(self._open.pop(target, ()))).strip(" |\n\t")
        if not text:
            return
        if role == "heading" and target == "body":
            self._where = Where(slide=self._slide or None, section=text[:200])
        self.add_block(target, text, role)

    def _attributes(self, element: etree._Element, name: str) -> None:
        for key, value in ((str(key), str(value)) for key, value in element.items()):
            if not value or BARE.fullmatch(value):
                continue
            short = key.rpartition("}")[2]
            if short == "href" and name != "a" and re.match(r"(?:https?|ftp|file):|//|\\\\", value):
                self._outside[value] = None
            if " " in value.strip() or short in ("href", "formula", "string-value", "title", "description"):
                self._texts[value] = None
            else:
                self._layout[value] = None
