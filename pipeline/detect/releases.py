"""Says whether a passage, or the register of models, shows that the model it speaks of has been released.

Rulings: a release is a past fact; planned, preview, beta, pilot, internal is none, and a word to that effect outweighs
any other. The register may supply a release on which the text is silent, if every model in the passage resolves to a
released entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.detect.matchers import Hit
from pipeline.detect.spans import copy_of, in_text
from pipeline.types import Evidence, Passage

if TYPE_CHECKING:
    from pipeline.registers import Registers, Release

# A version, build or code name that would have to be in the register, too.
_VERSION = re.compile(
    r"(?i)\b(?:checkpoint|ckpt|snapshot|candidate|build|step|version|preview|beta|rc|rev(?:ision)?)\b|\b(?:v|rc|"
    r"r|b|ckpt|step)[-_ ]?\d[\w.-]*|\b\w+-(?:next|pre|dev|rc|beta|preview|ckpt)\b"
    r"|`[^`\n]+`|\b[a-z]+[-_][\w.-]*\d\w*"
)
_NAME = re.compile(r"\b[A-Z][\w’'-]*(?:[ -][A-Z0-9][\w.-]*)*")
_NO_MODEL = frozenset(
    re.findall(
        r"\w+",
        """
        January February March April May June July August September October November December Monday
        Tuesday Wednesday Thursday Friday Saturday Sunday English Institute Network AI API CBRN CTF
        QA GPU CI UK US EU Table Figure Section Annex
        """,
    )
)


def evidence(passage: Passage, hits: Sequence[Hit], registers: Registers) -> Iterator[Evidence]:
    """`not_released` for each word to that effect; else `released`, from the text or from the register."""
    text = copy_of(passage)
    lead = len(text) - len(passage.text) if passage.lead and passage.matching.offsets is None else 0
    against = [hit for hit in hits if hit.rule.label == "not_released"]
    for hit in against:
        yield of_hit(passage, hit)
    if against:
        return
    for hit in hits:
        if hit.rule.label == "released" and hit.start >= lead:
            yield of_hit(passage, hit)
            return
    if registers.models:
        yield from _registered(passage, registers)


def of_hit(passage: Passage, hit: Hit) -> Evidence:
    start, end = in_text(passage, hit.start, hit.end)
    return Evidence(
        facet=hit.rule.label, rule=hit.rule.id, start=start, end=end, quote=copy_of(passage)[hit.start : hit.end]
    )


def _registered(passage: Passage, registers: Registers) -> Iterator[Evidence]:
    """Release entries for the models of the passage, if there is one and nothing in it stays unresolved."""
    text = copy_of(passage)
    found = list(_mentions(text, registers.releases))
    if not found or any(release.released_on is None for _, _, release in found):
        return
    rest = text
    for start, end, _ in found:
        rest = rest[:start] + " " * (end - start) + rest[end:]
    if _VERSION.search(rest) is None and not any(_is_name(rest, match) for match in _NAME.finditer(rest)):
        for start, end, release in found:
            span = in_text(passage, start, end)
            yield Evidence(
                facet="released", rule="register.models", start=span[0], end=span[1], quote=text[start:end],
                entry=release.entry, valid_from=release.released_on,
            )  # fmt: skip


def _mentions(text: str, releases: dict[str, Release]) -> Iterator[tuple[int, int, Release]]:
    """The longest registered names in the text; "Kestrel 3" is no mention of "Kestrel"."""
    taken: list[tuple[int, int]] = []
    for name in sorted(releases, key=len, reverse=True):
        words = r"[\s_-]+".join(map(re.escape, name.split(" ")))
        for match in re.finditer(rf"(?i)(?<![\w-]){words}(?![\w-]|[ ._-]?(?:\d|v\d|rc))", text):
            if not any(match.start() < end and start < match.end() for start, end in taken):
                taken.append(match.span())
                yield *match.span(), releases[name]


def _is_name(text: str, match: re.Match[str]) -> bool:
    """A capitalised word that is not merely the first of its sentence: it may name another model."""
    words = [word for word in re.split(r"[ -]", match[0]) if word not in _NO_MODEL]
    if not words:
        return False
    before = text[: match.start()].rstrip(" \"'(“*#-•|")
    opens = not before or before[-1] in ".!?:\n"
    return not (opens and len(words) == 1 and words[0].isalpha() and words[0][1:].islower())
