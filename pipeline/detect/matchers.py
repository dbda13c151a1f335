"""Finds passages by the patterns of `rules/patterns/`: phrases and token patterns, each behind a literal anchor.

An Aho-Corasick search over all anchors decides which rules may run on a text; where none may, the text is not even
tokenised. A hit is dropped where one of the rule's vetoes (`unless`) hits in the same sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
from ahocorasick_rs import AhoCorasick
from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from pipeline.detect.spans import copy_of, in_text
from pipeline.types import Document, Explanation, Passage, Tag

if TYPE_CHECKING:
    from pipeline.detect import Detect
    from pipeline.policy import PatternRule, Policy
    from pipeline.registers import Registers

KINDS = ("category", "facet", "veto")
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]+")
_COUNTED = re.compile(r"\{0,(\d+)\}")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)\]]*\s|\n")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired on [start, end) of a text."""

    rule: PatternRule
    start: int
    end: int


class Patterns:
    """Rules made ready to run. One instance serves every text of a run."""

    def __init__(self, rules: Sequence[PatternRule]) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._nlp: Language = spacy.blank("en")
        anchors = [(anchor, rule) for rule in rules for anchor in rule.anchors]
        self._anchored = [rule for _, rule in anchors]
        self._anchors = AhoCorasick([anchor for anchor, _ in anchors]) if anchors else None
        self._phrases = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        for rule in rules:
            if rule.phrases:
                self._phrases.add(rule.id, [self._nlp.make_doc(phrase) for phrase in rule.phrases])
        self._patterns = {rule.id: [_Pattern(rule, tokens) for tokens in rule.tokens] for rule in rules}

    def hits(self, text: str, kinds: Collection[str] = KINDS) -> tuple[Hit, ...]:
        """Every rule of `kinds` that fires on `text`, in order of place; spans in code points."""
        return self.each([text], kinds)[0]

    def each(self, texts: Iterable[str], kinds: Collection[str] = KINDS) -> list[tuple[Hit, ...]]:
        """The hits of each text; the vocabulary learnt on the way is forgotten, so that memory stays flat."""
        plans = [(text, self._plan(text)) for text in texts]
        for pattern in {id(p): p for _, plan in plans for p in plan.patterns}.values():
            pattern.prepare(self._nlp)  # outside of the zone, which would forget it, too
        with self._nlp.memory_zone():
            return [tuple(self._run(text, plan, kinds)) if plan.may_fire(kinds) else () for text, plan in plans]

    def _plan(self, text: str) -> _Plan:
        """The rules whose anchor occurs, and of their token patterns those whose words all occur."""
        lower = text.lower()
        found = self._anchors.find_matches_as_indexes(lower, overlapping=True) if self._anchors else ()
        rules = {rule.id: rule for rule in (self._anchored[index] for index, _, _ in found)}
        words = {*_WORD.findall(lower), *_LETTERS.findall(lower)} if rules else set()
        patterns = [p for rule_id in sorted(rules) for p in self._patterns[rule_id] if p.is_possible(words, lower)]
        return _Plan(patterns, [rule for rule in rules.values() if rule.phrases])

    def _run(self, text: str, plan: _Plan, kinds: Collection[str]) -> Iterator[Hit]:
        doc = self._nlp.make_doc(text.replace("\n", " "))
        phrases = {rule.id for rule in plan.phrases}
        doc.spans["sc"] = (
            [span for span in self._phrases(doc, as_spans=True) if span.label_ in phrases] if phrases else []
        )
        doc.spans["sc"].extend(_spans(doc, [p for p in plan.patterns if p.rule.kind in kinds]))
        hits = [hit for hit in self._hits(doc) if hit.rule.kind in kinds]
        unless = {label for hit in hits for label in hit.rule.unless}
        doc.spans["sc"].extend(_spans(doc, [p for p in plan.patterns if p.rule.label in unless]) if unless else [])
        vetoes = [hit for hit in self._hits(doc) if hit.rule.label in unless] if unless else []
        for hit in sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rule.id)):
            if not any(veto.rule.label in hit.rule.unless and _same_sentence(text, hit, veto) for veto in vetoes):
                yield hit

    def _hits(self, doc: Doc) -> list[Hit]:
        return [Hit(self._rules[span.label_], span.start_char, span.end_char) for span in doc.spans["sc"]]


