"""Finds model weights: files that a reader recognised as such, and numbers of that kind written out in text.

What a file is stands in a part of kind "artefact", in words that the readers choose (`extract/weights.py`). A file that
the register of public files knows, by the digest of all its bytes, is told as such and is no proprietary information.
Numbers in text are weights where tensor names stand beside them; a long list of decimals without names, which scatter
about zero and of which none foretells the next, may be weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.types import Document, Evidence, Explanation, Part, Passage, Tag

if TYPE_CHECKING:
    from pipeline.detect import Detect
    from pipeline.policy import Policy
    from pipeline.registers import Registers

CATEGORY = "proprietary_model_information"

NAMED = 256  # decimals beside tensor names
UNNAMED = 2_000  # decimals of a list without names; an embedding in documentation has at most 1,536
IN_TABLES = 10  # times as many in tables and in the arrays of data files, which hold measurements
_TABLES = ("table", "metadata")
_MOST = 50_000  # decimals that are looked at

_DIGITS = 4  # behind the point: results are rounded, weights are not
_FINE = re.compile(rf"\d?\.\d{{{_DIGITS}}}")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
_RUN = re.compile(rf"(?<![\w.]){_NUMBER}(?:[\s,;|\[\](){{}}]{{1,40}}{_NUMBER}){{3,}}+")
_DECIMAL = re.compile(rf"[-+]?\d*\.\d{{{_DIGITS},}}(?:[eE][-+]?\d{{1,3}})?|[-+]?\d+(?:\.\d*)?[eE][-+]?\d{{1,3}}")
_TENSOR = re.compile(
    r"\b[\w.]*(?:lora_[AB]|[qkvo]_proj|attn|embed_tokens|lm_head|layers?[._]\d+|blk\.\d+|state_dict)[\w.]*"
    r"|\b\w+(?:\.\w+)*\.(?:weight|bias|kernel)\b|\bParameter containing\b|\btensor\(\["
)
_QUOTED = 160


@dataclass(frozen=True, slots=True)
class Found:
    """The decimals of one document, the first place where they stand, and tensor names beside them."""

    values: list[float]
    part: Part
    start: int
    names: tuple[str, ...]


def load(policy: Policy, registers: Registers, models: Path) -> Detect:
    """The detector. It looks at documents, not at passages: two files may differ in a byte that no passage shows."""

    def detect(passages: Sequence[Passage], documents: Sequence[Document]) -> Iterator[Tag]:
        for document in documents:
            for part in document.parts:
                if part.kind == "artefact":
                    yield _file(_passage(part, document.blob.location, 0, len(part.text)), document, registers)
            yield from _dumps(document.parts, document.blob.location)
        for passage in passages if not documents else ():
            part = Part(kind=passage.kind, text=passage.text, path=passage.path)
            yield from _dumps((part,), passage.location, passage)

    return detect


def _passage(part: Part, location: str, start: int, end: int) -> Passage:
    return Passage(
        text=part.text[start:end], kind=part.kind, location=location, path=part.path, start=start, end=end,
        where=part.where, visibility=part.visibility,
    )  # fmt: skip


def _file(passage: Passage, document: Document, registers: Registers) -> Tag:
    """A file of weights, their index, or what may be one; its first words say which. Or a file that is public."""
    end, matched = len(passage.text), (passage.text,)
    public = registers.public_files.get(document.blob.sha256)
    if public is not None:
        told = f"{public.title}, public since {public.published_on}: {public.url}"
        entry = Evidence(
            facet="public_file", rule="register.public_file", entry=public.id, valid_from=public.published_on
        )
        return Tag(
            passage=passage, category=None, detector="artefact", rule="artefact.public-file", score=1.0, end=end,
            evidence=(entry,), explanation=Explanation(summary=told, matched=matched),
        )  # fmt: skip
    kind = passage.text.partition(" (")[0].partition(":")[0].lower()
    certain = not kind.startswith("possible")
    return Tag(
        passage=passage, category=CATEGORY, detector="artefact", rule=f"artefact.{kind.replace(' ', '-')[:40]}",
        score=0.99 if certain else 0.6, end=end, certain=certain,
        explanation=Explanation(summary=_SUMMARIES[certain], matched=matched),
    )  # fmt: skip


_SUMMARIES = {
    True: "The file itself is a model or a part of one. If exactly this file is public, the register of public files "
    "can say so by its SHA-256.",
    False: "The file may be a model or a part of one. Somebody who knows it has to say what it is.",
}


def _dumps(parts: Sequence[Part], location: str, whole: Passage | None = None) -> Iterator[Tag]:
    """Weights written out as decimals: one tag for the text of a document, one for its tables."""
    for tables in (False, True):
        chosen = [part for part in parts if (part.kind in _TABLES) == tables and part.kind != "artefact"]
        scale = IN_TABLES if tables else 1
        if sum(len(_FINE.findall(part.text)) for part in chosen) < NAMED * scale:
            continue
        found = _gather(chosen)
        if found is None or len(found.values) < NAMED * scale:
            continue
        named = len(found.names) >= 2
        if named or (len(found.values) >= UNNAMED * scale and scatters(found.values)):
            yield _tag(found, location, whole, named=named)


def _gather(parts: Sequence[Part]) -> Found | None:
    values: list[float] = []
    names: dict[str, None] = {}
    first: tuple[Part, int] | None = None
    for part in parts:
        for run in _RUN.finditer(part.text):
            decimals = _DECIMAL.findall(run.group())
            if decimals and first is None:
                first = (part, run.start())
            values += map(float, decimals[: _MOST - len(values)])
        if first is not None or len(names) < 2:
            names |= dict.fromkeys(name for name in _TENSOR.findall(part.text)[:50])
    return Found(values, first[0], first[1], tuple(names)) if first is not None else None


def scatters(values: Sequence[float]) -> bool:
    """Whether the numbers lie on both sides of zero, close to it, and none foretells the next or the one after it.

    Coordinates, time series and curves are smooth; counts, shares and prices have one sign.
    """
    array = np.asarray(values)
    array = array[np.isfinite(array)]
    if len(array) < NAMED or not 0.2 <= float((array < 0).mean()) <= 0.8:
        return False
    if float((np.abs(array) <= 10).mean()) < 0.99 or len(np.unique(array)) < len(array) / 2:
        return False
    centred = array - array.mean()
    power = float((centred**2).mean())
    return power > 0 and all(abs(float((centred[lag:] * centred[:-lag]).mean())) < power / 2 for lag in (1, 2))


def _tag(found: Found, location: str, whole: Passage | None, *, named: bool) -> Tag:
    start = found.start
    passage = whole or _passage(found.part, location, start, min(start + _QUOTED, len(found.part.text)))
    beside = f"beside tensor names ({', '.join(found.names[:3])})" if named else "scattered about zero, without names"
    return Tag(
        passage=passage, category=CATEGORY, detector="artefact", score=0.9 if named else 0.6, certain=named,
        rule="artefact.tensors-in-text" if named else "artefact.numbers-in-text", end=len(passage.text),
        explanation=Explanation(summary=f"{len(found.values):,} decimals {beside}: a model's weights written out."),
    )  # fmt: skip
