"""The wire between the sandboxed child and its parent: length, JSON, raw bytes. Never pickle.

One frame is `u32 length of JSON | u32 length of raw bytes | JSON object | raw bytes`, big-endian. Raw bytes carry a
part's text (UTF-8) or a child's data, so that neither is escaped. A reply is `head, (part|gap|notice|blob)*, end`; the
end carries counts that the receiver checks.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

HEADER = struct.Struct(">II")
MAX_JSON = 64 << 20
MAX_FRAMES = 200_000

Frame = tuple[dict[str, Any], bytes]


class BadFrame(Exception):
    """The bytes are not a frame, or larger than a frame may be."""


def encode(meta: dict[str, Any], raw: bytes = b"") -> bytes:
    """One frame. Raises BadFrame where the receiver would refuse it."""
    body = json.dumps(meta, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    if len(body) > MAX_JSON:
        raise BadFrame(f"{len(body)} bytes of JSON")
    return HEADER.pack(len(body), len(raw)) + body + raw


class Decoder:
    """Takes bytes as they come and gives whole frames; `rest` is what is left of an unfinished one."""

    def __init__(self, max_raw: int) -> None:
        self.max_raw = max_raw
        self._buffer = bytearray()

    @property
    def rest(self) -> int:
        return len(self._buffer)

    def feed(self, untrusted_bytes: bytes) -> Iterator[Frame]:
        """Frames completed by `untrusted_bytes`. Raises BadFrame; nothing after that can be trusted."""
        self._buffer += untrusted_bytes
        start = 0
        try:
            while len(self._buffer) - start >= HEADER.size:
                json_size, raw_size = HEADER.unpack_from(self._buffer, start)
                if json_size > MAX_JSON or raw_size > self.max_raw:
                    raise BadFrame(f"a frame of {json_size} + {raw_size} bytes")
                middle = start + HEADER.size + json_size
                if len(self._buffer) < middle + raw_size:
                    break
                meta = _parse(bytes(self._buffer[start + HEADER.size : middle]))
                raw = bytes(self._buffer[middle : middle + raw_size])
                start = middle + raw_size
                yield meta, raw
        finally:
            del self._buffer[:start]


def _parse(untrusted_json: bytes) -> dict[str, Any]:
    try:
        meta = json.loads(untrusted_json)
    except (ValueError, RecursionError) as error:
        raise BadFrame("not JSON") from error
    if not isinstance(meta, dict):
        raise BadFrame("not a JSON object")
    return meta
