"""Near copies are found for the eye; only the very same text inherits a decision."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.near import NEAR, difference, groups, same, signature, similar

BASE = (
    "The evaluation team ran the agreed suite on Tuesday. The model solved 14 of 20 tasks within the time limit. "
    "The results were not shared with the partner, and the committee will look at them in March."
)
DIGIT = BASE.replace("14", "17")
ADDED = f"{BASE} A second run is planned for the autumn."
NO_NOT = BASE.replace("were not shared", "were shared")
FIRST, SECOND, THIRD = (f"{sentence.rstrip('.')}." for sentence in BASE.split(". "))
REORDERED = f"{SECOND} {FIRST} {THIRD}"
BLANKS = BASE.upper().replace(" ", " \n ").replace("MARCH", "March")
ZERO_WIDTH = BASE.replace("solved", "sol\u200bved").replace("partner", "part\u2060ner")
OTHER = (
    "Visitors are asked to leave their bags at the reception and to wear their badges at all times. "
    "The canteen is open from eleven until two, and the car park closes at eight in the evening."
)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (DIGIT, ["14→17"]),
        (ADDED, ["+A second run is planned for the autumn."]),
        (NO_NOT, ["−not"]),
        (BASE.replace("14 of 20", "14 of 200"), ["20→200"]),
        (BASE.replace("solved 14", "solved -14"), ["14→-14"]),
        (BASE.replace("20 tasks", "20² tasks"), ["20→20^2"]),
        (BASE.replace("in March.", "in March?"), ["March.→March?"]),
    ],
    ids=["digit", "sentence", "not", "digit-added", "sign", "raised", "question"],
)
def test_a_small_change_is_shown_and_inherits_nothing(changed: str, told: list[str]) -> None:
    assert [str(change) for change in difference(BASE, changed)] == told
    assert not same(BASE, changed)
    assert similar(signature(BASE), signature(changed)) >= NEAR
    assert groups({"a": signature(BASE), "b": signature(changed)}) == [("a", "b")]


def test_reordered_sentences_are_near_and_not_the_same() -> None:
    assert similar(signature(BASE), signature(REORDERED)) >= NEAR
    assert not same(BASE, REORDERED)
    added = {change.after for change in difference(BASE, REORDERED)} - {""}
    assert len(added) == 1
    assert added <= {FIRST, SECOND}


@pytest.mark.parametrize("dressed", [BLANKS, ZERO_WIDTH, f"  {BASE}\t"], ids=["case-and-blanks", "zero-width", "edges"])
def test_another_dress_is_the_same(dressed: str) -> None:
    assert same(BASE, dressed)
    assert difference(BASE, dressed) == ()
    assert signature(BASE) == signature(dressed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It took 10² runs.", "It took 102 runs."),
        ("About 1½ days", "About 11⁄2 days"),
        ("x₁ rose", "x1 rose"),
        ("a b", "ab"),
        ("at -3 degrees", "at 3 degrees"),
        ("5 % of them", "5% of them"),
        ("", ""),
        ("\u200b", " "),
    ],
)
def test_what_reads_otherwise_or_says_nothing_is_not_the_same(one: str, other: str) -> None:
    assert not same(one, other)


def test_two_texts_that_have_nothing_in_common_are_far() -> None:
    assert similar(signature(BASE), signature(OTHER)) < 0.1
    assert similar(signature(BASE), signature("")) == 0.0
    assert groups({1: signature(BASE), 2: signature(OTHER)}) == []


def test_a_short_text_is_near_to_one_word_changed() -> None:
    one, other = "The model solved 14 of 20 tasks on Tuesday.", "The model solved 17 of 20 tasks on Tuesday."
    assert groups({1: signature(one), 2: signature(other)}) == [(1, 2)]
    assert similar(signature("Yes."), signature("Yes.")) == 1.0


def test_groups_keep_the_order_and_share_nobody() -> None:
    texts = {"far": OTHER, "base": BASE, "digit": DIGIT, "twin": BASE, "no-not": NO_NOT}
    found = groups({name: signature(text) for name, text in texts.items()})
    assert found == [("base", "twin", "digit", "no-not")]


def test_a_thousand_copies_are_one_group() -> None:
    numbered = {n: signature(BASE.replace("14", str(n))) for n in range(300)} | {
        1000 + n: signature(BASE) for n in range(1000)
    }
    (found,) = groups(numbered)
    assert sorted(found) == sorted(numbered)


def test_a_chain_of_changes_does_not_join_its_ends() -> None:
    words = BASE.split()
    chain = {n: signature(" ".join(words[n : n + 24])) for n in range(0, len(words) - 24)}
    assert similar(chain[0], chain[max(chain)]) < NEAR
    assert all(max(group) - min(group) < max(chain) for group in groups(chain))


def test_a_signature_is_small_and_the_same_in_every_process() -> None:
    code = f"from pipeline.near import signature; print(signature({BASE!r}).hex())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert signature(BASE).hex() == other
    assert len(signature(BASE)) == len(signature("")) == 513


@pytest.mark.parametrize("wrong", [b"", b"\x01", b"\x02" + bytes(512), signature(BASE)[:-1]])
def test_bytes_that_are_no_signature_are_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="signature"):
        similar(signature(BASE), wrong)


def test_two_long_texts_of_nothing_but_one_word_are_compared_at_all() -> None:
    one, other = "a " * 9000 + "b " + "c " * 9000, "a " * 4000 + "d " + "c " * 14000
    assert difference(one, other) != ()
    assert difference(one, one) == ()


_TEXTS = st.text(alphabet="abAB 12²½\n\u200b.,-%ßñ", max_size=30)


@given(_TEXTS, _TEXTS)
def test_there_is_a_difference_exactly_where_texts_are_not_the_same(one: str, other: str) -> None:
    empty = not difference(one, "") and not difference(other, "")
    assert same(one, other) == (not difference(one, other) and not empty)
    assert same(one, other) == same(other, one)


@given(_TEXTS)
def test_equal_texts_have_equal_signatures(text: str) -> None:
    assert signature(text) == signature(text)
    assert same(text, text) == bool(difference("", text))
