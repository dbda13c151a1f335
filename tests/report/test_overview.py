"""The page of an audit counts rightly, asks nobody, and shows words as words."""

from __future__ import annotations

import io
import re

from pipeline.policy import Policy
from pipeline.report import overview, overview_page
from pipeline.report.report import Report
from pipeline.report.result import DocumentRow
from tests.report.conftest import HOSTILE, RESULTS


def page(rows: list[DocumentRow], rules: Policy, report: Report, *, hidden: bool = False) -> str:
    out = io.StringIO()
    found = overview.overview([(row, "2026-02-03") for row in rows], rules)
    overview_page.write(found, report.head, rules, out, about="run 1", hidden=hidden)
    return out.getvalue()


def moved(row: DocumentRow, uri: str) -> DocumentRow:
    return row.model_copy(update={"uri": uri})


def test_totals_add_up(rows: list[DocumentRow], rules: Policy) -> None:
    found = overview.overview([(row, None) for row in rows], rules)
    assert found.documents == found.verdicts.total() == len(rows)
    for table in (found.by_type, found.by_month, found.by_folder):
        assert sum(counts.total() for counts in table.values()) == len(rows)
    assert found.parts == sum(row.coverage.parts_total for row in rows)
    assert found.unread_documents == sum(bool(row.coverage.unread) for row in rows)
    assert found.findings == sum(counts.total() for counts in found.by_category.values())


def test_the_worst_passages_come_first(rows: list[DocumentRow], rules: Policy) -> None:
    worst = overview.overview([(row, None) for row in rows], rules).worst
    ranks = [({"held_back": 2, "needs_review": 1}[p.card.first.outcome], p.card.first.score) for p in worst]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks


def test_what_rests_on_no_certain_finding_is_called_doubtful(rows: list[DocumentRow], rules: Policy) -> None:
    flagged = next(row for row in rows if row.verdict != "shareable" and row.findings)
    unsure = tuple(finding.model_copy(update={"certain": False}) for finding in flagged.findings)
    doubtful = flagged.model_copy(update={"findings": unsure})
    found = overview.overview([(flagged, None), (doubtful, None)], rules)
    assert (found.doubtful, found.flagged, found.over_holding) == (1, 2, 0.5)


def test_a_shareable_document_that_brings_something_is_offered(rows: list[DocumentRow], rules: Policy) -> None:
    flagged = next(row for row in rows if row.findings)
    lesson = flagged.findings[0].model_copy(
        update={"category": "institutional_learnings", "outcome": "shareable", "certain": True}
    )
    good = flagged.model_copy(update={"verdict": "shareable", "findings": (lesson,)})
    found = overview.overview([(good, None), (flagged, None)], rules)
    assert [offer.titles for offer in found.offers] == [("Institutional Learnings and Strategy",)]
    assert "capacity" in found.offers[0].benefits


def test_folders_are_told_apart_below_what_they_share(rows: list[DocumentRow], rules: Policy) -> None:
    uris = ["a/b/x/1/deep/f.txt", "a/b/x/1/g.txt", "a/b/y/h.txt"]
    found = overview.overview([(moved(rows[0], uri), None) for uri in uris], rules)
    assert [(name, counts.total()) for name, counts in overview.folders(found)] == [("a/b/x/1", 2), ("a/b/y", 1)]


def test_the_page_asks_nobody_and_runs_nothing(rows: list[DocumentRow], rules: Policy, report: Report) -> None:
    text = page(rows, rules, report)
    assert "<script" not in text
    assert not re.search(r"""<[^>]*\s(?:src|href)\s*=|url\(|@import|<img|<link""", text)
    assert "default-src &#39;none&#39;" in text
    assert "<b>inner" not in text
    assert HOSTILE[:8] not in text


def test_the_page_hides_words_when_asked(rows: list[DocumentRow], rules: Policy, report: Report) -> None:
    assert RESULTS[:30] in page(rows, rules, report)
    assert RESULTS[:30] not in page(rows, rules, report, hidden=True)


def test_an_archive_without_files_has_a_page(rules: Policy, report: Report) -> None:
    assert "0</b> documents" in page([], rules, report)


def test_the_very_same_passage_is_listed_once_and_counted(rows: list[DocumentRow], rules: Policy) -> None:
    flagged = next(row for row in rows if row.findings)
    once = overview.overview([(flagged, None)], rules).worst
    thrice = overview.overview([(moved(flagged, uri), None) for uri in ("a", "b", "c")], rules)
    assert len(thrice.worst) == len(once)
    assert {passage.times for passage in thrice.worst} == {3}
    assert thrice.findings == 3 * len(once)
