"""Every format says the same verdicts, and lets no word of a document act on its reader."""

from __future__ import annotations

import csv as stdlib_csv
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html import unescape
from pathlib import Path

import jsonschema
import pytest

from pipeline.report import FORMATS, html
from pipeline.report.report import Look, Report
from pipeline.report.result import DocumentRow, RunResult, schema

SCHEMAS = Path(html.__file__).parent / "schemas"
QUOTE = "solved 14 of 20 exploit tasks"


def written(report: Report, name: str, *, hidden: int = 0, **look: object) -> str:
    out = io.StringIO()
    report.hidden_percent, report.look = hidden, replace(Look(width=100), **look)  # type: ignore[arg-type]
    FORMATS[name].write(report, out)
    return out.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_names_every_document(report: Report, name: str) -> None:
    text = written(report, name)
    assert "report.docx" in text
    assert "locked.docx" in text


@pytest.mark.parametrize("name", FORMATS)
def test_hides_the_words_of_a_document_when_asked(report: Report, name: str) -> None:
    text = written(report, name, hidden=100)
    assert "14 of 20" not in text
    assert "2.1 Results" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_never_repeats_a_secret(report: Report, name: str) -> None:
    assert "obviously-fake" not in written(report, name)


@pytest.mark.threat(93)
@pytest.mark.parametrize("name", ["text", "md", "csv", "junit", "html"])
def test_no_control_character_or_direction_override_reaches_the_reader(report: Report, name: str) -> None:
    text = written(report, name)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_json_is_the_published_result(report: Report, rows: list[DocumentRow]) -> None:
    run = RunResult.model_validate_json(written(report, "json"))
    assert run.documents == tuple(rows)
    assert (run.summary.documents, run.summary.held_back, run.summary.errors) == (3, 1, 1)
    assert run.errors[0].uri == "gone.docx"


def test_json_equals_its_schema(report: Report) -> None:
    text = (SCHEMAS / "result.schema.json").read_text("utf-8")
    assert text == schema(), "the models changed: write result.schema() into schemas/result.schema.json"
    jsonschema.validate(json.loads(written(report, "json")), json.loads(text))


def test_jsonl_has_one_row_for_each_file(report: Report, rows: list[DocumentRow]) -> None:
    lines = written(report, "jsonl").splitlines()
    assert [json.loads(line)["uri"] for line in lines] == [row.uri for row in rows]


def test_sarif_fits_its_schema(report: Report) -> None:
    sarif = json.loads((SCHEMAS / "sarif-2.1.0.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(sarif).validate(json.loads(written(report, "sarif")))


def test_sarif_speaks_the_language_of_code_scanning(report: Report) -> None:
    run = json.loads(written(report, "sarif"))["runs"][0]
    seen = {(result["kind"], result["level"]) for result in run["results"]}
    assert seen == {("fail", "error"), ("review", "warning"), ("pass", "note")}
    first = next(r for r in run["results"] if r["ruleId"] == "pattern.results.solved")
    assert first["partialFingerprints"] == {"sharelight/v1": "v1:aa"}
    assert any(result["ruleId"] == "unread.encrypted" for result in run["results"])
    assert run["invocations"][0]["executionSuccessful"] is False
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= known


def test_junit_counts_as_failures_what_may_not_go_out(report: Report) -> None:
    suite = ET.fromstring(written(report, "junit")).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "2", "1")


@pytest.mark.threat(93)
def test_csv_gives_a_spreadsheet_words_and_no_formulas(report: Report) -> None:
    lines = list(stdlib_csv.reader(io.StringIO(written(report, "csv"))))
    assert not [cell for line in lines for cell in line if cell[:1] in ("=", "+", "@", "-")]
    assert any("plain.docx" in line[0] for line in lines)


def test_markdown_shows_markup_as_words(report: Report) -> None:
    text = written(report, "md")
    assert r"\<img" in text
    assert not re.search(r"(?<![\\])[<|\[]", text)


@pytest.mark.threat(93)
def test_html_asks_nobody_and_runs_only_its_own_script(report: Report) -> None:
    page = written(report, "html")
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert found is not None
    policy = unescape(found[1])
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"""(?:src|href|action)\s*=\s*["'](?!#)""", page)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", page)
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    for name in ("style", "script"):
        body = re.search(rf"<{name}>(.*?)</{name}>", page, re.S)
        assert body is not None
        assert html.source_hash(body[1]) in policy


def test_html_marks_what_was_recognised(report: Report) -> None:
    assert f"<mark>{QUOTE}</mark>" in written(report, "html")


def test_text_says_verdict_place_reason_and_what_to_do(report: Report) -> None:
    text = written(report, "text")
    assert "HELD BACK   4 of 6 passages" in text
    assert "p.4 §2.1   Pre-Deployment Evaluation Results (shared before deployment)   0.97" in text
    assert "proprietary: yes · capability: yes → Fig. 2: don't share" in text
    assert "not read: a.zip!x.docx: protected by a password" in text
    assert "next: remove or generalise these 4 passages" in text


def test_text_promises_nothing_where_more_stands_in_the_way(report: Report) -> None:
    assert "becomes shareable" not in written(report, "text")


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_text_stays_within_the_terminal(report: Report, width: int) -> None:
    assert max(map(len, written(report, "text", width=width).splitlines())) <= width


def test_text_without_colour_has_no_escape(report: Report) -> None:
    assert "\x1b[" in written(report, "text", colour=True)
    assert "\x1b" not in written(report, "text", colour=False)


def test_brief_text_is_quiet_about_what_is_fine(report: Report) -> None:
    text = written(report, "text", brief=True)
    assert "plain.docx" not in text
    assert "3 documents: 1 shareable, 1 needs review, 1 held back, 1 error" in text


def test_selecting_a_category_hides_others_and_keeps_the_verdict(report: Report) -> None:
    report.ignore = ("predeployment_results_before",)
    row = json.loads(written(report, "jsonl").splitlines()[0])
    assert "predeployment_results_before" not in {finding["category"] for finding in row["findings"]}
    assert row["verdict"] == "held_back"
