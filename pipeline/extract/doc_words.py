"""Looks for words in the binary parts of a Word document or a presentation, where no structure says what is text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.embedded import other_alphabets
from pipeline.extract.office_vocabulary import MACHINE_NAME, VOCABULARY

# Latin in one byte and in two
_NARROW = re.compile(rb"[\x20-\x7e\r\n\t]{4,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff\r\n\t]\0|[\0-\x7f]\x01){3,}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"[^\W\d_]{2,}[^\w]{1,3}[^\W\d_A-Z]{2,}[^\w]{1,3}[^\W\d_A-Z]{2,}")


def words(data: bytes) -> Iterator[str]:
    """Every run that has a word of its own, and not only those that Office writes."""
    for text in _runs(data):
        found = _WORD.findall(text)
        own = not all(word.casefold() in VOCABULARY for word in found)
        if own and not MACHINE_NAME.fullmatch(text):
            yield text


def sentences(data: bytes) -> Iterator[str]:
    """The runs of three words and more."""
    return (text for text in _runs(data) if _SENTENCE.search(text))


def _runs(data: bytes) -> Iterator[str]:
    texts = [match[0].decode("ascii") for match in _NARROW.finditer(data)]
    wide = (match[0].decode("utf-16-le") for match in _WIDE.finditer(data))
    texts += [text for text in wide if sum(map(str.isascii, text)) * 2 >= len(text)]
    yield from dict.fromkeys(text.strip() for text in texts + other_alphabets(data))