class _Pattern:
    """One token pattern of a rule.

    A gap of up to n tokens, `{"OP": "{0,n}"}`, would make spaCy follow 2^n paths. It runs as `*` here, and what is
    longer than the pattern allows is dropped.
    """

    def __init__(self, rule: PatternRule, tokens: Sequence[dict[str, Any]]) -> None:
        gaps = [_COUNTED.fullmatch(token.get("OP", "")) for token in tokens]
        self.rule = rule
        self._tokens = [{**t, "OP": "*"} if gap else t for t, gap in zip(tokens, gaps, strict=True)]
        self._longest = sum(int(gap[1]) if gap else 1 for gap in gaps)
        self._needs = [words for token in tokens if (words := _words_of(token)) is not None]
        self._matcher: Matcher | None = None

    def is_possible(self, words: set[str], lower: str) -> bool:
        """Whether each token that must be there, and that is given by words or signs, can be."""
        return all(
            not words.isdisjoint(needed) or any(sign in lower for sign in signs) for needed, signs in self._needs
        )

    def prepare(self, nlp: Language) -> None:
        if self._matcher is None:
            self._matcher = Matcher(nlp.vocab)
            self._matcher.add(self.rule.id, [self._tokens])

    def spans(self, doc: Doc) -> Iterator[Span]:
        assert self._matcher is not None, "prepare() comes first"
        for label, start, end in self._matcher(doc):
            if end - start <= self._longest:
                yield Span(doc, start, end, label=label)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is worth running on a text."""

    patterns: list[_Pattern]
    phrases: list[PatternRule]

    def may_fire(self, kinds: Collection[str]) -> bool:
        return any(p.rule.kind in kinds for p in self.patterns) or any(rule.kind in kinds for rule in self.phrases)


def _spans(doc: Doc, patterns: Iterable[_Pattern]) -> list[Span]:
    """The longest spans of each rule that do not overlap."""
    found: dict[str, list[Span]] = {}
    for pattern in patterns:
        found.setdefault(pattern.rule.id, []).extend(pattern.spans(doc))
    return [span for spans in found.values() for span in filter_spans(spans)]


def _words_of(token: dict[str, Any]) -> tuple[frozenset[str], tuple[str, ...]] | None:
    """The words and signs of which a token must be one; None where it may be missing or may be anything else."""
    lower = token.get("LOWER")
    given = lower.get("IN") if isinstance(lower, dict) else [lower] if lower is not None else None
    if given is None or token.get("OP", "1") not in ("1", "+"):
        return None
    words = frozenset(word for word in given if _WORD.fullmatch(word))
    return words, tuple(sign for sign in given if sign not in words)


def _same_sentence(text: str, one: Hit, other: Hit) -> bool:
    left, right = min(one.end, other.end), max(one.start, other.start)
    return left >= right or _SENTENCE_END.search(text, left, right) is None


_ready: dict[str, Patterns] = {}


def patterns(policy: Policy) -> Patterns:
    """The policy's patterns, made ready once for all who match with them."""
    if policy.sha256 not in _ready:
        _ready.clear()
        _ready[policy.sha256] = Patterns(policy.patterns)
    return _ready[policy.sha256]


def load(policy: Policy, registers: Registers, models: Path) -> Detect:
    """The detector for the rules of kind `category`."""
    ready = patterns(policy)

    def detect(passages: Sequence[Passage], documents: Sequence[Document]) -> Iterator[Tag]:
        for passage, hits in zip(passages, ready.each(map(copy_of, passages), ("category",)), strict=True):
            for hit in hits:
                yield _tag(passage, hit)

    return detect


def _tag(passage: Passage, hit: Hit) -> Tag:
    start, end = in_text(passage, hit.start, hit.end)
    return Tag(
        passage=passage, category=hit.rule.label, detector="matcher", rule=hit.rule.id, score=hit.rule.score,
        start=start, end=end, certain=hit.rule.certain,
        explanation=Explanation(summary=hit.rule.note, matched=(copy_of(passage)[hit.start : hit.end],)),
    )  # fmt: skip
