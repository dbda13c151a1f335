"""Attaches to each finding the facets on which adjustments rest, as evidence with its words.

Tightening facets (`operational_detail`, `developer_material`, `not_released`) fire on words. Loosening ones
(`released`, `summary_incident`) need certainty: a doubt, or a word to the contrary, keeps them away. The rulings are
those of the labelling guide; where facets are words, they are rules of kind `facet`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.detect import incidents, marked, releases
from pipeline.detect.matchers import Hit, patterns
from pipeline.detect.spans import copy_of
from pipeline.types import Document, Evidence, Passage, Tag

if TYPE_CHECKING:
    from pipeline.policy import Policy
    from pipeline.registers import Registers

BEFORE, AFTER = "predeployment_results_before", "predeployment_results_after"
INCIDENTS = "cyber_incidents"
_DANGEROUS = frozenset({"topic:bio", "topic:chem", "topic:cyber", "topic:autonomy", "topic:safeguards"})
_FIGURE = re.compile(r"\d")
_SUMMARY_WORDS, _HEADLINE_WORDS = 60, 12


def refine(
    tags: Sequence[Tag],
    passages: Sequence[Passage],
    documents: Sequence[Document],
    policy: Policy,
    registers: Registers,
) -> tuple[Tag, ...]:
    """The tags with their evidence. Results "after deployment" with no release in sight become results "before"."""
    marks = marked.places(tags, passages, policy)
    distinct = list({id(tag.passage): tag.passage for tag in tags if tag.category is not None}.values())
    found = patterns(policy).each((copy_of(passage) for passage in distinct), ("facet",))
    evidence = {
        id(passage): (*_evidence(passage, hits, registers), *filter(None, (marked.over(passage, marks),)))
        for passage, hits in zip(distinct, found, strict=True)
    }
    return tuple(tag if tag.category is None else _refined(tag, evidence[id(tag.passage)]) for tag in tags)


def _evidence(passage: Passage, hits: Sequence[Hit], registers: Registers) -> Iterator[Evidence]:
    yield from releases.evidence(passage, hits, registers)
    # once for each value of a group ("topic:bio"), those of a group that only these rules have included
    grouped = {hit.rule.label: hit for hit in reversed(hits) if ":" in hit.rule.label}
    yield from (releases.of_hit(passage, hit) for hit in grouped.values())
    dangerous = not _DANGEROUS.isdisjoint(grouped)
    for hit in hits:
        if hit.rule.label == "developer_material" or (hit.rule.label == "operational_detail" and dangerous):
            yield releases.of_hit(passage, hit)
    yield Evidence(facet=f"detail:{_detail(passage)}", rule="context.detail", end=len(passage.text))


def _detail(passage: Passage) -> str:
    """How much a passage gives away, by its length and figures: a headline, a summary or the full account."""
    words = len(passage.text.split())
    if words <= _HEADLINE_WORDS:
        return "headline"
    return "summary" if words <= _SUMMARY_WORDS or _FIGURE.search(passage.text) is None else "full"


def _refined(tag: Tag, evidence: Sequence[Evidence]) -> Tag:
    if tag.category == INCIDENTS:
        evidence = (*evidence, *incidents.evidence(tag.passage))
    if tag.category == AFTER and not any(one.facet == "released" for one in evidence):
        summary = f"{tag.explanation.summary} Nothing shows a release: read as results before deployment.".strip()
        tag = replace(tag, category=BEFORE, explanation=replace(tag.explanation, summary=summary))
    return replace(tag, evidence=(*tag.evidence, *evidence))
