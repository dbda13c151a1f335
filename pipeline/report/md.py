"""A short report in Markdown, for a pull request or a ticket."""

from __future__ import annotations

import re
from typing import TextIO

from .cards import WORDS, cards, next_step, other_reasons, place, plain, unread_line
from .report import Report
from .result import DocumentRow

EXTENSION = "md"
FOR_MACHINES = False
LIGHTS = {"shareable": "🟢", "needs_review": "🟡", "held_back": "🔴"}


def write(report: Report, out: TextIO) -> None:
    out.write("# Sharing check\n\n")
    for row in report.rows:
        out.write(_document(row))
    total = report.summary
    out.write(
        f"{total.documents} documents: {total.shareable} shareable, {total.needs_review} to review, "
        f"{total.held_back} held back. Policy {_escape(report.head.policy.version)}.\n"
    )
    out.writelines(f"\n- Overdue: {_escape(remark)}\n" for remark in report.overdue)


def _document(row: DocumentRow) -> str:
    lines = [
        f"## {LIGHTS[row.verdict]} {_escape(row.uri)}: {WORDS[row.verdict].lower()} for {_escape(row.audience)}",
        "",
    ]
    for card in cards(row):
        first = card.first
        lines.append(
            f"- **{_escape(card.title)}** ({_escape(place(first.location, top=row.name))}): {_escape(first.sentence)}"
        )
        lines.append(f"  > {_escape(first.quote)}")
    lines += [f"- {_escape(reason.detail)}" for reason in other_reasons(row)]
    lines += [f"- Not read: {_escape(unread_line(unread, top=row.name))}" for unread in row.coverage.unread]
    if step := next_step(row):
        lines += ["", f"Next: {_escape(step)}."]
    return "\n".join(lines).rstrip() + "\n\n"


def _escape(text: str) -> str:
    """Words of a document as words: no heading, link, image, mention or HTML comes out of them."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~@&])", r"\\\1", plain(text))
