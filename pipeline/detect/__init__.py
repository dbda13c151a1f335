"""Runs the detectors over passages: one explicit dict of them, and what happens when one fails.

A detector is a module with `load(policy, registers, models)` that returns a function from passages and documents to
tags. One that cannot start raises: without it "nothing found" would be a lie. One that crashes on a document leaves a
gap there. Equal passages are shown to a detector once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipeline.detect import artefacts, classifier, context, fingerprints, markings, matchers, secrets
from pipeline.types import Document, Gap, Passage, Tag

if TYPE_CHECKING:
    from pipeline.policy import Policy
    from pipeline.registers import Registers

Detect = Callable[[Sequence[Passage], Sequence[Document]], Iterable[Tag]]


class Detector(Protocol):
    """What each module of `DETECTORS` offers."""

    def load(self, policy: Policy, registers: Registers, models: Path) -> Detect:
        """A function ready to run; raises ModelError or PolicyError where it cannot start."""
        ...


DETECTORS: dict[str, Detector] = {
    "matcher": matchers,
    "classifier": classifier,
    "marking": markings,
    "secret": secrets,
    "artefact": artefacts,
}

# Passages whose findings are kept for the next document; an archive repeats its boilerplate.
CACHE_SIZE = 50_000


class Detectors:
    """The detectors of one run, loaded once."""

    def __init__(self, policy: Policy, registers: Registers, models: Path, key: bytes) -> None:
        self._policy, self._registers, self._key = policy, registers, key
        self._detectors = {name: module.load(policy, registers, models) for name, module in DETECTORS.items()}
        self._known: dict[str, dict[bytes, tuple[Tag, ...]]] = {name: {} for name in DETECTORS}
        self.model_version: str = getattr(self._detectors.get("classifier"), "version", "")
        self.model_sha256: str = getattr(self._detectors.get("classifier"), "sha256", "")

    def run(
        self, passages: Sequence[Passage], documents: Sequence[Document]
    ) -> tuple[tuple[Tag, ...], tuple[Gap, ...]]:
        """All tags with their evidence and fingerprints, and a gap for each document on which a detector failed."""
        tags: list[Tag] = []
        gaps: list[Gap] = []
        for name in self._detectors:
            try:
                tags += self._detect(name, passages, documents)
            except Exception as error:  # noqa: BLE001 - whatever went wrong, the document was not looked at
                gaps += _failures(name, error, passages, documents)
        try:
            refined = context.refine(tags, passages, documents, self._policy, self._registers)
        except Exception as error:  # noqa: BLE001 - tags without context stand, and the gap says so
            refined, gaps = tuple(tags), [*gaps, *_failures("context", error, passages, documents)]
        return fingerprints.attach(_without_echoes(refined), self._key, documents, self._registers), tuple(gaps)

    def _detect(self, name: str, passages: Sequence[Passage], documents: Sequence[Document]) -> list[Tag]:
        """One detector's tags: each distinct passage is looked at once, and its tags are carried to its equals."""
        known = self._known[name]
        keys = [_identity(passage) for passage in passages]
        fresh = {key: passage for key, passage in zip(keys, passages, strict=True) if key not in known}
        found: dict[int, list[Tag]] = {id(passage): [] for passage in fresh.values()}
        elsewhere: list[Tag] = []
        for tag in self._detectors[name](tuple(fresh.values()), documents):
            found.get(id(tag.passage), elsewhere).append(tag)
        if len(known) + len(fresh) > CACHE_SIZE:
            known = self._known[name] = {key: known[key] for key in keys if key in known}
        known.update({key: tuple(found[id(passage)]) for key, passage in fresh.items()})
        carried = (replace(tag, passage=p) for key, p in zip(keys, passages, strict=True) for tag in known[key])
        return [*carried, *elsewhere]


def _identity(passage: Passage) -> bytes:
    """All that a detector may look at in a passage, in one digest."""
    seen = "\x00".join((passage.kind, passage.visibility, str(passage.joined), passage.lead, passage.text))
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).digest()


def _failures(name: str, error: Exception, passages: Sequence[Passage], documents: Sequence[Document]) -> Iterable[Gap]:
    """A gap for each document; the error's type alone, since its text may quote the passage."""
    places = dict.fromkeys([d.blob.location for d in documents] or [p.location for p in passages])
    detail = f"{name}: {type(error).__name__}"
    return [Gap(stage="detect", code="detector_failed", path=place, detail=detail) for place in places]


def _without_echoes(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """Drops what a joined reading only repeats: the same category, no new facet, on a passage inside it."""
    plain: dict[tuple[str, str, str | None], list[Tag]] = {}
    for tag in tags:
        if not tag.passage.joined:
            plain.setdefault((tag.passage.location, tag.passage.path, tag.category), []).append(tag)
    return tuple(tag for tag in tags if not (tag.passage.joined and _is_echo(tag, plain)))


def _is_echo(tag: Tag, plain: dict[tuple[str, str, str | None], list[Tag]]) -> bool:
    outer, facets = tag.passage, {evidence.facet for evidence in tag.evidence}
    return any(
        outer.start <= inner.passage.start
        and inner.passage.end <= outer.end
        and (tag.category is not None or tag.rule == inner.rule)
        and (inner.certain or not tag.certain)
        and facets <= {evidence.facet for evidence in inner.evidence}
        for inner in plain.get((outer.location, outer.path, tag.category), ())
    )
