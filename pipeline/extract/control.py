"""Undoes what control characters do to plain text: overprinting, terminal escapes, NULs, odd line ends."""

from __future__ import annotations

import re

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TERMINAL = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\^_])")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BOLD_OR_UNDERLINED = re.compile("_\x08([^\x08])|([^\x08])\x08_|([^\x08])\x08(?=\\3)")


def lines(text: str) -> str:
    """`text` with every line end as a newline."""
    return _LINE_ENDS.sub("\n", text)


def strip(text: str) -> str:
    """`text` without terminal escapes and control characters; what they would have covered stays."""
    return _CONTROLS.sub("", _TERMINAL.sub("", text)) if _CONTROLS.search(text) else text


def overprinted(text: str) -> tuple[str, bool]:
    """What overprinting leaves to see, and whether it covered more than the same character or an underscore."""
    if "\b" not in text:
        return text, False
    text = _BOLD_OR_UNDERLINED.sub(lambda match: "".join(filter(None, match.groups()[:2])), text)
    if "\b" not in text:
        return text, False
    shown: list[str] = []
    position = 0
    for char in text:
        if char == "\n":
            shown.append(char)
            position = len(shown)
        elif char == "\b":
            position = max(position - 1, 0)
        else:
            shown[position : position + 1] = [char]
            position += 1
    return "".join(shown), True
