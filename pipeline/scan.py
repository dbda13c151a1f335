"""Bytes in, verdicts out: the one path that a document travels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from . import decide, languages, policy, registers
from .detect import Detectors
from .limits import Limits
from .normalise import normalise
from .opening import documents
from .sandbox import Sandbox
from .segment import segment
from .settings import Settings
from .types import Blob, Document, Gap, Grade, Notice, Passage, ScanResult, Tag, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What every scan of a run shares; built once, since loading it costs more than scanning a page."""

    policy: policy.Policy
    registers: registers.Registers
    detectors: Detectors
    sandbox: Sandbox
    limits: Limits
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one passage is: `primary` decides its verdict ("none" where nothing does), `categories` by falling score."""

    primary: str
    categories: tuple[tuple[str, float], ...]
    verdict: Verdict


def load_kit(chosen: Settings, sandbox: Sandbox, *, key: bytes, entries: registers.Registers | None = None) -> Kit:
    """Load rules, registers and models; the caller has started the sandbox, which warms up meanwhile.

    `entries` stand in for the registers of the settings.
    Raises PolicyError or ModelError: with a broken kit nothing is scanned.
    """
    rules = policy.load(chosen.policy)
    rules.audience(chosen.audience)  # a mistyped audience ends the run before it starts
    if entries is None:
        entries = registers.load(chosen.registers or chosen.policy / "registers")
    return Kit(
        policy=rules,
        registers=entries,
        detectors=Detectors(rules, entries, chosen.models, key),
        sandbox=sandbox,
        limits=chosen.limits(),
        settings=chosen,
    )


def scan(uri: str, opened: Blob | Gap, kit: Kit, *, today: date) -> ScanResult:
    """Read, divide, recognise and decide one file. Never raises for what it holds, or for why it did not open."""
    return recognise(uri, documents(uri, opened, kit.sandbox, kit.limits), kit, today=today)


def recognise(uri: str, read: tuple[Document, ...], kit: Kit, *, today: date) -> ScanResult:
    """The path from what was read of a file to its verdicts."""
    passages = normalise(segment(read))
    tags, failed = kit.detectors.run(passages, read)
    return conclude(uri, read, passages, tags, failed, kit, today=today)


def conclude(
    uri: str,
    read: tuple[Document, ...],
    passages: tuple[Passage, ...],
    tags: tuple[Tag, ...],
    failed: tuple[Gap, ...],
    kit: Kit,
    *,
    today: date,
) -> ScanResult:
    """Gather gaps and notices of all documents and decide for every audience."""
    language, foreign = languages.look(passages)
    gaps = (*(replace(g, path=d.blob.inside(g.path)) for d in read for g in d.gaps), *failed, *foreign)
    notices = tuple(replace(n, path=d.blob.inside(n.path)) for d in read for n in d.notices)
    verdicts = decide_for_all(tags, gaps, notices, read, kit, today=today)
    return ScanResult(
        uri=uri, documents=read, passages=passages, tags=tags, gaps=gaps, notices=notices, verdicts=verdicts,
        language=language,
    )  # fmt: skip


def decide_for_all(
    tags: tuple[Tag, ...],
    gaps: tuple[Gap, ...],
    notices: tuple[Notice, ...],
    read: Iterable[Document],
    kit: Kit,
    *,
    today: date,
) -> tuple[Verdict, ...]:
    """One verdict for each audience of the rules, and one for the audience asked for where it is none of those."""
    grade: Grade = max((document.grade for document in read), default="C")
    model = kit.detectors.model_sha256
    verdicts = decide.decide_all(tags, gaps, notices, policy=kit.policy, today=today, grade=grade, model_sha256=model)
    chosen = kit.settings.audience
    if any(verdict.audience == chosen for verdict in verdicts):
        return verdicts
    asked = decide.decide(
        tags, gaps, notices, policy=kit.policy, audience=chosen, today=today, grade=grade, model_sha256=model
    )
    return (*verdicts, asked)


def judge(text: str, kit: Kit, *, today: date) -> Judgement:
    """Judge `text` as one passage: never split, with no neighbours and no file around it."""
    passage = Passage(text=text, kind="body", location="text", path="text", start=0, end=len(text))
    tags, failed = kit.detectors.run(normalise((passage,)), ())
    _, foreign = languages.look((passage,))
    empty = () if text.strip() else (Gap(stage="segment", code="no_text", path="text"),)
    verdict = decide.decide(
        tags,
        (*failed, *foreign, *empty),
        (),
        policy=kit.policy,
        audience=kit.settings.audience,
        today=today,
        grade="A",
        model_sha256=kit.detectors.model_sha256,
    )
    return Judgement(primary=_primary(verdict), categories=_scores(tags), verdict=verdict)


def _scores(tags: Iterable[Tag]) -> tuple[tuple[str, float], ...]:
    best: dict[str, float] = {}
    for tag in tags:
        if tag.category:
            best[tag.category] = max(tag.score, best.get(tag.category, 0.0))
    return tuple(sorted(best.items(), key=lambda pair: (-pair[1], pair[0])))


def _primary(verdict: Verdict) -> str:
    """The category whose reason is the strictest; among equals the certain one, then the higher score."""
    claims = [
        (reason.outcome, tag.certain, tag.score, tag.category)
        for reason in verdict.reasons
        for tag in reason.tags
        if tag.category
    ]
    return max(claims, key=lambda claim: claim[:3])[3] if claims else "none"
