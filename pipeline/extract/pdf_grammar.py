"""What well-formed bytes of a PDF look like: the tokens of its objects, and the operators of its drawings.

A reader passes over what it cannot parse, and every reader passes over something else. So what does not parse is not
believed. The patterns never look back (possessive), which makes them as fast as unpacking: 100 MB/s. A group in them
must not fail once it was entered, or the engine loses count of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SPACE = rb"[\0\t\n\f\r ]"  # no other byte is white space (ISO 32000-2, 7.2.3), whatever some readers think
_INNER = rb"\((?:[^()\\]++|\\.)*+\)"
STRING = rb"\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.|" + _INNER + rb")*+\))*+\)"
HEX = rb"<[\da-fA-F\0\t\n\f\r ]*+>"
NAME = rb"/[^\x00-\x20\x7f()<>\[\]{}/%]*+"
_NUMBERS = rb"[-+.\d\0\t\n\f\r ]"
_APART = rb"(?<![-+.\d])"  # an operator that touches a number is one word with it, and unknown: then no font is set
_END = rb"(?=[\0\t\n\f\r /\[(<%]|\Z)"
# Any number of tokens of objects; the group is the last comment among them.
TOKENS = (
    rb"(?:[-+.\d\0\t\n\f\r R\[\]]++|" + NAME + rb"|<<|>>|" + HEX + rb"|" + STRING
    + rb"|true|false|null|%([^\r\n]*+))*+"
)  # fmt: skip

# Which operands belong to which operators, as far as text depends on it: a string before an operator that takes none
# is lost to a reader, too many numbers are not. (ISO 32000-2, annex A)
_COMMON = rb"(?:T[dDmwcLzs*]|[qQlmcwnSh]|BT|ET|re|cm)"
# One or two letters that are no operator, after numbers alone, are a misprint of real programs and cost no text.
_OTHER = rb"(?:(?!BI)[A-SU-Za-z][A-Za-z]?|T[dDmwcLzs*]|W\*|d[01]|scn|SCN|EMC)"


def _behind(operator: bytes, level: bytes, operands: int) -> bytes:
    """`operator` behind as many operands that all read `level`, with up to six zeros behind the point."""
    written = [level] + [level + rb"\." + b"0" * zeros for zeros in range(1, 7)]
    before = (rb"\s".join([one] * operands) + rb"\s" + operator for one in written)
    return operator + rb"(?:" + rb"|".join(rb"(?<=[^\d.]" + text + rb")" for text in before) + rb")"


# Fills that leave no mark on paper.
_FILLS = ((b"g", b"1", 1), (b"rg", b"1", 3), (b"k", b"0", 4), (b"scn", b"1", 1), (b"sc", b"1", 1))
_WHITE = rb"(?:" + rb"|".join(_behind(*fill) for fill in _FILLS) + rb")"
_FILL = rb"(?:f\*?|F|B\*?|b\*?)"
_HIDING = rb"Tr" + _END + rb"(?:(?<=[37]\sTr)())?"
_ARRAY = rb"\[(?:" + _NUMBERS + rb"*+(?:" + STRING + rb"|" + HEX + rb"))*+" + _NUMBERS + rb"*+\]"
_FLAT = rb"(?:[^<>()]++|" + STRING + rb"|" + HEX + rb")"
_PROPERTIES = rb"(?:" + NAME + rb"|<<(?:" + _FLAT + rb"|<<" + _FLAT + rb"*+>>)*+>>)"
_SHOW = SPACE + rb"*+(?:Tj|'|\")" + _END
_NAMED = (
    NAME + rb"(?:" + SPACE + rb"*+[-+.\d]" + _NUMBERS + rb"*+" + _APART + rb"Tf" + _END
    + rb"|" + _NUMBERS + rb"*+(?:gs" + _END + rb"()|Do" + _END + rb"()|(?:cs|CS|scn|SCN|sh|ri|BMC|MP)" + _END + rb")"
    + rb"|" + SPACE + rb"*+" + _PROPERTIES + SPACE + rb"*+(?:BDC|DP)" + _END + rb"())"
)  # fmt: skip
# In the order of how often they occur. The groups note what was met on the way: see Syntax.
_DRAWING = re.compile(
    rb"(?:" + _NUMBERS + rb"*+(?:"
    + _ARRAY + SPACE + rb"*+(?:TJ|" + _NUMBERS + rb"*+d)" + _END
    + rb"|" + STRING + _SHOW
    + rb"|" + _COMMON + _END
    + rb"|" + _NAMED
    + rb"|" + HEX + _SHOW
    + rb"|" + _WHITE + _END + rb"()"
    + rb"|" + _FILL + _END + rb"()"
    + rb"|" + _HIDING
    + rb"|" + _OTHER + _END
    + rb"|%([^\r\n]*+)"
    + rb"))*+" + _NUMBERS + rb"*+",
    re.DOTALL,
)  # fmt: skip
_INK = re.compile(rb"[\s\])>](?:(rg|[gk]|scn?)|T[jJ]|['\"])(?=[\s\[(/<]|\Z)")
_WHITE_HINTS = (b"1 g", b"1 r", b"1 s", b"0 k", b".0 g", b".0 r", b".0 s", b"00 g", b"00 r", b"00 s", b"1\ng", b"1\nr")
_THREE = re.compile(_behind(b"sc", b"1", 3) + rb"|" + _behind(b"scn", b"1", 3))
_WHITE_HERE = re.compile(_WHITE)
_PICTURE = re.compile(rb"BI\b(?:" + TOKENS + rb"|[A-Za-z]++)*?\bID" + SPACE, re.DOTALL)
_PICTURE_END = re.compile(SPACE + rb"EI" + _END)
_COMMENT = re.compile(STRING + rb"|%([^\r\n]*+)", re.DOTALL)


@dataclass(slots=True)
class Syntax:
    """What a content stream looks like from far."""

    parses: bool = False
    states: bool = False  # takes a graphics state by its name
    calls: bool = False  # draws a form or an image
    marks: bool = False  # marks content with properties
    white: bool = False  # fills with white
    fills: bool = False
    hides: bool = False  # shows text without ink
    comments: bool = False
    pictures: list[bytes] = field(default_factory=list)  # the data of inline pictures

    def note(self, met: re.Match[bytes]) -> None:
        """Count what was met as being there."""
        states, calls, marks, white, fills, hides, comments = (group is not None for group in met.groups())
        self.states, self.calls, self.marks = self.states or states, self.calls or calls, self.marks or marks
        self.white, self.fills, self.hides = self.white or white, self.fills or fills, self.hides or hides
        self.comments = self.comments or comments


def syntax(drawing: bytes) -> Syntax:
    """Whether a content stream parses to its end, and what is worth a closer look in it."""
    found, at = Syntax(), 0
    while True:
        met = _DRAWING.match(drawing, at)
        assert met is not None  # it matches nothing at all, too
        found.note(met)
        if met.end() == len(drawing):
            found.parses = True
            return found
        picture = _PICTURE.match(drawing, met.end())
        at = _picture_end(drawing, picture.end()) if picture else 0
        if not at:
            return found
        found.pictures.append(drawing[met.end() : at])


def white_text(drawing: bytes, greys: bool) -> bool:
    """Whether text may be shown while white is the colour to fill with. Most white is the ground of a page or a table.

    `greys`: one number to scn is a grey level, and not an amount of ink.
    """
    for hint in _WHITE_HINTS:
        at = drawing.find(hint)
        while at >= 0:
            operator = at + len(hint) - 1
            at = drawing.find(hint, operator)
            white = _WHITE_HERE.match(drawing, operator)
            if white and (greys or not white[0].startswith(b"sc") or _THREE.match(drawing, operator)):
                following = _INK.search(drawing, white.end())
                if following and not following[1]:
                    return True
    return False


def _picture_end(drawing: bytes, start: int) -> int:
    """Where an inline picture ends: behind the first end mark that operators follow; 0 where there is none."""
    for mark in _PICTURE_END.finditer(drawing, max(start - 1, 0)):
        following = _DRAWING.match(drawing, mark.end())
        assert following is not None
        if following.end() > mark.end() + 8 or drawing[following.end() : following.end() + 2] in (b"", b"BI"):
            return mark.end()
    return 0


def comments(data: bytes) -> list[str]:
    """The comments in tokens of objects or operators, without their mark."""
    found = (match[1] for match in _COMMENT.finditer(data) if match[1])
    return [comment.strip(b"% \t").decode("utf-8", "replace") for comment in found]
