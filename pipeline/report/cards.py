"""What readers see of a finding: its place in words, its neighbours by other detectors folded into one card."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ..gaps import sentence
from ..types import Outcome
from .result import DocumentRow, Finding, Location, UnreadRow, VerdictReason

WORDS = {"shareable": "SHAREABLE", "needs_review": "NEEDS REVIEW", "held_back": "HELD BACK"}
TIERS = {"no_brainer": "No Brainer", "gray_area": "Gray Area", "high_trust": "High Trust"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The findings of one category in one passage; `first` is the strictest, then the surest."""

    first: Finding
    others: tuple[Finding, ...]

    @property
    def title(self) -> str:
        words = self.first.title or self.first.sentence or self.first.rule_id
        return words[:1].upper() + words[1:]


def cards(row: DocumentRow, *, at_least: Outcome = Outcome.NEEDS_REVIEW) -> list[Card]:
    """The findings of `row` from `at_least` on, in reading order."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in row.findings:
        if outcome(finding) >= at_least:
            place = finding.location
            span = place.codepoint_range
            what = finding.category or finding.rule_id
            groups.setdefault((place.document, place.part, span.start, span.end, what), []).append(finding)
    ordered = (sorted(group, key=lambda f: (-outcome(f), -f.score, f.rule_id)) for group in groups.values())
    return [Card(first=group[0], others=tuple(group[1:])) for group in ordered]


def outcome(finding: Finding) -> Outcome:
    return Outcome[finding.outcome.upper()]


def other_reasons(row: DocumentRow) -> list[VerdictReason]:
    """Reasons that rest on no finding, and on no gap, which is listed as unread: notices and types."""
    return [
        reason
        for reason in row.verdict_reasons
        if not reason.finding_ids and not reason.rule_id.startswith("gap.") and reason.outcome != "shareable"
    ]


def passages_found(found: Iterable[Card]) -> int:
    return len({(c.first.location.document, c.first.location.part, c.first.location.codepoint_range) for c in found})


def place(location: Location, *, top: str = "") -> str:
    """ "p.4 §2.1", "slide 3", "Costs!B7", "comment": the way a person would point at it. `top` is left out."""
    words: list[str] = []
    if location.page:
        words.append(f"p.{location.page}")
    if location.slide:
        words.append(f"slide {location.slide}")
    if location.sheet:
        words.append(f"{location.sheet}!{location.cell}" if location.cell else location.sheet)
    if location.section and (number := location.section.split()[0].rstrip(".")).replace(".", "").isdigit():
        words.append(f"§{number}")
    if location.line and not words:
        words.append(f"line {location.line}")
    if location.kind not in ("body", "table"):
        words.append(location.kind)
    if location.visibility != "visible":
        words.append(location.visibility)
    inside = location.document.removeprefix(top).lstrip("!")
    return plain(" ".join([*([inside] if inside else []), *(words or ["text"])]))


def pieces(finding: Finding) -> tuple[str, str, str]:
    """The quote before, within and after what was recognised; nothing is marked where that is all of it."""
    quote, mark = finding.quote, finding.highlight
    if mark.start == 0 and mark.end == len(quote):
        return plain(quote), "", ""
    before, marked, after = quote[: mark.start], quote[mark.start : mark.end], quote[mark.end :]
    return _piece(before), _piece(marked), _piece(after)


def _piece(text: str) -> str:
    """`plain`, with a blank at either end kept, since the pieces are put together again."""
    ends = " " * text[:1].isspace(), " " * (text[-1:].isspace() and bool(text.strip()))
    return ends[0] + plain(text) + ends[1]


def unread_line(unread: UnreadRow, *, top: str = "") -> str:
    """What was not read, and why; `top`, the file's own name, is left out in front of a part of it."""
    part = unread.part.removeprefix(f"{top}!") if top else unread.part
    return plain(f"{part}: {sentence(unread.code)}")


def next_step(row: DocumentRow) -> str:
    """The one thing to do now; empty where there is nothing to do. Promises only what `decide` would keep."""
    if row.verdict == "shareable":
        return ""
    found = cards(row)
    steps = []
    files = [card for card in found if card.first.location.kind == "artefact"]
    if files:
        steps.append(
            "take the model out (or, if exactly this file is public, enter it in the register of public files)"
        )
    if passages := passages_found(card for card in found if card not in files):
        these = "this passage" if passages == 1 else f"these {passages} passages"
        steps.append(f"remove or generalise {these}")
    if row.coverage.unread:
        steps.append("have a person read the unread parts, or send a readable copy")
    if other_reasons(row):
        steps.append("have a person look at the points above")
    if len(steps) == 1 and found:
        return f"{steps[0]} and it becomes shareable, or have it reviewed"
    return "; ".join(steps) or "have it reviewed"


def plain(text: str) -> str:
    """`text` on one line with nothing in it that a terminal, a log or a reader's eye would obey: see Unicode TR 36."""
    return "".join(_shown(char) for char in " ".join(text.split()))


def plain_lines(text: str) -> str:
    """`plain`, line by line."""
    return "\n".join(plain(line) for line in text.splitlines())


def _shown(char: str) -> str:
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"\\u{ord(char):04x}"
    return char
