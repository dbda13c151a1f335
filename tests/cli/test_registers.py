"""Registers are filled from the command line, and what they say counts until its day."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import data_folder

METHOD = (
    "The grader prompt of task four asks for the exploit chain in five steps and gives two points for each step that "
    "runs. Three scaffolds were tried with forty attempts each, and the best of them was kept for the final round."
)


@pytest.fixture
def registers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty registers of the user's own, and a document that they may be about."""
    mine = Path(shutil.copytree(data_folder("rules") / "registers", folder.parent / "registers"))
    monkeypatch.setenv("SHARELIGHT_REGISTERS", str(mine))
    for file in folder.iterdir():
        file.unlink()
    (folder / "method.txt").write_text(METHOD)
    return mine


def verdicts(process: Any, *more: str) -> list[str]:
    done = process("scan", ".", "-f", "jsonl", *more)
    return [json.loads(line)["verdict"] for line in done.out.splitlines()]


def test_what_is_public_word_for_word_is_free(process: Any, folder: Path, registers: Path) -> None:
    before = verdicts(process)
    assert before != ["shareable"]
    added = process("register", "public", "add", "method.txt", "--url", "https://example.org/m", "--published-on",
                    "2026-01-02", "--title", "Method of round four")  # fmt: skip
    assert added.out == "method-of-round-four: 2 sentences\n"
    flipped = process("rescore", "latest")
    assert flipped.code == 1
    assert "method.txt: " in flipped.out
    assert "-> shareable" in flipped.out
    (folder / "method.txt").write_text(METHOD.replace("forty", "fifty"))
    assert verdicts(process) == before


def test_what_was_not_fully_read_is_no_public_document(process: Any, folder: Path, registers: Path) -> None:
    (folder / "empty.txt").write_text("")
    done = process(
        "register", "public", "add", "empty.txt", "--url", "https://example.org", "--published-on", "2026-01-02"
    )
    assert (done.code, (registers / "public.jsonl").read_text()) == (2, "")
    assert "not fully read (empty)" in done.err


def test_consent_counts_for_its_document_its_audience_and_until_its_day(
    process: Any, folder: Path, registers: Path
) -> None:
    (folder / "method.txt").write_text(
        f"Halden Models, company confidential, provided under the agreement.\n\n{METHOD}"
    )
    before = verdicts(process)
    common = ("--developer", "Halden Models", "--audience", "network", "--given-on", "2026-01-01", "--valid-until",
              "2999-01-01", "--reference", "file 7")  # fmt: skip
    done = process("register", "consent", "add", "--id", "halden-7", "--document", "method.txt", *common)
    assert done.out == "halden-7: until 2999-01-01\n"
    written = (registers / "consent.yaml").read_text()
    assert hashlib.sha256((folder / "method.txt").read_bytes()).hexdigest() in written
    assert written.startswith("# Written consent")
    during, after = verdicts(process), verdicts(process, "--as-of", "2999-01-02")
    assert after == before
    assert during in (before, ["needs_review"], ["shareable"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--document", "method.txt", "--fingerprint", "v1:00000000"), "exactly one"),
        ((), "exactly one"),
    ],
)
def test_a_consent_to_nothing_or_to_two_things_is_refused(
    process: Any, registers: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = process("register", "consent", "add", "--id", "x", "--developer", "y", "--audience", "network", "--given-on",
                   "2026-01-01", "--valid-until", "2026-02-01", "--reference", "z", *arguments)  # fmt: skip
    assert done.code == 2
    assert told in done.err


def test_models_are_imported_whole_or_not_at_all(process: Any, folder: Path, registers: Path) -> None:
    good = "models:\n  - {id: osprey, name: Osprey, developer: Halden, released_on: 2026-01-05, source: a page}\n"
    (folder / "models.yaml").write_text(good)
    assert process("register", "models", "import", "models.yaml").out == "1 models added\n"
    assert "Osprey" in (registers / "models.yaml").read_text()
    before = (registers / "models.yaml").read_text()
    again = process("register", "models", "import", "models.yaml")
    assert again.code == 2
    assert "nothing was written" in again.err
    (folder / "models.yaml").write_text("models:\n  - {id: kite, name: Kite, developer: X, released_on: 2026-01-05}\n")
    assert "needs a source" in process("register", "models", "import", "models.yaml").err
    assert (registers / "models.yaml").read_text() == before
