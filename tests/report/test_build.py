"""A stored result says where each finding stands, and decides again as it was decided."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.policy import Policy
from pipeline.report.build import _quote
from pipeline.report.redact import redact
from pipeline.report.replay import replay
from pipeline.report.result import DocumentRow
from pipeline.types import Passage, Tag


@pytest.mark.parametrize("audience", ["network", "bilateral", "public", "domestic"])
def test_a_stored_verdict_is_decided_again_alike(rules: Policy, rows: list[DocumentRow], audience: str) -> None:
    for row in rows:
        stored = DocumentRow.model_validate_json(row.model_dump_json())
        again = replay(stored, policy=rules, model_sha256="0" * 64, audience=audience)
        assert again.outcome.id == row.verdicts[audience]


def test_a_replay_gives_the_same_reasons(rules: Policy, rows: list[DocumentRow]) -> None:
    again = replay(rows[0], policy=rules, model_sha256="0" * 64)
    assert [(r.rule, r.outcome.id, r.sentence) for r in again.reasons] == [
        (r.rule_id, r.outcome, r.detail) for r in rows[0].verdict_reasons
    ]


def test_a_redacted_result_is_decided_again_alike(rules: Policy, rows: list[DocumentRow]) -> None:
    again = replay(redact(rows[0], 100), policy=rules, model_sha256="0" * 64)
    assert again.outcome.id == rows[0].verdict


def test_every_reason_cites_its_findings(rows: list[DocumentRow]) -> None:
    known = {finding.finding_id for finding in rows[0].findings}
    cited = {name for reason in rows[0].verdict_reasons for name in reason.finding_ids}
    assert cited
    assert cited <= known
    assert len(known) == len(rows[0].findings)


def test_unread_parts_are_counted_as_parts(rows: list[DocumentRow]) -> None:
    assert (rows[0].coverage.parts_read, rows[0].coverage.parts_total) == (1, 2)
    assert rows[0].coverage.unread[0].code == "encrypted"


def test_half_characters_do_not_break_a_row(rows: list[DocumentRow]) -> None:
    row = DocumentRow.model_validate({**rows[1].model_dump(), "uri": "bad\udcffname", "notices": ()})
    assert json.loads(row.model_dump_json())["uri"] == "bad\\udcffname"


@given(
    text=st.text(min_size=1, max_size=300),
    ends=st.tuples(st.integers(0, 300), st.integers(0, 300)),
    context=st.integers(0, 50),
)
def test_the_highlight_of_a_quote_is_what_was_recognised(text: str, ends: tuple[int, int], context: int) -> None:
    start, end = sorted(min(each, len(text)) for each in ends)
    passage = Passage(text=text, kind="body", location="a", path="b", start=0, end=len(text))
    tag = Tag(passage=passage, category="x", detector="matcher", rule="r", score=1.0, start=start, end=end)
    quote, mark = _quote(tag, context, str)
    assert 0 <= mark.start <= mark.end <= len(quote)
    if 0 < end - start < len(text):
        assert quote[mark.start : mark.end] == text[start:end]
    assert text.startswith(quote[mark.start : mark.end], start if start < end else 0)


def test_redaction_hides_the_share_asked_for(rows: list[DocumentRow]) -> None:
    quote = rows[0].findings[0].quote
    half = redact(rows[0], 50).findings[0].quote
    assert half.startswith(quote[: len(quote) // 2])
    assert quote not in half
    assert redact(rows[0], 0) == rows[0]
