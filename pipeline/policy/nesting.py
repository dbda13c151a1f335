"""Finds what is marked more strictly than the mail, archive or document that carries it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..types import Tag
from .policy import Marking, Policy

# A mail's own body is a child of it, but no attachment: its marking is that of the mail.
_OWN_BODY = re.compile(r"(?:[\d-]*body|body|signed)\.(?:html|rtf|txt|eml|ics)", re.IGNORECASE)
Marked = tuple[Tag, Marking]


def stricter_inside(marks: Iterable[Tag], policy: Policy) -> Iterator[tuple[Tag, Tag | None]]:
    """(the strictest mark of a child, the strictest mark of its nearest marked carrier, None where none is marked).

    Only where the child's is the stricter one, and once for each child.
    """
    strictest: dict[str, Marked] = {}
    for tag in marks:
        marking = policy.markings.get(tag.rule)
        place = _place(tag.passage.location)
        if marking and (place not in strictest or marking.strictness > strictest[place][1].strictness):
            strictest[place] = tag, marking
    for place, (tag, marking) in strictest.items():
        carrier = next((strictest[outer] for outer in _carriers(place) if outer in strictest), None)
        if "!" in place and marking.strictness > (carrier[1].strictness if carrier else 0):
            yield tag, carrier[0] if carrier else None


def _place(location: str) -> str:
    """The document that a reader would say it stands in."""
    outer, _, name = location.rpartition("!")
    return _place(outer) if outer and _OWN_BODY.fullmatch(name) else location


def _carriers(place: str) -> Iterator[str]:
    while "!" in place:
        place = place.rpartition("!")[0]
        yield _place(place)
