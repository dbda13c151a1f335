"""A verdict that flips between two sets of rules, with its cause; and the published account of many of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .policy import Policy
from .policy.diff import Change
from .report.result import DocumentRow, VerdictId
from .types import Reason, Verdict

Way = Literal["loosened", "tightened"]
_Hex64 = r"^[0-9a-f]{64}$"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Flip(_Row):
    """One document whose verdict for one audience is another one under the other rules."""

    way: Way
    uri: str
    name: str
    sha256: str
    audience: str
    old: VerdictId
    new: VerdictId
    categories: tuple[str, ...] = Field(description="of the findings that come to something else")
    no_longer: tuple[str, ...] = Field(description="reasons that are gone, without a word of the document")
    now: tuple[str, ...] = Field(description="reasons that are new")
    causes: tuple[str, ...] = Field(description="the changes of the rules behind it")


class Rules(_Row):
    version: str
    rules_sha256: str = Field(pattern=_Hex64)


class Count(_Row):
    audience: str
    category: str
    way: Way
    documents: int


class Unjudged(_Row):
    """A document of which neither fitting findings nor a text is kept."""

    uri: str
    name: str
    sha256: str


class ImpactReport(_Row):
    """What the rules `then` would make of documents that were decided by `now`."""

    schema_version: Literal["sharelight/impact/1"] = "sharelight/impact/1"
    now: Rules
    then: Rules
    model_sha256: str
    since: str
    as_of: str
    audiences: tuple[str, ...]
    documents: int
    counts: tuple[Count, ...]
    flips: tuple[Flip, ...]
    not_judged: tuple[Unjudged, ...]


def named(rules: Policy) -> Rules:
    return Rules(version=rules.version, rules_sha256=rules.rules_sha256)


def counted(flips: Iterable[Flip]) -> tuple[Count, ...]:
    """Documents by audience and category, loosened first, the most first."""
    total = Counter((flip.way, flip.audience, name) for flip in flips for name in flip.categories or ("no category",))
    order = sorted(total.items(), key=lambda item: (item[0][0], -item[1], item[0]))
    return tuple(Count(way=w, audience=who, category=c, documents=n) for (w, who, c), n in order)


def loosened_first(flips: Iterable[Flip]) -> tuple[Flip, ...]:
    """Those that end mildest first."""
    light = ("shareable", "needs_review", "held_back")
    return tuple(sorted(flips, key=lambda f: (f.way, light.index(f.new), f.uri, f.audience)))


def flips_of(
    row: DocumentRow, old: Mapping[str, Verdict], new: Mapping[str, Verdict], changes: Sequence[Change], rules: Policy
) -> Iterator[Flip]:
    """The flips of one document, an audience each."""
    for audience, before in old.items():
        after = new[audience]
        if before.outcome == after.outcome:
            continue
        gone, come = _only(before, after), _only(after, before)
        yield Flip(
            way="loosened" if after.outcome < before.outcome else "tightened",
            uri=row.uri,
            name=row.name,
            sha256=row.sha256,
            audience=audience,
            old=before.outcome.id,
            new=after.outcome.id,
            categories=tuple(sorted({tag.category for each in (*gone, *come) for tag in each.tags if tag.category})),
            no_longer=tuple(dict.fromkeys(each.sentence for each in gone)),
            now=tuple(dict.fromkeys(each.sentence for each in come)),
            causes=_causes((*gone, *come), audience, changes, rules),
        )


def _only(one: Verdict, other: Verdict) -> list[Reason]:
    """The reasons of `one` that `other` does not have with the same outcome, and that are more than shown."""
    known = {_identity(reason) for reason in other.reasons}
    return [reason for reason in one.reasons if reason.outcome and _identity(reason) not in known]


def _identity(reason: Reason) -> tuple[object, ...]:
    places = tuple((tag.passage.location, tag.passage.path, tag.start, tag.end, tag.category) for tag in reason.tags)
    return (reason.rule, reason.outcome, places)


def _causes(reasons: Sequence[Reason], audience: str, changes: Sequence[Change], rules: Policy) -> tuple[str, ...]:
    """The changes that name something on the way to these reasons; where none does, it was recognised otherwise."""
    touched = {audience, audience.partition(":")[0]}
    for reason in reasons:
        touched |= {reason.rule, reason.cell, *(step.rule for step in reason.steps)}
        for name in (tag.category for tag in reason.tags if tag.category):
            touched |= set(rules.categories[name].lineage) if name in rules.categories else {name}
        if any(tag.detector == "classifier" for tag in reason.tags):
            touched |= {"held", "suspected", "review"}
    found = tuple(change.sentence for change in changes if change.rule in touched and change.effect != "changed")
    return (
        found or tuple(change.sentence for change in changes if change.effect != "changed") or ("recognised otherwise",)
    )


def schema() -> str:
    """The JSON Schema of an impact report."""
    return json.dumps(ImpactReport.model_json_schema(mode="serialization"), indent=1, ensure_ascii=False) + "\n"
