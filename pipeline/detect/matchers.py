"""Finds passages by the patterns of `rules/patterns/`: phrases and token patterns, each behind a literal anchor.

An Aho-Corasick search over all anchors decides which rules may run on a text; where none may, the text is not even
tokenised. A hit is dropped where one of the rule's vetoes (`unless`) hits in the same sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
        anchors = [(anchor, rule.id) for rule in rules for anchor in rule.anchors]
        self._anchor_rules = [rule_id for _, rule_id in anchors]
        self._anchors = AhoCorasick([anchor for anchor, _ in anchors]) if anchors else None
        self._phrases = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        for rule in rules:
            if rule.phrases:
                self._phrases.add(rule.id, [self._nlp.make_doc(phrase) for phrase in rule.phrases])
        self._matchers: dict[str, _Matcher] = {}

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Every rule that fires on `text`, in order of place; spans in code points."""
        return self.each([text])[0]

    def each(self, texts: Iterable[str]) -> list[tuple[Hit, ...]]:
        """The hits of each text; the vocabulary learnt on the way is forgotten, so that memory stays flat."""
        wanted = [(text, self._runnable(text)) for text in texts]
        for rule_id in {rule_id for _, runnable in wanted for rule_id in runnable}:
            self._prepare(rule_id)  # outside of the zone, which would forget it, too
        with self._nlp.memory_zone():
            return [tuple(self._run(text, runnable)) if runnable else () for text, runnable in wanted]

    def _prepare(self, rule_id: str) -> None:
        tokens = self._rules[rule_id].tokens
        if tokens and rule_id not in self._matchers:
            self._matchers[rule_id] = _Matcher(self._nlp, rule_id, tokens)

    def _runnable(self, text: str) -> set[str]:
        if self._anchors is None:
            return set()
        found = self._anchors.find_matches_as_indexes(text.lower(), overlapping=True)
        return {self._anchor_rules[index] for index, _, _ in found}

    def _run(self, text: str, runnable: set[str]) -> Iterator[Hit]:
        doc = self._nlp.make_doc(text.replace("\n", " "))
        doc.spans["sc"] = [span for rule_id in sorted(runnable) for span in self._spans(doc, rule_id)] + [
            span for span in self._phrases(doc, as_spans=True) if span.label_ in runnable
        ]
        hits = [Hit(self._rules[span.label_], span.start_char, span.end_char) for span in doc.spans["sc"]]
        vetoes = [hit for hit in hits if hit.rule.kind == "veto"]
        for hit in sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rule.id)):
            if not any(veto.rule.label in hit.rule.unless and _same_sentence(text, hit, veto) for veto in vetoes):
                yield hit

    def _spans(self, doc: Doc, rule_id: str) -> list[Span]:
        matcher = self._matchers.get(rule_id)
        return matcher.spans(doc) if matcher is not None else []


class _Matcher:
    """The token patterns of one rule.

    A gap of up to n tokens, `{"OP": "{0,n}"}`, would make spaCy follow 2^n paths. It runs as `*` here, and what is
    longer than the pattern allows is dropped.
    """

    def __init__(self, nlp: Language, rule_id: str, patterns: Sequence[Sequence[dict[str, Any]]]) -> None:
        self._label = nlp.vocab.strings.add(rule_id)
        self._longest: dict[int, int] = {}
        self._matcher = Matcher(nlp.vocab)
        for number, pattern in enumerate(patterns):
            key = f"{rule_id}#{number}"
            gaps = [_COUNTED.fullmatch(token.get("OP", "")) for token in pattern]
            self._longest[nlp.vocab.strings.add(key)] = sum(int(gap[1]) if gap else 1 for gap in gaps)
            self._matcher.add(key, [[{**t, "OP": "*"} if gap else t for t, gap in zip(pattern, gaps, strict=True)]])

    def spans(self, doc: Doc) -> list[Span]:
        """The longest spans that do not overlap."""
        return list(
            filter_spans(
                Span(doc, start, end, label=self._label)
                for key, start, end in self._matcher(doc)
                if end - start <= self._longest[key]
            )
        )


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
        for passage, hits in zip(passages, ready.each(map(copy_of, passages)), strict=True):
            for hit in hits:
                if hit.rule.kind == "category":
                    yield _tag(passage, hit)

    return detect


def _tag(passage: Passage, hit: Hit) -> Tag:
    start, end = in_text(passage, hit.start, hit.end)
    return Tag(
        passage=passage, category=hit.rule.label, detector="matcher", rule=hit.rule.id, score=hit.rule.score,
        start=start, end=end, certain=hit.rule.certain,
        explanation=Explanation(summary=hit.rule.note, matched=(copy_of(passage)[hit.start : hit.end],)),
    )  # fmt: skip
