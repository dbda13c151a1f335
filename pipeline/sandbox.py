"""Has a document read by a locked-down child process; a bad document becomes gaps, never an exception.

    with Sandbox(Limits()) as sandbox:
        document = sandbox.read(blob)

What arrived before a child died is kept; a death is tried once more, in case the machine and not the document was to
blame. Nothing in this process parses a document.
"""

from __future__ import annotations

import itertools
import os
import threading
from dataclasses import replace
from typing import Literal

from pipeline import job
from pipeline.drawn import Order, Page
from pipeline.errors import SandboxError
from pipeline.limits import Limits
from pipeline.reply import Reply
from pipeline.types import Blob, Document, Gap, Grade
from pipeline.zygotes import Zygote, ZygoteGone

Profile = Literal["parse", "ocr"]
_DEATHS = ("crashed", "bad_reply")
_NEEDS_LANDLOCK = ("read a file",)  # what another user's rights alone would not stop


class Sandbox:
    """Owns the zygotes. `start()` returns at once; `grade` and `read` wait for the warm-up."""

    def __init__(self, limits: Limits, *, allow_weak: bool = False) -> None:
        self.limits, self.allow_weak = limits, allow_weak
        self._zygotes: dict[Profile, Zygote] = {}
        self._owner = os.getpid()
        self._lock = threading.RLock()
        self._jobs = itertools.count(1)
        self._probed: dict[str, bool] | None = None

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the reading process; it warms up beside whatever the caller does next."""
        self._zygote("parse")

    def close(self) -> None:
        """End every process of this sandbox."""
        with self._lock:
            for zygote in self._zygotes.values():
                zygote.close()
            self._zygotes.clear()

    @property
    def grade(self) -> Grade:
        """A: Landlock, seccomp and limits, each held in the self-test; B: all but Landlock; C: less.

        Raises SandboxError for C unless a weak sandbox was allowed.
        """
        layers, blocked = self._zygote("parse").hello["layers"], self._probes()
        if layers["landlock"] and layers["seccomp"] and all(blocked.values()):
            return "A"
        if layers["seccomp"] and all(held for what, held in blocked.items() if what not in _NEEDS_LANDLOCK):
            return "B"
        if self.allow_weak:
            return "C"
        missed = ", ".join(what for what, held in blocked.items() if not held)
        raise SandboxError(
            f"a document could {missed or 'do too much'} on this machine; `sharelight doctor` shows the details"
        )

    def self_test(self) -> list[tuple[str, bool]]:
        """What a locked-down child tried, and whether it was blocked."""
        return list(self._probes().items())

    def read(self, blob: Blob, limits: Limits | None = None) -> Document:
        """Everything that one blob holds, except what is inside its children; `limits` may be tighter than our own.

        Raises SandboxError where this machine cannot lock a child down; never because of the document.
        """
        grade = self.grade
        limits = limits or self.limits
        reply, gap = self._twice("parse", blob, limits)
        if reply.profile == "ocr" and gap is None:
            reply, gap = self._twice("ocr", blob, limits)
        return _document(reply, gap, grade)

    def draw(self, blob: Blob, order: Order, limits: Limits | None = None) -> Page | Gap:
        """One page of a PDF as pixels, or why there are none. Raises SandboxError, as `read` does."""
        _ = self.grade  # raises where nothing may be opened
        limits = limits or self.limits
        found = self._draw(blob, order, limits)
        return self._draw(blob, order, limits) if isinstance(found, Gap) and found.code in _DEATHS else found

    def _draw(self, blob: Blob, order: Order, limits: Limits) -> Page | Gap:
        zygote = self._zygote("parse")
        try:
            return job.draw(zygote, self._name(), blob, limits, order)
        except ZygoteGone:
            self._discard("parse", zygote)
            return Gap(stage="extract", code="crashed", path="", detail="the reading process died")

    def _name(self) -> str:
        return f"{os.getpid()}-{next(self._jobs)}"

    def _twice(self, profile: Profile, blob: Blob, limits: Limits) -> tuple[Reply, Gap | None]:
        reply, gap = self._once(profile, blob, limits)
        if gap is None or gap.code not in _DEATHS:
            return reply, gap
        again, second = self._once(profile, blob, limits)
        return again, second and replace(second, detail=f"twice: {second.detail}")

    def _once(self, profile: Profile, blob: Blob, limits: Limits) -> tuple[Reply, Gap | None]:
        zygote = self._zygote(profile)
        name = self._name()
        try:
            return job.read(zygote, name, blob, limits)
        except ZygoteGone:
            self._discard(profile, zygote)
            gap = Gap(stage="extract", code="crashed", path="", detail="the reading process died")
            return Reply(job=name, blob=blob, limits=limits), gap

    def _zygote(self, profile: Profile) -> Zygote:
        with self._lock:
            if self._owner != os.getpid():  # forked with us inside: the parent's zygotes are not ours to talk to
                self._owner, self._zygotes = os.getpid(), {}
            if profile not in self._zygotes:
                self._zygotes[profile] = Zygote(profile, self.limits)
            return self._zygotes[profile]

    def _discard(self, profile: Profile, zygote: Zygote) -> None:
        with self._lock:
            if self._zygotes.get(profile) is zygote:
                del self._zygotes[profile]
        zygote.close()

    def _probes(self) -> dict[str, bool]:
        with self._lock:
            if self._probed is None:
                zygote = self._zygote("parse")
                blocked = job.probe(zygote, self.limits)
                self._probed = blocked | {"find the reading process with threads": zygote.hello["threads"] == 1}
            return self._probed


def _document(reply: Reply, gap: Gap | None, grade: Grade) -> Document:
    gaps = [*reply.gaps, gap] if gap else reply.gaps
    pages = [part.where.page or part.where.slide or 0 for part in reply.parts]
    media_type = reply.media_type or reply.blob.media_type
    return Document(
        blob=replace(reply.blob, media_type=media_type),
        extractor=reply.extractor,
        parts=tuple(reply.parts),
        children=tuple(reply.children),
        gaps=tuple(gaps),
        notices=tuple(reply.notices),
        grade=grade,
        page_count=max(pages, default=0) or None,
        ocr_pages=sum(part.kind == "image" for part in reply.parts),
    )
