"""What the rules cannot understand is never taken for clean."""

from __future__ import annotations

import pytest

from pipeline import languages
from pipeline.types import Passage

ENGLISH = "The secretariat met on Tuesday and agreed the plan for the coming quarter; it will be reviewed in May."
FRENCH = "Les bureaux seront fermés le vendredi après-midi en raison des travaux de rénovation de la façade."


def passage(text: str, path: str = "text") -> Passage:
    return Passage(text=text, kind="body", location="note.txt", path=path, start=0, end=len(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"),
        (FRENCH, "fr"),
        ("Die Sitzung fand am Dienstag statt, und der Plan für das kommende Quartal wurde angenommen.", "de"),
        ("De vergadering was op dinsdag en het plan voor het komende kwartaal is aangenomen, of niet.", "nl"),
        ("Заседание состоялось во вторник, и план на следующий квартал был принят единогласно.", "ru"),
    ],
)
def test_tells_languages_apart(text: str, code: str) -> None:
    assert languages.language(text) == code


@pytest.mark.parametrize("text", ["Osprey-7 | 14 | 20 | 0.70", "", "v2.1.0-rc3", "12:30 Room 4"])
def test_says_nothing_where_there_are_no_words(text: str) -> None:
    assert languages.language(text) is None


@pytest.mark.threat(71)
def test_a_foreign_part_is_a_gap_and_names_its_place() -> None:
    main, gaps = languages.look((passage(ENGLISH * 3), passage(FRENCH, "page/2"), passage(FRENCH, "page/2")))
    assert main is not None
    assert main[0] == "en"
    assert [(gap.code, gap.path, gap.detail) for gap in gaps] == [("language_not_covered", "note.txt!page/2", "fr")]


def test_short_lines_are_read_together() -> None:
    lines = ("Les bureaux sont fermés", "le vendredi après-midi", "en raison des travaux", "de rénovation de la façade")
    assert languages.look(passage(line) for line in lines)[1]


def test_english_is_no_gap() -> None:
    assert languages.look([passage(ENGLISH)]) == (("en", 1.0), ())
