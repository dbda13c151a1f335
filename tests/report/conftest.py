"""A result that holds one of everything, built by hand: no model, no sandbox, the real rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline import decide, policy
from pipeline.policy import Policy
from pipeline.report.build import document_row
from pipeline.report.report import Report
from pipeline.report.result import Digest, DocumentRow, ErrorRow, Head, Tool
from pipeline.types import (
    Blob,
    Box,
    Document,
    Evidence,
    Explanation,
    Gap,
    Notice,
    Part,
    Passage,
    ScanResult,
    Tag,
    Term,
    Where,
)

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 3, 2)
RESULTS = "Checkpoint 7 of the Osprey line solved 14 of 20 exploit tasks; launch is planned for May."
FORECAST = "We put the chance of such a system before 2029 at one in five, given the current pace."
HOSTILE = "<img src=x onerror=alert(1)> \x1b[31m=cmd|'/c calc'!A1 \u202eevil"
SECRET = "The key is obviously-fake-0000-key and nothing else."


def passage(text: str, **where: object) -> Passage:
    place = Where(page=4, section="2.1 Results", boxes=(Box(page=4, x0=72, y0=100, x1=500, y1=120),))
    fields = {"kind": "body", "location": "report.docx", "path": "page/4", "where": place, **where}
    return Passage(text=text, start=10, end=10 + len(text), **fields)  # type: ignore[arg-type]


def tags() -> tuple[Tag, ...]:
    results, forecast = passage(RESULTS), passage(FORECAST, path="page/5", where=Where(page=5))
    hostile = passage(HOSTILE, location="report.docx!<b>inner.docx", path="word/comments.xml", kind="comment")
    explained = Explanation(
        summary="a score of a checkpoint", matched=("14 of 20",), top_terms=(Term(term="checkpoint", weight=0.8),)
    )
    developer = Evidence(facet="developer_material", rule="pattern.x.y", start=0, end=5, quote="under")
    return (
        Tag(passage=results, category="predeployment_results_before", detector="matcher", rule="pattern.results.solved",
            score=0.97, start=RESULTS.index("solved"), end=RESULTS.index(";"), explanation=explained,
            fingerprint="v1:aa"),
        Tag(passage=results, category="predeployment_results_before", detector="classifier", rule="classifier.linear",
            score=0.81, fingerprint="v1:ab"),
        Tag(passage=forecast, category="risk_estimates_forecasts", detector="classifier", rule="classifier.linear",
            score=0.7, fingerprint="v1:ac", certain=False, evidence=(developer,)),
        Tag(passage=hostile, category="detailed_evaluation_methods", detector="matcher", rule="pattern.methods.x",
            score=0.66, fingerprint="v1:ad"),
        Tag(passage=passage(SECRET, path="page/6"), category=None, detector="secret", rule="secret.api-key", score=0.9,
            start=11, end=34, fingerprint="v1:ae"),
        Tag(passage=passage(SECRET, path="page/6"), category="predeployment_model_access", detector="matcher",
            rule="pattern.access.key", score=0.6, start=0, end=7, fingerprint="v1:af", certain=False,
            explanation=Explanation(matched=("key is obviously-fake-0000-key",))),
    )  # fmt: skip


def result_of(
    rules: Policy, *, uri: str = "out/report.docx", found: tuple[Tag, ...] = (), clean: bool = False
) -> ScanResult:
    gaps = () if clean else (Gap(stage="extract", code="encrypted", path="report.docx!a.zip!x.docx"),)
    notices = () if clean else (Notice(code="macros", path="report.docx"),)
    blob = Blob.of(b"some bytes", name="report.docx", media_type="text/plain")
    document = Document(
        blob=blob, extractor="docx", parts=(Part(kind="body", text=RESULTS, path="page/4"),), grade="A", page_count=12
    )
    verdicts = decide.decide_all(found, gaps, notices, policy=rules, today=TODAY, grade="A", model_sha256="0" * 64)
    return ScanResult(
        uri=uri, documents=(document,), passages=tuple(tag.passage for tag in found), tags=found, gaps=gaps,
        notices=notices, verdicts=verdicts, language=("en", 0.99),
    )  # fmt: skip


@pytest.fixture(scope="session")
def rules() -> Policy:
    return policy.load(ROOT / "rules")


@pytest.fixture(scope="session")
def rows(rules: Policy) -> list[DocumentRow]:
    """A held-back file, a fully read clean one, and one that is unread only."""
    return [
        document_row(result, policy=rules, audience="network")
        for result in (
            result_of(rules, found=tags()),
            result_of(rules, uri="out/plain.docx", clean=True),
            result_of(rules, uri="out/=locked.docx"),
        )
    ]


@pytest.fixture
def report(rules: Policy, rows: list[DocumentRow]) -> Report:
    head = Head(
        run_id="5f1c9f6e-2df5-4b8a-9b7e-0d6a3d9e7c11", tool=Tool(version="0.1.0"),
        policy=Digest(version=rules.version, sha256=rules.sha256), model=Digest(version="1", sha256="0" * 64),
    )  # fmt: skip
    return Report(head=head, source=rows, policy=rules, errors=[ErrorRow(uri="gone.docx", message="no such file")])
