"""Tell whether a page's text is made by its scripts, which are never run."""

from __future__ import annotations

import re

WRITES = re.compile(
    r"document\.write|innerHTML|outerHTML|textContent|innerText|insertAdjacent|appendChild|createTextNode|"
    r"\.append\(|\.html\(|\.text\("
)
NUMBERS = re.compile(r"(?:(?:0x[0-9a-f]{2,4}|\d{2,5})\s*,\s*){16}", re.IGNORECASE)
DECODES = re.compile(
    r"from(?:CharCode|CodePoint)|atob\s*\(|unescape\s*\(|decodeURIComponent\s*\(|TextDecoder|charCodeAt"
)
LITERAL = re.compile(
    r"[\"'`](?:[a-z0-9+/=]{40,}|(?:%u?[0-9a-f]{2,4}){12,}|(?:\\x[0-9a-f]{2}|\\u[0-9a-f]{4}){12,})[\"'`]", re.IGNORECASE
)
FEW_WORDS = 20


def builds_text(words: int, scripts: list[str], sources: int) -> str:
    """Why the page's text must be thought to come from a script; empty for an ordinary page with scripts.

    `words` is the number of words that the page shows by itself, `sources` the number of scripts loaded from elsewhere.
    """
    for script in scripts:
        if DECODES.search(script) and WRITES.search(script) and (NUMBERS.search(script) or LITERAL.search(script)):
            return "a script decodes a string and writes it into the page"
    if words >= FEW_WORDS:
        return ""
    writing = sum(len(script) for script in scripts if WRITES.search(script))
    if writing > 200 * (words + 1):
        return f"{words} words of text beside {writing} characters of script that write into the page"
    if sources and words < 3:
        return f"{words} words of text, and scripts loaded from elsewhere"
    return ""
