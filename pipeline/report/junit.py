"""JUnit XML, which CI systems show as test results: a document that may not go out as it is fails."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TextIO

from .cards import WORDS, Card, cards, other_reasons, place, plain, unread_line
from .report import Report
from .result import DocumentRow

EXTENSION = "xml"
FOR_MACHINES = True


def write(report: Report, out: TextIO) -> None:
    suite = ET.Element("testsuite", name="sharelight")
    for row in report.rows:
        _case(ET.SubElement(suite, "testcase", classname="sharelight", name=plain(row.uri)), row)
    for error in report.errors:
        case = ET.SubElement(suite, "testcase", classname="sharelight", name=plain(error.uri))
        ET.SubElement(case, "error", message=plain(error.message))
    total = report.summary
    suite.set("tests", str(total.documents + total.errors))
    suite.set("failures", str(total.needs_review + total.held_back))
    suite.set("errors", str(total.errors))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n")


def _case(case: ET.Element, row: DocumentRow) -> None:
    if row.verdict == "shareable":
        return
    failure = ET.SubElement(case, "failure", type=row.verdict, message=f"{WORDS[row.verdict].lower()} ({row.audience})")
    lines = [_line(card, row) for card in cards(row)]
    lines += [plain(reason.detail) for reason in other_reasons(row)]
    lines += [f"not read: {unread_line(unread, top=row.name)}" for unread in row.coverage.unread]
    failure.text = "\n".join(lines)


def _line(card: Card, row: DocumentRow) -> str:
    first = card.first
    return f"{place(first.location, top=row.name)}: {plain(card.title)} [{first.rule_id}] {plain(first.quote)}"
