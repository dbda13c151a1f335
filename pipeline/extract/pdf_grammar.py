"""What well-formed bytes of a PDF look like: the tokens of its objects, and the operators of its drawings.

A reader passes over what it cannot parse, and every reader passes over something else. So what does not parse is not
believed. The patterns never look back (possessive), which makes them as fast as unpacking: 100 MB/s.
"""

from __future__ import annotations

import re

SPACE = rb"[\0\t\n\f\r ]"  # no other byte is white space (ISO 32000-2, 7.2.3), whatever some readers think
_INNER = rb"\((?:[^()\\]++|\\.)*+\)"
STRING = rb"\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.|" + _INNER + rb")*+\))*+\)"
HEX = rb"<[\da-fA-F\0\t\n\f\r ]*+>"
NAME = rb"/[^\x00-\x20\x7f()<>\[\]{}/%]*+"
_NUMBERS = rb"[-+.\d\0\t\n\f\r ]"
_END = rb"(?=[\0\t\n\f\r /\[(<%]|\Z)"
# Any number of tokens of objects; the group is the last comment among them.
TOKENS = (
    rb"(?:[-+.\d\0\t\n\f\r R\[\]]++|" + NAME + rb"|<<|>>|" + HEX + rb"|" + STRING
    + rb"|true|false|null|(%[^\r\n]*+))*+"
)  # fmt: skip

# Which operands belong to which operators, as far as text depends on it: a string before an operator that takes none
# is lost to a reader, too many numbers are not. (ISO 32000-2, annex A)
# One or two letters that are no operator, after numbers alone, are a misprint of real programs and cost no text.
_PLAIN = rb"(?:(?!BI)[A-SU-Za-z][A-Za-z]?|T[dDmwcLzsr*]|[fBbW]\*|d[01]|scn|SCN|EMC)"
_ARRAY = rb"\[(?:" + _NUMBERS + rb"++|" + STRING + rb"|" + HEX + rb")*+\]"
_FLAT = rb"(?:[^<>()]++|" + STRING + rb"|" + HEX + rb")"
_PROPERTIES = rb"(?:" + NAME + rb"|<<(?:" + _FLAT + rb"|<<" + _FLAT + rb"*+>>)*+>>)"
_DRAWING = re.compile(
    rb"(?:" + _NUMBERS + rb"*+(?:"
    + _PLAIN + _END
    + rb"|" + _ARRAY + SPACE + rb"*+(?:TJ|" + _NUMBERS + rb"*+d)" + _END
    + rb"|(?:" + STRING + rb"|" + HEX + rb")" + SPACE + rb"*+(?:Tj|'|\")" + _END
    + rb"|" + NAME + SPACE + rb"*+[-+.\d]" + _NUMBERS + rb"*+Tf" + _END
    + rb"|" + NAME + _NUMBERS + rb"*+(?:gs|cs|CS|Do|scn|SCN|sh|ri|BMC|MP)" + _END
    + rb"|" + NAME + SPACE + rb"*+" + _PROPERTIES + SPACE + rb"*+(?:BDC|DP)" + _END
    + rb"|(%[^\r\n]*+)"
    + rb"))*+" + _NUMBERS + rb"*+",
    re.DOTALL,
)  # fmt: skip
_PICTURE = re.compile(rb"BI\b(?:" + TOKENS + rb"|[A-Za-z]++)*?\bID" + SPACE, re.DOTALL)
_PICTURE_END = re.compile(SPACE + rb"EI" + _END)
_COMMENT = re.compile(STRING + rb"|(%[^\r\n]*+)", re.DOTALL)


def well_formed(drawing: bytes) -> tuple[bool, bool]:
    """Whether a content stream parses to its end, and whether there are comments in it."""
    at, commented = 0, False
    while True:
        found = _DRAWING.match(drawing, at)
        assert found is not None  # it matches nothing at all, too
        commented = commented or found[1] is not None
        if found.end() == len(drawing):
            return True, commented
        picture = _PICTURE.match(drawing, found.end())
        end = _picture_end(drawing, picture.end()) if picture else 0
        if not end:
            return False, commented
        at = end


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
