"""Looks at the header blocks of a tar archive for what no reader of tar would show.

Field places: POSIX.1-1988 (ustar) and the GNU tar manual, "Basic Tar Format"; an old v7 header ends after 257 bytes.
"""

from __future__ import annotations

import re
import tarfile

BLOCK = 512
_TEXTS = ((0, 100), (157, 257), (265, 297), (297, 329))  # name, link, owner, group: each ends at its first NUL
_PREFIX, _GNU_TIMES, _GNU_PADDING = (345, 500), (345, 386), (495, 512)
_STAR_PREFIX, _STAR_TIMES = (345, 476), (476, 500)
_LONG = b"xgXLK"  # headers whose text stands in the blocks behind them
_RECORD = re.compile(r"\d+ (?:[\w.]*(?:time|size|uid|gid|dev|ino|nlink|offset|major|minor|numblocks|map))=[\d.,-]*\Z")
_SCRAP = 256  # bytes of an attribute that may be numbers
_TIMES = re.compile(rb"(?:[0-7]{11}[ \0]){2}")
_NUMBERS = re.compile(rb"[0-9 \n\0]*")


def look(region: bytes) -> tuple[list[str], bytes]:
    """The lines of text in extended headers, and bytes that have no meaning there, of one member's header blocks."""
    lines, slack, at = list[str](), bytearray(), 0
    while at + BLOCK <= len(region):
        block = region[at : at + BLOCK]
        at += BLOCK
        slack += _unused(block)
        if block[156:157] not in _LONG:
            break
        size = tarfile.nti(block[124:136])  # type: ignore[attr-defined]  # as the library itself reads it
        payload = region[at : at + size]
        lines += [line for line in re.split(r"[\n\0]+", payload.decode("utf-8", "replace")) if not _RECORD.match(line)]
        slack += b"".join(record for record in payload.split(b"\n") if len(record) > _SCRAP and not _is_text(record))
        at += -(-size // BLOCK) * BLOCK
        slack += region[at - -(-size // BLOCK) * BLOCK + size : at].strip(b"\0")
    maps = region[at:]  # of sparse files
    if not _NUMBERS.fullmatch(maps):
        slack += maps
    return [line for line in lines if line.strip()], bytes(slack)


def _unused(block: bytes) -> bytes:
    """What stands behind the ends of texts and between the fields."""
    magic = block[257:265]
    texts = list(_TEXTS) if magic.startswith(b"ustar") else list(_TEXTS[:2])
    found = bytearray()
    if magic == b"ustar  \0":
        padding = _GNU_PADDING if block[156:157] == b"S" else (_GNU_TIMES[1], BLOCK)
        found += block[slice(*padding)].strip(b"\0")
    elif magic.startswith(b"ustar"):
        end = 508 if block[508:] == b"tar\0" else BLOCK  # star signs its headers
        star = block[475] == 0 and _TIMES.fullmatch(block[slice(*_STAR_TIMES)])
        texts.append(_STAR_PREFIX if star else _PREFIX)
        found += block[_PREFIX[1] : end].strip(b"\0")
    else:
        found += block[257:].strip(b"\0")
    for start, end in texts:
        _, _, behind = block[start:end].partition(b"\0")
        found += behind.strip(b"\0 ")
    return bytes(found)


def _is_text(record: bytes) -> bool:
    try:
        return "".join(record.decode("utf-8").split()).isprintable()
    except UnicodeDecodeError:
        return False
