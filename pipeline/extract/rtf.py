"""Read RTF: the text, and what other readers drop (hidden, deleted, notes, comments, fields, objects).

An own small reader: a destination that is not known is read as hidden text, never skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.extract import rtf_objects
from pipeline.extract.embedded import child
from pipeline.extract.rtf_fonts import Fonts
from pipeline.extract.rtf_text import PARTS, RtfText, State
from pipeline.extract.rtf_tokens import Token, tokens
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

Found = Part | Gap | Blob | Notice

ALIASES = {f"{name}{side}": name for name in ("header", "footer") for side in "lrf"} | {"sn": "shape", "sv": "shape"}
# Groups that hold text of the destination around them, and groups of digits.
TRANSPARENT = frozenset(
    {"shptxt", "shpinst", "shppict", "fldrslt", "listtext", "pntext", "ud", "upr", "dptxbxtext", "shprslt"}
)
DIGITS = frozenset({"colorschememapping", "datastore", "objdata", "panose", "pict", "themedata"})
NAMED = frozenset(
    {
        "author",
        "category",
        "colortbl",
        "comment",
        "company",
        "creatim",
        "doccomm",
        "fldinst",
        "fonttbl",
        "generator",
        "hlinkbase",
    }
    | {
        "info",
        "keywords",
        "manager",
        "objclass",
        "objname",
        "operator",
        "printim",
        "revtbl",
        "stylesheet",
        "subject",
        "tc",
    }
    | {"title", "xe"}
)
CHARACTERS = {
    "tab": "\t", "line": "\n", "lbr": "\n",
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005", "zwj": "\u200d",
    "zwnj": "\u200c", "ltrmark": "\u200e", "rtlmark": "\u200f", "cell": " | ", "nestcell": " | ",
}  # fmt: skip
SYMBOLS = {"~": "\u00a0", "_": "\u2011", "-": "", "\n": "\n", "\r": "\n", "\t": "\t", "{": "{", "}": "}", "\\": "\\"}
BREAKS = frozenset({"page", "sect", "row", "nestrow", "column", "pagebb", "softpage"})
WHITE = (255, 255, 255)
USUAL_SKIP = 4


def extract(blob: Blob, limits: Limits) -> Iterator[Found]:
    """All text by destination; pictures and objects as children; HTML that Outlook wrapped into RTF as a child."""
    yield from Reader(limits).read(blob.data)


class Reader:
    """Reads one RTF file, token by token."""

    def __init__(self, limits: Limits) -> None:
        self.text = RtfText()
        self.fonts = Fonts()
        self.state = State()
        self.found: list[Found] = []
        self._limits = limits
        self._stack: list[State] = []
        self._pending = bytearray()
        self._skipping = 0
        self._surrogate = ""
        self._digits = bytearray()
        self._picture = ""
        self._starred = False
        self._children = 0

    def read(self, data: bytes) -> Iterator[Found]:
        end = self._walk(data)
        yield from self.text.parts()
        yield from self.found
        if self.text.uncertain:
            yield Gap(stage="extract", code="encoding_uncertain", path="body", detail="bytes outside their code page")
        if self._stack:
            yield Gap(stage="extract", code="truncated", path="body", detail=f"{len(self._stack)} groups left open")
        if rest := data[end:].strip(b"\0 \t\r\n\x1a"):
            yield Notice(code="trailing_data", path="trailing", detail=f"{len(rest)} bytes after its end")
            yield child(rest, "trailing")

    def _walk(self, data: bytes) -> int:
        """Feed the tokens of the outermost group; where it ends."""
        end = 0
        for token in tokens(data):
            end = token.end
            if token.kind in ("text", "hex"):
                self._bytes(token.data)
            elif token.kind == "word" and token.name == "u":
                self._unicode(token.number or 0)
            else:
                self._flush()
                self._skipping = 0
                self._control(token)
                if token.kind == "}" and not self._stack:
                    return end
        self._flush()
        return end

    def _control(self, token: Token) -> None:
        if token.kind == "{":
            self._stack.append(self.state)
        elif token.kind == "}":
            self._close()
        elif token.kind == "binary":
            self._binary(token.data)
        elif token.kind == "word":
            self._word(token.name, token.number)
        elif token.name == "*":
            self._starred = True
            return
        else:
            self.text.add(SYMBOLS.get(token.name, ""), self.state)
        self._starred = False

    def _bytes(self, data: bytes) -> None:
        if self.state.destination in DIGITS:
            self._digits += data
            return
        if self._skipping:  # the spelling of the last \\u for readers that know no Unicode
            skipped, data = data[: self._skipping], data[self._skipping :]
            self._skipping -= len(skipped)
            if self.state.skip > USUAL_SKIP:
                self.text.add(skipped.decode("latin-1"), replace(self.state, destination="fallback"))
        self._pending += data

    def _binary(self, data: bytes) -> None:
        """A run of raw bytes: of a picture or an object, or by itself, which no other reader would look at."""
        if self.state.destination in DIGITS:
            self._digits += data.hex().encode("ascii")
        elif data:
            self._children += 1
            self.found.append(child(data, f"binary-{self._children}"))

    def _unicode(self, number: int) -> None:
        self._flush()
        char = chr(number & 0xFFFF)
        if "\ud800" <= char <= "\udbff":
            self._surrogate = char
        else:
            pair = (self._surrogate + char).encode("utf-16-le", "surrogatepass")
            self.text.add(pair.decode("utf-16-le", "replace"), self.state)
            self._surrogate = ""
        self._skipping = self.state.skip

    def _flush(self) -> None:
        """Decode the bytes gathered so far; a character of two bytes may stand in two tokens."""
        if not self._pending:
            return
        data, self._pending = bytes(self._pending), bytearray()
        if self.state.destination == "colortbl":
            self.fonts.end_colours(data)
        elif self.state.destination == "stylesheet":
            self.fonts.name_style(data)
        self.text.add(data.decode(self.state.codec, "replace"), self.state)

    def _close(self) -> None:
        inner = self.state
        self.state = self._stack.pop() if self._stack else State()
        if inner.destination in DIGITS and self.state.destination != inner.destination:
            self._object(inner.destination, rtf_objects.from_hex(bytes(self._digits)))
            self._digits.clear()
        elif inner.destination != self.state.destination and inner.destination not in PARTS:
            self.text.end(inner.target)

    def _word(self, name: str, number: int | None) -> None:
        """A control word: a destination, a change of the state, or a character."""
        on = number != 0
        if self._destination(name):
            return
        if name in BREAKS or (name == "par" and not self.text.in_row):
            self.text.end_all(self.state, row=name in ("row", "nestrow"))
        elif name in CHARACTERS or name == "par":
            self.text.add(CHARACTERS.get(name, "\n"), self.state)
        elif name == "v":
            self.state = replace(self.state, hidden=on)
        elif name in ("deleted", "oldcprops"):
            self.state = replace(self.state, deleted=on and name == "deleted")
        elif name == "cf":
            self.state = replace(self.state, white=self.fonts.colour(number or 0) == WHITE)
        elif name == "htmlrtf":
            self.state = replace(self.state, html_off=on)
        elif name == "fromhtml":
            self.text.html = []
        elif name == "uc":
            self.state = replace(self.state, skip=max(number or 0, 0))
        elif name == "plain":
            self.state = replace(self.state, hidden=False, deleted=False, white=False, codec=self.fonts.default())
        elif name in rtf_objects.PICTURES:
            self._picture = name
        else:
            self._font(name, number or 0)

    def _font(self, name: str, number: int) -> None:
        if codec := self.fonts.word(name, number, in_table=self.state.destination == "fonttbl"):
            self.state = replace(self.state, codec=codec)
        self.text.word(name, heading=name == "s" and number in self.fonts.headings)
        if self.state.destination == "stylesheet" and name == "s":
            self.fonts.style = number

    def _destination(self, name: str) -> bool:
        known = ALIASES.get(name, name)
        if known in TRANSPARENT:
            self.text.word(name, heading=False)
            return True
        if self._starred or known in PARTS or known in DIGITS or known in NAMED or name in ALIASES:
            self.state = replace(self.state, destination=known, hidden=False, deleted=False, white=False)
            return True
        return False

    def _object(self, destination: str, data: bytes) -> None:
        self._children += 1
        name = f"{'picture' if destination == 'pict' else 'object'}-{self._children}"
        if destination == "objdata":
            self.found += rtf_objects.embedded(data, name)
        elif destination == "pict":
            if picture := rtf_objects.picture(data, self._picture, name):
                self.found.append(picture)
        else:
            self.found += rtf_objects.package_text(data, destination, self._limits)
