"""Takes a child's untrusted reply apart while it arrives, and says what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.frames import MAX_FRAMES, BadFrame, Decoder, Frame
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part
from pipeline.wire import from_frame

_COUNTED = ("part", "gap", "blob", "notice", "characters", "bytes")


@dataclass(slots=True)
class Reply:
    """What has arrived so far. `complete` only after a final frame whose counts agree and nothing behind it."""

    job: str
    blob: Blob
    limits: Limits
    parts: list[Part] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    children: list[Blob] = field(default_factory=list)
    media_type: str = ""
    extractor: str = ""
    profile: str = ""
    complete: bool = False
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    _decoder: Decoder = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = Decoder(max(self.limits.unpacked_bytes, 4 * self.limits.text_chars))

    def feed(self, untrusted_bytes: bytes) -> None:
        """Take bytes as they come. Raises BadFrame at the first thing that is not as it must be."""
        for untrusted_frame in self._decoder.feed(untrusted_bytes):
            self._take(untrusted_frame)
        if self.complete and self._decoder.rest:
            raise BadFrame("bytes after the final frame")

    def _take(self, untrusted_frame: Frame) -> None:
        untrusted_meta, _ = untrusted_frame
        kind = untrusted_meta.get("t")
        if self.complete:
            raise BadFrame("a frame after the final one")
        if not self.profile:
            self._head(untrusted_meta)
        elif kind == "end":
            self._end(untrusted_meta)
        else:
            self._keep(untrusted_frame)

    def _head(self, meta: dict[str, Any]) -> None:
        if meta.get("t") != "head" or meta.get("job") != self.job or meta.get("sha256") != self.blob.sha256:
            raise BadFrame("the reply to another document")
        fields = [meta.get(name) for name in ("media_type", "extractor", "profile")]
        if not all(isinstance(value, str) and len(value) < 200 for value in fields):
            raise BadFrame("a head that is not well formed")
        self.media_type, self.extractor, self.profile = map(str, fields)
        if self.profile not in ("parse", "ocr"):
            raise BadFrame("a profile that does not exist")

    def _keep(self, untrusted_frame: Frame) -> None:
        found = from_frame(untrusted_frame, self.blob.location)
        counts = self.counts
        if isinstance(found, Part):
            counts["characters"] += len(found.text)
            self.parts.append(found)
        elif isinstance(found, Blob):
            counts["bytes"] += len(found.data)
            self.children.append(found)
        else:
            self.gaps.append(found) if isinstance(found, Gap) else self.notices.append(found)
        counts[type(found).__name__.lower()] += 1
        self._hold_limits()

    def _hold_limits(self) -> None:
        """The child keeps to the limits by itself; one that does not is not ours any more."""
        counts, limits = self.counts, self.limits
        frames = counts["part"] + counts["gap"] + counts["blob"] + counts["notice"]
        if (
            counts["characters"] > limits.text_chars
            or counts["bytes"] > limits.unpacked_bytes
            or counts["blob"] > limits.members
            or frames > MAX_FRAMES
        ):
            raise BadFrame("more than the limits allow")

    def _end(self, meta: dict[str, Any]) -> None:
        if meta != {"t": "end", "job": self.job, **self.counts}:
            raise BadFrame("counts that do not agree")
        self.complete = True
