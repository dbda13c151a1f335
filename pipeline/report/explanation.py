"""One finding explained: the way from words to outcome, with Fig. 2 and the cell it ended in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from ..policy import ANSWERS, Policy
from .cards import TIERS, WORDS, place, plain
from .result import DocumentRow, Finding

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

RULINGS = {
    "share": ("share", "green"),
    "case_by_case": ("case by case", "yellow"),
    "dont_share": ("don't share", "red"),
}
LABEL = 14


def write(finding: Finding, row: DocumentRow, policy: Policy, out: TextIO, *, colour: bool) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(
        file=out, no_color=not colour, force_terminal=colour, color_system="standard" if colour else None,
        highlight=False, markup=False, width=None if out.isatty() else 100,
    )  # fmt: skip
    style = {"shareable": "green", "needs_review": "yellow", "held_back": "red"}[finding.outcome]
    title = Text.assemble((finding.finding_id, "bold"), "  ", plain(finding.title or finding.rule_id), "  ")
    console.print(title.append(WORDS[finding.outcome], f"bold {style}").append(f" for {row.audience}"))
    console.print()
    lines = Table.grid(padding=(0, 1))
    lines.add_column(width=LABEL, style="dim")
    lines.add_column()
    for label, text in _lines(finding, row, policy):
        lines.add_row(label, Text(text))
    console.print(Padding(lines, (0, 0, 0, 2)))
    if finding.steps:
        console.print()
        console.print(Padding(_steps(finding), (0, 0, 0, 2)))
        console.print()
        console.print(Padding(_figure(finding, policy), (0, 0, 0, 2)))
    console.print()
    sentence = plain(finding.sentence) or "this finding alone changes nothing"
    console.print(Padding(Text(sentence), (0, 0, 0, 2)))


def _lines(finding: Finding, row: DocumentRow, policy: Policy) -> Iterator[tuple[str, str]]:
    """What there is to say, label by label; nothing is said twice, nothing empty is said."""
    yield "passage", f"“{plain(finding.quote)}”"
    yield "where", f"{plain(row.uri)}, {place(finding.location, top=row.name)}"
    if finding.location.section:
        yield "section", plain(finding.location.section)
    sure = "" if finding.certain else ", suspected only"
    yield "found by", f"{finding.detector} {finding.rule_id}, score {finding.score:.2f}{sure}"
    explained = finding.explanation
    if explained.summary:
        yield "because", plain(explained.summary)
    if explained.original_score is not None and explained.context_adjustment:
        yield "score", f"{explained.original_score:.2f}, {explained.context_adjustment:+.2f} for its context"
    if explained.matched:
        yield "words", plain(" · ".join(explained.matched))
    if explained.top_terms:
        yield "terms", " · ".join(f"{plain(term.term)} {term.weight:+.2f}" for term in explained.top_terms)
    for evidence in finding.evidence:
        told = (
            f" “{plain(evidence.quote)}”"
            if evidence.quote
            else f" (register entry {evidence.entry})"
            if evidence.entry
            else ""
        )
        yield "facet", f"{evidence.facet} by {evidence.rule_id}{told}"
    category = policy.categories.get(finding.category or "")
    if category:
        yield "category", f"{category.title} ({TIERS[category.tier]}): {category.definition}"
    if finding.source:
        yield "source", finding.source
    for benefit in finding.benefits:
        name, _, answer = benefit.partition(": ")  # "consensus: yes", as in Tables 1-3
        column = policy.benefits.get(name)
        why = f" ({'; '.join(column.why)})" if column and answer == "yes" else ""
        yield "benefit", f"{column.title if column else name}: {answer}{why}"
    for name, verdict in row.verdicts.items():
        if name != row.audience:
            yield "document", f"{WORDS[verdict].lower()} for {name}"


def _steps(finding: Finding) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("step", "proprietary?", "capability?"):
        table.add_column(title)
    for step in finding.steps:
        table.add_row(Text(f"{step.rule_id}: {plain(step.sentence)}"), step.proprietary, step.capability)
    return table


def _figure(finding: Finding, policy: Policy) -> Table:
    """Fig. 2; the cell that decided stands in brackets, so that it shows without colour too."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Fig. 2", style="dim")
    for answer in ANSWERS:
        table.add_column(f"capability {answer}", justify="center")
    for proprietary in ANSWERS:
        cells: list[Text] = []
        for capability in ANSWERS:
            cell = policy.matrix[proprietary, capability]
            word, style = RULINGS[cell.ruling]
            lit = cell.id == finding.cell
            cells.append(Text(f"[ {word} ]" if lit else word, f"bold reverse {style}" if lit else f"dim {style}"))
        table.add_row(f"proprietary {proprietary}", *cells)
    return table
