"""Encodings: what is declared comes back, what is plain is read without a doubt, what is neither is doubted."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import charset, decoding
from pipeline.extract.western import western

ENGLISH = "The café’s “review” cost £5 – a naïve résumé, said ‘Zoë’.\nIt solved 14 of 20 tasks.\n"
RUSSIAN = "Оценка модели прошла хорошо, она решила четырнадцать задач из двадцати.\n"
JAPANESE = "モデルの評価は順調に進み、二十の課題のうち十四を解決した。\n"

PLAIN = [
    ENGLISH,
    "Item;£5;€9\n",
    "£5",
    "5 ± 2 µm, ½ cup, m², 3 × 4, 20 °C ® ™",
    "À la carte – «mot» ¿Qué? ¡Sí! niño, Señor Ñandú",
    "L'évaluation du modèle a été menée à bien, déjà prête à Noël, œuvre.",
    "Größe und Übung: die Prüfung, schöne Grüße, „so“ und ‚so‘",
    "• one\n• two\n© 2024 Kestrel",
]


@pytest.mark.parametrize("text", PLAIN)
def test_western_text_is_read_without_a_doubt(text: str) -> None:
    for encoding in ("utf-8", "cp1252"):
        data = text.encode(encoding)
        reading = decoding.decode(data)
        assert (reading.text, reading.certain) == (text, True)
        labelled = charset.decode(data, encoding)
        assert (labelled.text, labelled.doubt) == (text, "")
        assert charset.decode(data).doubt == ""


OTHERWISE = [
    ("The “curly” café and the model’s", "mac_roman"),
    ("schöne Größe", "cp850"),
    ("café for £5", "cp437"),
    ("Hello Иван, here it is", "cp1251"),
    ("a name: Zażółć gęślą", "cp1250"),
    ("deney değerlendirme ve şu ışık", "cp1254"),
    ("english words, long enough to be western: これは", "cp932"),
    ("english words, long enough to be western: 评估", "gb18030"),
    ("dog ──── cat", "cp437"),
    ("Przyjść, śnieg, źle, długo", "iso8859-2"),
    (RUSSIAN, "koi8-r"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN, "utf-16-le"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc_jp"),
    (JAPANESE, "big5hkscs"),
]


@pytest.mark.parametrize(("text", "encoding"), OTHERWISE)
def test_other_code_pages_are_never_taken_for_certain(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    assert not decoding.decode(data).certain
    assert charset.decode(data).doubt
    assert charset.decode(data, encoding).text == data.decode(encoding)


@pytest.mark.parametrize(("label", "encoding"), [("koi8-r", "cp1251"), ("cp1251", "koi8-r"), ("latin-1", "cp1251")])
def test_a_label_that_makes_nonsense_of_the_words_is_doubted(label: str, encoding: str) -> None:
    assert charset.decode(RUSSIAN.encode(encoding), label).doubt
    assert charset.decode(RUSSIAN.encode(encoding), encoding).doubt == ""


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-32", "unicode"])
def test_a_wide_label_on_narrow_text_hides_nothing(label: str) -> None:
    found = charset.decode(ENGLISH.encode(), label)
    assert (found.text, found.doubt) == (ENGLISH, "")


@pytest.mark.parametrize("label", ["cp037", "cp500", "hz", "utf-7"])
def test_a_label_that_few_readers_know_gives_both_readings(label: str) -> None:
    found = charset.decode(b"Dear all, the plan is below.", label)
    assert found.doubt
    assert "Dear all" in found.text + found.other


@pytest.mark.parametrize(
    "text", ["a secret plan", "a plan\r\nin lines", "план в строках", "計画は秘密である", "Gr\xf6\xdfe \xfcber"]
)
def test_utf7_is_seen_in_ascii(text: str) -> None:
    code = b"see " + _utf7(text) + b" there"
    assert text in decoding.decode(code).text
    assert not decoding.decode(code).certain
    assert text in charset.decode(code).other
    assert charset.decode(code, "us-ascii").doubt


def _utf7(text: str) -> bytes:
    # Python leaves ASCII letters as they are, a hider would not.
    return b"+" + base64.b64encode(text.encode("utf-16-be")).rstrip(b"=") + b"-"


@pytest.mark.parametrize(
    "text",
    ["C++Builder and a+bcdefghij-k", "1+abcdefgh-2", "+447911123456", "ann+lists@example.org", "A+B-C+D-E", "+API- it"],
)
def test_a_plus_sign_is_no_utf7(text: str) -> None:
    assert decoding.decode(text.encode()).certain
    assert charset.decode(text.encode()).doubt == ""


def test_wide_text_in_another_alphabet_is_found_without_a_mark() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert charset.decode(RUSSIAN.encode(encoding)).text == RUSSIAN


LABELS = """
    utf-8 windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1257 iso-8859-2 iso-8859-5 iso-8859-7
    iso-8859-15 koi8-r koi8-u macintosh ibm866
    shift_jis euc-jp iso-2022-jp gb18030 gbk big5 euc-kr utf-7 hz ibm037 cp500
""".split()  # noqa: SIM905


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), st.sampled_from(LABELS))
def test_what_a_declared_charset_spells_comes_back(text: str, label: str) -> None:
    codec = charset.lookup(label) or label
    data = text.encode(codec, "ignore")
    found = charset.decode(data, label)
    assert found.text == data.decode(codec) or found.doubt


@given(st.binary(max_size=200), st.sampled_from([*LABELS, "no-such", "utf-16", "utf-32", ""]))
def test_no_bytes_and_no_label_make_it_raise(data: bytes, label: str) -> None:
    found = charset.decode(data, label)
    assert isinstance(found.text, str)
    western(data)
