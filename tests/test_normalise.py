"""The matching copy: disguises undone, and each character of it led back to the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise import matching_copy, normalise
from pipeline.types import Passage

_TRICKY = st.text(
    alphabet=st.sampled_from("ab cC-\n\t\r\x08\x00.é\u0301ﬁ½Ａс\u00ad\u200b\u202e\u202c\u2800\ufffe🙂\U000e0041|"),
    max_size=80,
)


@given(_TRICKY | st.text(max_size=60))
def test_offsets_lead_into_the_original(text: str) -> None:
    copy = matching_copy(text)
    if copy.offsets is None:
        assert copy.text == text.replace("\t", " ")
        return
    assert len(copy.offsets) == len(copy.text) + 1
    assert all(0 <= offset <= len(text) for offset in copy.offsets)
    for i, char in enumerate(copy.text):
        start, end = copy.original(i, i + 1)
        assert 0 <= start < end <= len(text)
        if char.isascii() and char.isalpha() and text.isascii():
            assert text[start] == char


@given(_TRICKY)
def test_a_copy_of_a_copy_changes_nothing_that_can_be_seen(text: str) -> None:
    once = matching_copy(text).text
    assert matching_copy(once).text.split() == matching_copy(matching_copy(once).text).text.split()


@given(st.text(alphabet="abcdefgh ,.", max_size=80).map(lambda text: " ".join(text.split())))
def test_plain_words_stay_as_they_are(text: str) -> None:
    words = " ".join(f"{word}xyz" for word in text.split())
    assert matching_copy(words).text == words


@pytest.mark.threat(66, 67, 68, 69)
@pytest.mark.parametrize(
    ("disguise", "written"),
    [
        ("zero-width", "check\u200bpo\u200dint"),
        ("soft hyphen", "check\u00adpoint"),
        ("joined hyphen of a PDF", "check\ufffepoint"),
        ("line end", "check-\npoint"),
        ("line end with indent", "check- \n   point"),
        ("full width", "ｃｈｅｃｋｐｏｉｎｔ"),
        ("mathematical letters", "𝐜𝐡𝐞𝐜𝐤𝐩𝐨𝐢𝐧𝐭"),
        ("ligatures and accents apart", "check\u2060point"),
        ("Cyrillic letters", "сhесkроint"),
        ("small capitals", "ᴄʜᴇᴄᴋᴘᴏɪɴᴛ"),
        ("spaced letters", "c h e c k p o i n t"),
        ("one letter a line", "c\nh\ne\nc\nk\np\no\ni\nn\nt"),
        ("one letter a cell", "c | h | e | c | k | p | o | i | n | t"),
        ("dotted letters", "c.h.e.c.k.p.o.i.n.t"),
        ("shown backwards", "\u202etniopkcehc\u202c"),
        ("invisible tags", "".join(chr(0xE0000 + ord(char)) for char in "checkpoint")),
        ("a tag between letters", "check\U000e0041point"),
        ("variation selectors", "c\ufe0fh\ufe0feckpoint"),
        ("blank Braille", "check\u2800point"),
        ("Hangul filler", "check\u3164point"),
        ("overprint", "cc\x08heckpoint"),
        ("NUL bytes", "check\x00point"),
    ],
)
def test_disguises_are_undone(disguise: str, written: str) -> None:
    assert "checkpoint" in matching_copy(f"the model's {written} solved 14 tasks").text


def test_spaced_words_keep_their_borders_where_the_gaps_show_them() -> None:
    assert matching_copy("c h e c k  p o i n t").text == "check point"


def test_blank_lookalikes_as_the_only_blanks_stand_for_blanks() -> None:
    words = "the\u2800candidate\u2800solved\u2800fourteen\u2800of\u2800twenty\u2800tasks"
    assert "candidate solved" in matching_copy(words).text


def test_compounds_keep_their_hyphen_at_a_line_end() -> None:
    assert matching_copy("pre-\ndeployment").text == "pre-deployment"


def test_another_language_is_not_turned_into_latin() -> None:
    text = "Модель решила задачи до запуска"
    assert matching_copy(text).text == text


def test_line_breaks_and_case_stay() -> None:
    assert matching_copy("TLP:RED\n\n  Body  text").text == "TLP:RED\n\nBody text"


def test_plain_ascii_moves_nothing() -> None:
    assert matching_copy("A plain line.\nAnother one, U.S. and A/B.").offsets is None


def test_the_lead_is_part_of_the_copy() -> None:
    passage = Passage(text="14/20", kind="table", location="a", path="t", start=0, end=5, lead="Score")
    assert normalise((passage,))[0].matching.text == "Score\n14/20"
