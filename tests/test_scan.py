"""One document in, a verdict out, with everything that is needed to decide it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from pipeline import intake, settings
from pipeline.detect import Detectors
from pipeline.report.build import document_row
from pipeline.report.replay import replay
from pipeline.report.result import DocumentRow
from pipeline.sandbox import Sandbox
from pipeline.scan import Kit, judge, load_kit, scan
from pipeline.types import Blob, Document, Gap, Outcome, Passage, Tag

TODAY = date(2026, 3, 2)
PLAIN = "The secretariat met on Tuesday and agreed the plan for the coming quarter.\n\nTravel is booked as before."
ACCESS = (
    "The unreleased model can be reached at the endpoint below with the key that the security officer holds. "
    "The window runs from 2 to 20 April, and five of our staff are on the allow-list."
)


class Keyword:
    """In the place of the detectors: what is tested here is the path, not how well it recognises."""

    model_version, model_sha256 = "0", "0" * 64

    def run(
        self, passages: Sequence[Passage], documents: Sequence[Document]
    ) -> tuple[tuple[Tag, ...], tuple[Gap, ...]]:
        found = [(p, p.text.index("allow-list")) for p in passages if "allow-list" in p.text]
        return tuple(
            Tag(
                passage=p, category="predeployment_model_access", detector="matcher", rule="pattern.x.y", score=0.9,
                start=at, end=at + 10, fingerprint="v1:aa",
            )
            for p, at in found
        ), ()  # fmt: skip


def kit_for(audience: str, sandbox: Sandbox) -> Kit:
    chosen = settings.load({"weak_sandbox": True, "audience": audience}).settings
    return replace(load_kit(chosen, sandbox, key=b"k" * 32), detectors=cast(Detectors, Keyword()))


@pytest.fixture(scope="module")
def kit(sandbox: Sandbox) -> Kit:
    return kit_for("network", sandbox)


def row_of(text: str, kit: Kit, name: str = "memo.txt") -> DocumentRow:
    result = scan(f"out/{name}", Blob.of(text.encode(), name=name), kit, today=TODAY)
    return document_row(result, policy=kit.policy, audience="network")


def test_a_plain_note_is_shareable_to_all_but_the_cautious(kit: Kit) -> None:
    row = row_of(PLAIN, kit)
    assert row.verdict == "shareable"
    assert row.coverage.unread == ()
    assert row.language is not None
    assert row.language.code == "en"


def test_what_is_held_back_says_where_and_why(kit: Kit) -> None:
    row = row_of(f"{PLAIN}\n\n{ACCESS}", kit)
    assert row.verdict == "held_back"
    finding = next(f for f in row.findings if f.outcome == "held_back")
    assert finding.category == "predeployment_model_access"
    assert finding.quote[finding.highlight.start : finding.highlight.end] == "allow-list"
    assert finding.cell
    assert finding.source


def test_a_stored_result_is_decided_again_alike(kit: Kit) -> None:
    for text in (PLAIN, ACCESS, "Les bureaux seront fermés le vendredi après-midi en raison des travaux."):
        row = DocumentRow.model_validate_json(row_of(text, kit).model_dump_json())
        for audience, verdict in row.verdicts.items():
            again = replay(row, policy=kit.policy, model_sha256=kit.detectors.model_sha256, audience=audience)
            assert again.outcome.id == verdict


def test_the_same_document_gives_the_same_result(kit: Kit) -> None:
    assert row_of(ACCESS, kit) == row_of(ACCESS, kit)


def test_a_file_that_cannot_be_opened_has_a_row_of_its_own(kit: Kit, tmp_path: Path) -> None:
    opened = intake.load(intake.Source(uri="gone.txt", path=tmp_path / "gone.txt"), kit.limits)
    assert isinstance(opened, Gap)
    row = document_row(scan("gone.txt", opened, kit, today=TODAY), policy=kit.policy, audience="network")
    assert (row.verdict, row.sha256, row.coverage.parts_read) == ("needs_review", "", 0)
    assert row.coverage.unread[0].code == "missing"


def test_a_foreign_document_is_not_clean(kit: Kit) -> None:
    row = row_of("Les bureaux seront fermés le vendredi après-midi en raison des travaux de la façade.", kit)
    assert row.verdict == "needs_review"
    assert {unread.code for unread in row.coverage.unread} == {"language_not_covered"}


def test_a_partner_that_was_asked_for_gets_a_verdict(kit: Kit, sandbox: Sandbox) -> None:
    partner = next(name for name in kit.policy.audiences if name.startswith("bilateral:"))
    result = scan("a.txt", Blob.of(ACCESS.encode(), name="a.txt"), kit_for(partner, sandbox), today=TODAY)
    assert result.verdict(partner).outcome is Outcome.NEEDS_REVIEW


def test_the_verdict_of_a_passage_comes_with_its_category(kit: Kit) -> None:
    judged = judge(ACCESS, kit, today=TODAY)
    assert (judged.primary, judged.verdict.outcome) == ("predeployment_model_access", Outcome.HELD_BACK)
    assert judged.categories == (("predeployment_model_access", 0.9),)


def test_a_passage_without_a_category_is_none(kit: Kit) -> None:
    judged = judge(PLAIN, kit, today=TODAY)
    assert (judged.primary, judged.verdict.outcome) == ("none", Outcome.SHAREABLE)


@pytest.mark.parametrize(
    "text", ["", "  \n", "Les bureaux seront fermés le vendredi après-midi en raison des travaux."]
)
def test_a_passage_that_says_nothing_readable_needs_review(kit: Kit, text: str) -> None:
    assert judge(text, kit, today=TODAY).verdict.outcome is Outcome.NEEDS_REVIEW


def test_a_passage_is_judged_whole(kit: Kit) -> None:
    assert judge(f"{PLAIN}\n\n{ACCESS}", kit, today=TODAY).primary == "predeployment_model_access"
