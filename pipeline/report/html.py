"""One self-contained page: no request leaves it, only its own script may run, document text is only ever text."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ..policy import ANSWERS
from .cards import TIERS, WORDS, cards, next_step, other_reasons, passages_found, pieces, place, plain, unread_line
from .report import Report
from .result import DocumentRow

if TYPE_CHECKING:
    from jinja2 import Environment

EXTENSION = "html"
FOR_MACHINES = False
_FOLDER = Path(__file__).parent / "templates"


def write(report: Report, out: TextIO) -> None:
    rows = sorted(report.rows, key=lambda row: -row.outcome)
    style, script = asset("report.css"), asset("report.js")
    page = (
        environment()
        .get_template("report.html.j2")
        .generate(
            report=report,
            rows=rows,
            categories=_categories(rows),
            audience=rows[0].audience if rows else "",
            date=rows[0].decided_on if rows else date.today().isoformat(),
            grid=_grid(report),
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src '{source_hash(style)}'; script-src '{source_hash(script)}'; "
            "base-uri 'none'; form-action 'none'",
        )
    )
    out.writelines(page)


@cache
def environment() -> Environment:
    """Templates that escape by themselves and stop at a name they do not know."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(plain=plain, own=Markup)  # `own` is for our two files alone, whose digests the page names
    made.globals.update(
        WORDS=WORDS, TIERS=TIERS, cards=cards, found=passages_found, next_step=next_step, place=place,
        remarks=other_reasons, unread_line=unread_line, pieces=pieces,
    )  # fmt: skip
    return made


@cache
def asset(name: str) -> str:
    """One of our own files, which the page names by its digest."""
    return (_FOLDER / name).read_text("utf-8")


def source_hash(text: str) -> str:
    """The source expression of a Content-Security-Policy that allows exactly `text`."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _categories(rows: list[DocumentRow]) -> list[tuple[str, str]]:
    """Id and title of each category in the report, for the filter."""
    seen = {f.category: f.title for row in rows for card in cards(row) for f in (card.first,) if f.category}
    return sorted(seen.items(), key=lambda pair: pair[1])


def _grid(report: Report) -> list[list[Any]]:
    """Fig. 2 as three rows (proprietary?) of three cells (capability?)."""
    matrix = report.policy.matrix
    return [[matrix[proprietary, capability] for capability in ANSWERS] for proprietary in ANSWERS]
