"""The registers may loosen a verdict, so what they accept and what they answer is exact."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import registers
from pipeline.errors import PolicyError

ROOT = Path(__file__).parents[1]
FICTIONAL = ROOT / "fixtures" / "registers"
KNOWN = "3c9d1c0a6f3c5b7f7b0ad2c35c7e2b1de0f1f6f3b9a7d8c4e5f60718293a4b5c"
TWIN = f"{{id: twin, title: a, url: b, published_on: 2026-01-01, sha256: [{KNOWN}]}}"


@pytest.fixture(scope="module")
def filled() -> registers.Registers:
    return registers.load(FICTIONAL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FICTIONAL, tmp_path / "registers"))


def refusal(folder: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        registers.load(folder)
    return str(caught.value)


def test_the_shipped_registers_are_empty() -> None:
    empty = registers.load(ROOT / "rules" / "registers")
    assert (empty.models, empty.public, empty.files, empty.consent) == ((), (), (), ())
    assert empty.release("Meridian") is None
    assert empty.public_document("Anything at all.") is None


def test_names_aliases_and_versions_resolve_whatever_their_spelling(filled: registers.Registers) -> None:
    for name in ("Harbour 3", "harbour-3", "HARBOUR  THREE"):
        release = filled.release(name)
        assert release is not None
        assert (release.entry, release.released_on) == ("harbour", date(2025, 7, 1))
    assert filled.release("Harbour 5") is None


def test_a_planned_day_releases_nothing(filled: registers.Registers) -> None:
    for name in ("Harbour 4", "tern-next", "Osprey 2", "Harbour"):
        release = filled.release(name)
        assert release is not None
        assert release.released_on is None


CARD = "Meridian is a language model for office work. It was trained on 9 trillion tokens of licensed and public text."


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        "Staff grew from 31 to 44.",
        "staff  grew\nfrom 31 to 44.",
        "It was trained on 9 trillion tokens of licensed and public text.",
    ],
)
def test_every_sentence_in_one_public_document(filled: registers.Registers, text: str) -> None:
    assert filled.public_document(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        CARD.replace("9 trillion", "8 trillion"),
        CARD.replace("9 trillion", "⁹ trillion"),
        CARD.replace("It was", "It was not"),
        CARD.replace("Meridian", "Meridian Two"),
        CARD + " It has 70 billion parameters.",
        CARD + " Staff grew from 31 to 44.",
        "Meridian is a language model",
        "As published in the model card.",
        "",
    ],
)
def test_a_change_or_a_second_document_voids_it(filled: registers.Registers, text: str) -> None:
    assert filled.public_document(text) is None


def test_raised_digits_keep_their_meaning() -> None:
    assert registers.sentence_digests("About 10² runs.") != registers.sentence_digests("About 102 runs.")
    assert registers.sentence_digests("a ﬁne “word” – twice") == registers.sentence_digests('A fine "word" - twice')


@given(
    st.lists(st.text(alphabet="abc 123", min_size=1).map(lambda words: words.strip() + "x."), min_size=1, max_size=5)
)
def test_digests_follow_the_sentences(sentences: list[str]) -> None:
    joined = registers.sentence_digests(" ".join(sentences))
    assert joined == tuple(digest for one in sentences for digest in registers.sentence_digests(one))


def test_consent_is_found_by_document_or_passage(filled: registers.Registers) -> None:
    by_document, by_passage = filled.consent
    sha256 = by_document.document_sha256 or ""
    assert filled.consents(document_sha256=sha256, fingerprint="") == (by_document,)
    assert filled.consents(document_sha256="", fingerprint=by_passage.passage_fingerprint or "") == (by_passage,)
    assert filled.consents(document_sha256="", fingerprint="") == ()


def test_a_public_file_is_known_by_all_of_its_bytes(filled: registers.Registers) -> None:
    assert filled.public_files[KNOWN].id == "northlight-meridian-weights"
    assert KNOWN[:-1] + "d" not in filled.public_files


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("models.yaml", "    source: https://northlight.example/news/meridian\n", "", "needs a source"),
        ("models.yaml", "2025-11-04", "November 2025", "released_on"),
        ("models.yaml", "aliases: [tern-next]", "aliases: [Harbour 3]", "stands for two things"),
        ("models.yaml", "developer: Tern Labs", "develper: Tern Labs", "did you mean 'developer'"),
        ("models.yaml", "id: tern", "id: harbour", "stands for two things"),
        ("consent.yaml", "valid_until: 2026-07-14", "valid_until: 2025-07-14", "lies before"),
        ("consent.yaml", "    valid_until: 2026-07-14\n", "", "'valid_until' is missing"),
        ("consent.yaml", '    passage_fingerprint: "v1:0123456789abcdef0123456789abcdef"\n', "", "exactly one of"),
        ("consent.yaml", "audience: network", "audience: everybody and more", "audience"),
        ("files.yaml", "5f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0", "5F1E", "sha256"),
        ("files.yaml", "    published_on: 2025-11-04\n", "", "'published_on' is missing"),
        ("files.yaml", "files:\n", f"files:\n  - {TWIN}\n", "stands for two things"),
        ("public.jsonl", '"sentences": ["', '"sentences": ["abc", "', "sentences"),
    ],
)
def test_a_loose_entry_does_not_load(folder: Path, file: str, old: str, new: str, words: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    message = refusal(folder)
    assert words in message
    assert message.startswith(str(path))


def test_missing_and_broken_files(folder: Path) -> None:
    line = (folder / "public.jsonl").read_text(encoding="utf-8").splitlines()[0]
    (folder / "public.jsonl").write_text(f"{line}\n{line}\n", encoding="utf-8")
    assert "stands for two things" in refusal(folder)
    (folder / "public.jsonl").write_text(json.dumps({"id": "x"}) + "\n", encoding="utf-8")
    assert "public.jsonl:1: " in refusal(folder)
    (folder / "models.yaml").unlink()
    assert "cannot be read" in refusal(folder)
