"""Says whether bytes read as Windows-1252 spell words of western languages, or only happen to be valid there.

Nearly every byte is a character of Windows-1252, so validity proves nothing. What another code page leaves behind are
letters where no western word has them: a capital inside a word, three accented letters in a row, a dagger between two
letters. Such places may be rare slips of a writer; more of them mean another encoding.
"""

from __future__ import annotations

import re

_HOLES = b"\x81\x8d\x8f\x90\x9d\0"  # bytes that Windows-1252 leaves open, and what is no text
_HIGH = re.compile(r"[^\x00-\x7f]")
_HIGH_LETTER = re.compile(r"[À-ÖØ-öø-ÿŠŒŽšœžŸƒ]")
_LETTER = re.compile(r"[A-Za-z]")
# Letters of few languages: Icelandic and Faroese have them, Turkish and Romanian texts show them when misread.
_RARE = re.compile(r"[ÐðÞþÝýƒ]")
_IMPLAUSIBLE = re.compile(
    r"[a-zß-öø-ÿšœž][À-ÖØ-ÞŠŒŽŸ]"  # a capital after a small letter
    r"|[À-ÖØ-öø-ÿŠŒŽšœžŸ]{3,}"  # three accented letters in a row
    r"|[a-zß-öø-ÿ][¡-¬¯±-¶¸-¿×÷‚„†‡‰ˆ˜‹›ƒ”“][a-zß-öø-ÿ]"  # a sign inside a word
    r"|[œŒ]\d|½[a-z]{3}|[A-Za-z][¿¡]"
    r"|(?:^|\s)[ÐÑ](?=\s|$)"  # where the dashes of the Macintosh lie
    r"|[^\x00-\x7f–—…‘’“”\xa0•·]{4,}"
    r"|ƒ[^\s(=]|‚[±-ÿ]|‰[^\s.,;)]|[ˆ¤]"
)
_MOST_HIGH, _FEW = 0.34, 3


def western(data: bytes) -> str | None:
    """`data` as Windows-1252 where that spells words or signs between ASCII; None where another reading is likely."""
    if any(byte in data for byte in _HOLES):
        return None
    text = data.decode("cp1252")
    high = len(_HIGH.findall(text))
    letters = len(_HIGH_LETTER.findall(text))
    if high > max(_FEW, len(text) * _MOST_HIGH) or letters > max(_FEW, len(_LETTER.findall(text)) * _MOST_HIGH):
        return None
    strange = len(_IMPLAUSIBLE.findall(text)) * 20 + len(_RARE.findall(text)) * 5
    return text if strange <= high else None
