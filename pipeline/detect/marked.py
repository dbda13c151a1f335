"""Finds the passages that stand under a developer's own confidentiality mark: in a header, on a cover, over a section.

A company's mark names a company, or says "company", "business" or "commercial"; an institute's own is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.types import Evidence, Passage, Tag

if TYPE_CHECKING:
    from pipeline.policy import Policy

_INSTITUTE = re.compile(
    r"(?i)\b(?:institutes?|aisi|caisi|agency|office|department|ministry|minister|government|network|secretariat|"
    r"authority|commission|council|"
    r"cabinet|committee|parliament|bureau|national|federal|royal|his majesty|her majesty|hm)\b"
)
_COMPANY = re.compile(
    r"(?i)\b(?:company|commercial(?:ly)?|business|proprietary|trade secrets?)\b|\b(?:Inc|Ltd|"
    r"LLC|GmbH|AG|SA|plc|Labs?|AI|Systems|Research|Technologies|Intelligence)\b"
)
_NAMED = re.compile(r"(?-i:\b[A-Z][a-z]+[\w-]*)")
_MARK_WORDS = re.compile(
    r"(?i)\b(?:strictly|highly|private|confidential|confidence|and|page|of|draft|document|"
    r"the|this|is|not|for|distribution|do|distribute|only|internal|use|in)\b"
)
COVER_LINES = 6

# The place a mark covers: (location, path, section); an empty string covers all of them.
Place = tuple[str, str, str]


def places(tags: Sequence[Tag], passages: Sequence[Passage], policy: Policy) -> dict[Place, Evidence]:
    """What each developer's mark among the tags covers, with the evidence for it."""
    ours = {marking.rule for marking in policy.markings.values() if marking.developer}
    covers = _covers(passages)
    sections = {(p.location, p.path, p.where.section) for p in passages if p.where.section}
    found: dict[Place, Evidence] = {}
    for tag in tags:
        if tag.rule in ours and _is_developers(tag.passage.text):
            mark = Evidence(facet="developer_material", rule=tag.rule, quote=tag.passage.text.strip())
            for place in _covered(tag.passage, covers, sections):
                found.setdefault(place, mark)
    return found


def over(passage: Passage, found: dict[Place, Evidence]) -> Evidence | None:
    """The mark that stands over a passage, if any."""
    section = passage.where.section or "\x00"
    keys = ((passage.location, "", ""), (passage.location, passage.path, ""), (passage.location, passage.path, section))
    return next((found[key] for key in keys if key in found), None)


def _covers(passages: Sequence[Passage]) -> set[int]:
    """The first lines of each document's first body part: its cover."""
    seen: dict[str, list[Passage]] = {}
    for passage in passages:
        if passage.kind == "body" and not passage.joined:
            lines = seen.setdefault(passage.location, [])
            if len(lines) < COVER_LINES and (not lines or lines[0].path == passage.path):
                lines.append(passage)
    return {id(passage) for lines in seen.values() for passage in lines}


def _covered(passage: Passage, covers: set[int], sections: set[Place]) -> list[Place]:
    if passage.kind in ("header", "name", "metadata"):
        return [(passage.location, "", "")]
    heading = passage.text.strip().lstrip("#").strip()
    if (passage.location, passage.path, heading) in sections:
        return [(passage.location, passage.path, heading)]
    if id(passage) in covers and len(passage.text.split()) <= 12:
        return [(passage.location, "", "")]
    return []


def _is_developers(text: str) -> bool:
    if _INSTITUTE.search(text) is not None:
        return False
    return _COMPANY.search(text) is not None or _NAMED.search(_MARK_WORDS.sub(" ", text)) is not None
