"""The figures are those of the formula that everybody measures with, and errors are listed by what they cost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import metrics
from pipeline.corpus import Row
from pipeline.errors import UsageError
from pipeline.evaluate import evaluate
from pipeline.types import Outcome

CATEGORIES = ("evaluation_standards", "cyber_incidents", "postdeployment_results", "none")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(CATEGORIES),
        st.lists(st.sampled_from(CATEGORIES), max_size=1),
        st.sampled_from(sorted(metrics.LIGHTS)),
        st.sampled_from(CATEGORIES),
        st.sampled_from(list(Outcome)),
    ),
    min_size=1,
    max_size=30,
)


def row(number: int, primary: str, verdict: str, secondary: Sequence[str] = (), **more: object) -> dict[str, object]:
    fields = {"id": str(number), "text": f"passage {number}", "primary": primary, "verdict": verdict}
    return fields | {"secondary": list(secondary)} | more


def by_the_book(cases: list[tuple[str, list[str], str, str, Outcome]]) -> dict[str, float]:
    """The agreed formula, written down a second time."""
    right, wrong, missed, confusion = Counter[str](), Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for primary, secondary, verdict, guess, outcome in cases:
        guess = primary if guess in secondary else guess
        right[primary] += guess == primary
        missed[primary] += guess != primary
        wrong[guess] += guess != primary
        confusion[verdict, outcome.id] += 1
    names = {case[0] for case in cases}

    def total(gold: Sequence[str], judged: Sequence[str]) -> int:
        return sum(confusion[g, j] for g in gold for j in judged)

    strict, every = ["needs_review", "held_back"], ["shareable", "needs_review", "held_back"]
    return {
        "macro_f1": sum(2 * right[n] / max(1, 2 * right[n] + wrong[n] + missed[n]) for n in names) / len(names),
        "accuracy": sum(confusion[v, v] for v in every) / len(cases),
        "miss": total(strict, ["shareable"]) / max(1, total(strict, every)),
        "hold_miss": total(["held_back"], ["shareable"]) / max(1, total(["held_back"], every)),
        "burden": total(["shareable"], strict) / max(1, total(["shareable"], every)),
    }


@given(ROWS)
def test_the_figures_follow_the_agreed_formula(cases: list[tuple[str, list[str], str, str, Outcome]]) -> None:
    gold = [Row.model_validate(row(i, c[0], c[2], c[1])) for i, c in enumerate(cases)]
    figures = metrics.figures(gold, [c[3] for c in cases], [c[4] for c in cases], intervals=False)
    for name, value in by_the_book(cases).items():
        assert getattr(figures, name) == pytest.approx(value), name


def written(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def test_a_report_lists_the_costliest_errors_first_and_no_text(tmp_path: Path) -> None:
    rows = [
        row(1, "none", "shareable", source="a/b@1:x"),
        row(2, "cyber_incidents", "held back", source="a/b@1:y", hard=True),
        row(3, "postdeployment_results", "needs review", source="c/d@2:z"),
    ]
    judged = [("cyber_incidents", Outcome.HELD_BACK), ("none", Outcome.SHAREABLE), ("none", Outcome.SHAREABLE)]
    report = evaluate(written(tmp_path / "data.jsonl", rows), lambda texts: judged[: len(texts)])
    assert [error.id for error in report.errors] == ["2", "3", "1"]
    assert set(report.sources) == {"a/b", "c/d"}
    assert set(report.difficulty) == {"hard", "plain"}
    assert report.figures.hold_miss == 1
    assert "passage 2" not in json.dumps(report.as_json())


def test_intervals_hold_the_figure(tmp_path: Path) -> None:
    rows = [row(i, "none", "shareable") for i in range(40)]
    outcomes = [("none", Outcome.NEEDS_REVIEW if i % 4 == 0 else Outcome.SHAREABLE) for i in range(40)]
    figures = evaluate(written(tmp_path / "data.jsonl", rows), lambda texts: outcomes).figures
    low, high = figures.intervals["burden"]
    assert low < figures.burden == 0.25 < high


@pytest.mark.parametrize(
    ("line", "said"),
    [("{", "not a labelled passage"), ('{"id": "1"}', "text: Field required"), ("[]", "not a labelled passage")],
)
def test_a_bad_row_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps(row(1, "none", "shareable")) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"data.jsonl:2: .*{said}"):
        evaluate(path, lambda texts: [])


def test_a_line_separator_inside_a_text_is_no_end_of_a_row(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(
        json.dumps(row(1, "none", "shareable") | {"text": "a\u2028b"}, ensure_ascii=False), encoding="utf-8"
    )
    assert evaluate(path, lambda texts: [("none", Outcome.SHAREABLE)] * len(texts)).figures.passages == 1
