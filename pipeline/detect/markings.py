"""Finds protective markings: TLP 1.0 and 2.0, UK GSC, US CUI, company-confidential.

A marking stands alone: a line of its own, a bracket, a banner, a field of the metadata, or "this document is …". The
same words inside a sentence ("TLP has four levels", "confidential computing") mark nothing. Which markings there are,
and what each allows, is the policy's; this module knows how they are written.
Sources: FIRST TLP 2.0 and 1.0; UK Government Security Classifications (2023); 32 CFR 2002 and the CUI marking handbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.detect.spans import copy_of, in_text
from pipeline.types import Document, Explanation, Passage, Tag

if TYPE_CHECKING:
    from pipeline.detect import Detect
    from pipeline.policy import Policy
    from pipeline.registers import Registers

# How each marking is written. The first that matches at a place wins, so the longer of a family stands first.
_TLP = r"\bTLP[ \t]*[:_\-–=]?[ \t]*"
_CAVEAT = r"(?:[ \t]*[-–—/][ \t]*[A-Z][A-Z ]+|[ \t]*\[[A-Z ]+\])*"
GRAMMAR: dict[str, re.Pattern[str]] = {
    "tlp.red": re.compile(_TLP + r"RED\b", re.IGNORECASE),
    "tlp.amber_strict": re.compile(_TLP + r"AMBER[ \t]*[+_\- ][ \t]*STRICT\b", re.IGNORECASE),
    "tlp.amber": re.compile(_TLP + r"AMBER\b", re.IGNORECASE),
    "tlp.green": re.compile(_TLP + r"GREEN\b", re.IGNORECASE),
    "tlp.clear": re.compile(_TLP + r"CLEAR\b", re.IGNORECASE),
    "tlp.white": re.compile(_TLP + r"WHITE\b", re.IGNORECASE),
    "gsc.top_secret": re.compile(r"\b(?:UK[ \t]+)?TOP[ \t_-]+SECRET\b" + _CAVEAT),
    "gsc.official_sensitive": re.compile(
        r"\b(?:UK[ \t]+)?(?:OFFICIAL[ \t]*[-–—_:/ ]+[ \t]*SENSITIVE|Official[ \t]*[-–—_/:][ "
        r"\t]*Sensitive)\b" + _CAVEAT
    ),
    "gsc.secret": re.compile(r"\b(?:UK[ \t]+)?SECRET\b" + _CAVEAT),
    "gsc.official": re.compile(r"\b(?:UK[ \t]+)?OFFICIAL\b(?![ \t]*[-–—_:/ ]+[ \t]*SENSITIVE)" + _CAVEAT),
    "cui.specified": re.compile(r"\b(?:CUI|CONTROLLED)//(?:SP-[A-Z]+)(?:[-/A-Z, ]+[A-Z])?"),
    "cui.basic": re.compile(
        r"\b(?:CUI|CONTROLLED)(?://[A-Z]+(?:[-/A-Z, ]*[A-Z])?)\b|\bU//(?:CUI|FOUO)\b|\bCUI\b"
        r"|\bC(?:ONTROLLED|ontrolled) U(?:NCLASSIFIED|nclassified) I(?:NFORMATION|nformation)\b|\bFOR "
        r"OFFICIAL USE ONLY\b"
    ),
    "company.confidential": re.compile(
        r"\b(?:(?:strictly|highly|company|commercially|business|proprietary[ \t]+(?:and|&))[ \t-]*confidential"
        r"|(?:commercial|company|business|strictly)[ \t-]+in[ \t-]+confidence|confidential[ \t]+(?:and|&)[ "
        r"\t]+proprietary"
        r"|confidential[ \t]+information[ \t]+of|trade[ \t]+secrets?|business[ \t]+secrets?|confidential)\b"
        r"(?![ \t]+(?:comput|virtual|vm|inference|container|channel|helpline|report|source|treatment|survey|"
        r"returns?)\w*)",
        re.IGNORECASE,
    ),
    "release.cleared": re.compile(
        r"\b(?:cleared|approved)[ \t]+for[ \t]+(?:public[ \t]+|onward[ \t]+|external[ \t]+)?(?:release|"
        r"distribution|sharing|publication)\b",
        re.IGNORECASE,
    ),
    "release.public": re.compile(
        r"\b(?:for[ \t]+(?:public[ \t]+release|publication)|public[ \t]+(?:document|information|version)|PUBLIC|"
        r"Public|UNCLASSIFIED)\b"
    ),
}
_NARROWER = {"cui.specified": ("cui.specified", "cui.basic", "cui.cui"), "tlp.white": ("tlp.white", "tlp.clear")}
_ANCHOR = re.compile(
    r"TLP|tlp|SECRET|OFFICIAL|Official|CUI|CONTROLLED|Controlled|FOUO|PUBLIC|[Pp]ublic|UNCLASSIFIED|[Cc]leared|"
    r"CLEARED|[Aa]pproved|APPROVED|[Cc]onfiden|CONFIDEN|"
    r"SECRETS?|[Ss]ecret"
)

_LABEL = re.compile(
    r"(?:classification|marking|sensitivity|handling|distribution|protective[ \t]marking|security|dissemination|"
    r"caveat|category|subject|keywords|"
    r"title|label|status|x-[\w-]+)\b[\w \t-]*[:=][ \t]*\W*\Z", re.IGNORECASE,
)  # fmt: skip
_STATEMENT = re.compile(
    r"\b(?:this|these|the[ \t]+(?:attached|enclosed|following))[ \t]+(?:\w+[ \t]+){0,4}(?:is|are|has[ \t]+been|"
    r"have[ \t]+been)[ \t]+(?:(?:classified|marked|protectively)[ \t]+){0,2}"
    r"(?:as[ \t]+)?[\"“'(\[]*\Z|\b(?:classified|marked)(?:[ \t]+as)?:[ \t]*\Z", re.IGNORECASE,
)  # fmt: skip
_OPENING = re.compile(r"[\s\W_]*\Z")
_CLOSING = re.compile(r"[ \t]*(?:$|[\])}|/–—:;*_#]|-[ \t-]|//)")
# Verbs and relatives after a marking make it a topic: "TLP:RED means that …", "OFFICIAL is the lowest tier".
_TALKED_ABOUT = re.compile(
    r"[\s\W_]*(?:means?|is|are|was|may|must|should|can|applies|has|have|covers|denotes|"
    r"stands|or|and[ \t]+(?:tlp|official|secret))\b",
    re.IGNORECASE,
)
_ALONE_WORDS = 5
_SEPARATORS = "–—-:|/[(*_#"


def load(policy: Policy, registers: Registers, models: Path) -> Detect:
    """The detector for the markings that the policy knows."""
    known = {marking.rule for marking in policy.markings.values()}
    rules = {level: rule for level in GRAMMAR if (rule := _rule(level, known)) is not None}

    def detect(passages: Sequence[Passage], documents: Sequence[Document]) -> Iterator[Tag]:
        for passage in passages:
            if not passage.joined:
                yield from _passage(passage, rules)

    return detect


def _rule(level: str, known: set[str]) -> str | None:
    return next((f"marking.{one}" for one in _NARROWER.get(level, (level,)) if f"marking.{one}" in known), None)


def _passage(passage: Passage, rules: dict[str, str]) -> Iterator[Tag]:
    text = copy_of(passage)
    if _ANCHOR.search(text) is None:
        return
    if passage.kind == "name":
        text = text.replace("_", " ").replace(".", " ")
    start = 0
    for line in text.split("\n"):
        for level, left, right in _line(line, passage):
            if level in rules:
                span = in_text(passage, start + left, start + right)
                yield Tag(
                    passage=passage, category=None, detector="marking", rule=rules[level], score=1.0, start=span[0],
                    end=span[1], explanation=Explanation(matched=(line[left:right],)),
                )  # fmt: skip
        start += len(line) + 1


def _line(line: str, passage: Passage) -> Iterator[tuple[str, int, int]]:
    """(level, start, end) of each marking on a line; a place that one level took is not read as another."""
    taken: list[tuple[int, int]] = []
    for level, written in GRAMMAR.items():
        for match in written.finditer(line):
            start, end = match.span()
            if any(start < b and a < end for a, b in taken):
                continue
            taken.append((start, end))
            if _stands_alone(line, start, end, level, passage):
                yield level, start, end


def _stands_alone(line: str, start: int, end: int, level: str, passage: Passage) -> bool:
    before, after = line[:start], line[end:]
    if _STATEMENT.search(before) is not None and level != "gsc.official":
        return True
    if _TALKED_ABOUT.match(after) is not None:
        return False
    if _LABEL.search(before) is not None and _CLOSING.match(after) is not None:
        return True
    short = len(before.split()) + len(after.split()) <= _ALONE_WORDS
    if passage.kind in ("header", "name", "metadata") and (short or level.startswith(("tlp", "cui"))):
        return True
    opens = _OPENING.match(before) is not None
    if opens and before.rstrip(" ").endswith(("(", "[")) and after.lstrip(" ").startswith((")", "]")):
        return True
    if line[start:end].lower() in _PLAIN_WORDS:  # "Secret", "OFFICIAL", "confidential" are words of the language, too
        return short and _at_an_edge(before, after) and not line.rstrip().endswith((".", "?", "!", ","))
    closes = _OPENING.match(after) is not None and before.rstrip().endswith(_CLOSING_EDGE)
    return short or closes or (opens and _CLOSING.match(after) is not None)


_CLOSING_EDGE = (":", "—", "–", "|", "/", "-", "(", "[")
_PLAIN_WORDS = frozenset(
    {"secret", "official", "confidential", "cui", "public", "trade secret", "trade secrets", "business secret"}
)


def _at_an_edge(before: str, after: str) -> bool:
    """Nothing, or a separator, beside it: "Confidential", "Kestrel Labs — Confidential", "page 3 | SECRET"."""
    left, right = before.strip(), after.strip()
    if not left:
        return not right or right[0] in _SEPARATORS
    names = all(word[:1].isupper() or not word[:1].isalpha() for word in left.split())
    return not right.strip("*_#)]. ") and (left[-1] in _SEPARATORS or names)
