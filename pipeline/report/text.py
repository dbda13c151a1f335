"""The report for a terminal: the verdict, the passages behind it, what was read, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from .cards import WORDS, Card, cards, next_step, other_reasons, passages_found, pieces, place, plain, unread_line
from .report import Report
from .result import DocumentRow

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

EXTENSION = "txt"
FOR_MACHINES = False
STYLE = {"shareable": "bold green", "needs_review": "bold yellow", "held_back": "bold red"}
INDENT = 13
SHOWN = 12  # cards and unread parts of one document before "… and 7 more"


def write(report: Report, out: TextIO) -> None:
    from rich.text import Text

    console = _console(report, out)
    show = _brief if report.look.brief else _full
    rows = 0
    for row in report.rows:
        show(console, row, report)
        rows += 1
    if report.look.brief or rows > 1:
        _total(console, report)
    for remark in report.overdue:
        _hanging(console, Text("! ", "yellow") + Text(plain(remark)), 2)


def _console(report: Report, out: TextIO) -> Console:
    from rich.console import Console

    look = report.look
    return Console(
        file=out,
        width=look.width or (None if out.isatty() else 100),
        force_terminal=look.colour,
        no_color=not look.colour,
        color_system="standard" if look.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _full(console: Console, row: DocumentRow, report: Report) -> None:
    from rich.text import Text

    found = cards(row)
    left = Text.assemble((plain(row.uri), "bold"), "   ", (WORDS[row.verdict], STYLE[row.verdict]))
    if found:
        left.append(f"   {passages_found(found)} of {_count(row.passages_total, 'passage')}")
    _two(console, left, Text(f"policy {plain(report.head.policy.version)}", "dim"))
    shown = found if report.look.verbose else found[:SHOWN]
    for card in shown:
        _card(console, card, row, report)
    if len(found) > len(shown):
        console.print(Text(f"  … and {len(found) - len(shown)} more (-v shows all)", "dim"))
    for reason in other_reasons(row):
        _hanging(console, Text("! ", "yellow") + Text(plain(reason.detail)), 2)
    _coverage(console, row, report)
    if step := next_step(row):
        _hanging(console, Text.assemble(("next: ", "bold"), plain(step)), 2)
    console.print()


def _card(console: Console, card: Card, row: DocumentRow, report: Report) -> None:
    from rich.text import Text

    first = card.first
    where = place(first.location, top=row.name)
    style = STYLE[first.outcome].removeprefix("bold ")
    head = Text.assemble((plain(card.title), style), (f"   {first.score:.2f}", "dim"))
    if report.look.verbose:
        head.append(f"   {first.rule_id}   {first.finding_id}", "dim")
    _hanging(console, head, INDENT, Text(f"  {where}", "cyan"))
    _hanging(console, _quote(card), INDENT)
    if first.title and first.sentence:
        _hanging(console, Text(plain(first.sentence), "dim"), INDENT)


def _quote(card: Card) -> Text:
    from rich.text import Text

    before, marked, after = pieces(card.first)
    return Text.assemble("“", before, (marked, "underline"), after, "”")


def _coverage(console: Console, row: DocumentRow, report: Report) -> None:
    from rich.text import Text

    read = row.coverage
    left = Text.assemble("  read: ", f"{read.parts_read} of {_count(read.parts_total, 'part')}")
    if read.ocr_pages:
        left.append(f", {_count(read.ocr_pages, 'page')} by character recognition")
    if read.sandbox != "A" and report.look.verbose:
        left.append(f", sandbox {read.sandbox}")
    _two(console, left, Text(f"reference {row.document_id}", "dim"))
    shown = read.unread if report.look.verbose else read.unread[:SHOWN]
    for unread in shown:
        _hanging(console, Text.assemble(("not read: ", "yellow"), unread_line(unread, top=row.name)), 4)
    if len(read.unread) > len(shown):
        console.print(Text(f"    … and {len(read.unread) - len(shown)} more (-v shows all)", "dim"))


def _brief(console: Console, row: DocumentRow, report: Report) -> None:
    """One line a document; a shareable one is worth a line only when asked for."""
    from rich.text import Text

    if row.verdict == "shareable" and not report.look.verbose:
        return
    found = cards(row)
    why = [plain(title) for title in dict.fromkeys(card.title for card in found)]
    why += [plain(reason.detail) for reason in other_reasons(row)]
    if lost := row.coverage.unread:
        why.append(unread_line(lost[0], top=row.name) + (f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""))
    line = Text.assemble((plain(row.uri), "bold"))
    line.append(f"  {'; '.join(why[:2])}" + (f"; and {len(why) - 2} more" if len(why) > 2 else ""), "dim")
    _hanging(console, line, 14, Text(WORDS[row.verdict], STYLE[row.verdict]))


def _total(console: Console, report: Report) -> None:
    from rich.text import Text

    total = report.summary
    line = Text(f"{_count(total.documents, 'document')}: ")
    counts = [("shareable", total.shareable), ("needs_review", total.needs_review), ("held_back", total.held_back)]
    for number, (name, count) in enumerate(counts):
        line.append(", " if number else "")
        line.append(f"{count} {WORDS[name].lower()}", STYLE[name] if count else "dim")
    if total.errors:
        line.append(f", {_count(total.errors, 'error')}", "bold red")
    _two(console, line, Text(f"policy {plain(report.head.policy.version)}", "dim"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _two(console: Console, left: Text, right: Text) -> None:
    """One line with something at its right end, or two lines where both do not fit."""
    gap = min(console.width, 100) - left.cell_len - right.cell_len
    if gap < 2:
        _hanging(console, left, 0)
        _hanging(console, right, 2)
        return
    console.print(left.append(" " * gap).append_text(right), soft_wrap=True)


def _hanging(console: Console, text: Text, indent: int, label: Text | None = None) -> None:
    """Wrap `text` at the width behind `indent`; `label` stands before its first line, or above where it is too long."""
    from rich.text import Text

    head = Text().append_text(label or Text())
    if head.cell_len > indent - 2:
        console.print(head, soft_wrap=True)
        head = Text()
    head.pad_right(indent - head.cell_len)
    for line in text.wrap(console, max(20, min(console.width, 100) - indent)):
        line.rstrip()
        console.print(head.append_text(line), soft_wrap=True)
        head = Text(" " * indent)
