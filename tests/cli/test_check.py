"""`check` answers at once, in the right exit code, and never takes a failure for a pass."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FORBIDDEN = ("prefect", "fastapi", "torch", "matplotlib", "flows")


def test_a_clean_document_passes(sharelight: Any, folder: Path) -> None:
    done = sharelight("check", "clean.txt")
    assert done.code == 0
    assert "clean.txt   SHAREABLE" in done.out
    assert "read: " in done.out
    assert done.err == ""


def test_the_strictest_document_gives_the_code(sharelight: Any, folder: Path) -> None:
    assert sharelight("check", "clean.txt", "foreign.txt").code == 1
    assert sharelight("check", "empty.txt", "-f", "jsonl").code == 1


def test_a_missing_file_is_an_error_and_the_others_keep_their_rows(sharelight: Any, folder: Path) -> None:
    done = sharelight("check", "claen.txt", "clean.txt", "-f", "json")
    assert done.code == 2
    assert "did you mean 'clean.txt'" in done.err
    run = json.loads(done.out)
    assert [row["uri"] for row in run["documents"]] == ["clean.txt"]
    assert [error["uri"] for error in run["errors"]] == ["claen.txt"]
    assert run["summary"]["errors"] == 1


def test_strict_takes_anything_unread_for_an_error(sharelight: Any, folder: Path) -> None:
    assert sharelight("check", "foreign.txt", "--strict").code == 2
    assert sharelight("check", "clean.txt", "--strict").code == 0


def test_exit_zero_relaxes_findings_and_not_what_is_unread(sharelight: Any, folder: Path) -> None:
    assert sharelight("check", "marked.txt").code == 1
    assert sharelight("check", "marked.txt", "--exit-zero").code == 0
    assert sharelight("check", "foreign.txt", "--exit-zero").code == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--audience", "netwrk"), "did you mean 'network'"),
        (("--ignore", "cyber_incident"), "did you mean 'cyber_incidents'"),
        (("--policy", "nowhere"), "nowhere"),
        (("--max-size", "huge"), "max_size"),
        (("-f", "jsom"), "jsom"),
        (("-f", "json", "-f", "sarif"), "-o FOLDER"),
        (("--config", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_bad_usage_is_said_in_a_line(sharelight: Any, folder: Path, arguments: tuple[str, ...], told: str) -> None:
    done = sharelight("check", "clean.txt", *arguments)
    assert done.code == 2
    assert told in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_several_formats_go_into_a_folder(sharelight: Any, folder: Path) -> None:
    done = sharelight("check", "clean.txt", "foreign.txt", "-f", "json", "-f", "html", "-f", "sarif", "-o", "out")
    assert (done.code, done.out) == (1, "")
    assert {path.name for path in (folder / "out").iterdir()} == {
        "sharelight.json",
        "sharelight.html",
        "sharelight.sarif",
    }
    assert json.loads((folder / "out" / "sharelight.json").read_text())["summary"]["documents"] == 2


def test_the_name_of_the_output_says_the_format(sharelight: Any, folder: Path) -> None:
    assert sharelight("check", "clean.txt", "-o", "result.html").code == 0
    assert (folder / "result.html").read_text().startswith("<!doctype html>")


def test_standard_input_is_a_document(process: Any, folder: Path) -> None:
    given = (folder / "foreign.txt").read_bytes()
    done = process("check", "-", "--stdin-filename", "note.txt", "-f", "jsonl", stdin=given)
    assert done.code == 1
    row = json.loads(done.out)
    assert (row["uri"], row["name"]) == ("note.txt", "note.txt")


def test_nothing_heavy_is_imported(process: Any, folder: Path) -> None:
    code = (
        "import json, sys\nfrom pipeline.cli import run\n"
        "code = run(['check', 'clean.txt', '-o', 'result.json'])\n"
        f"print(json.dumps([code, [n for n in {FORBIDDEN!r} if n in sys.modules]]))"
    )
    assert json.loads(process(code=code).out) == [0, []]


def test_a_fault_of_ours_is_an_error_and_not_a_pass(
    sharelight: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("words of a document")

    monkeypatch.setattr("pipeline.report.build.document_row", fail)
    done = sharelight("check", "clean.txt")
    assert done.code == 2
    assert "internal error: ZeroDivisionError" in done.err
    assert "words of a document" not in done.err
    assert "Traceback" in sharelight("check", "clean.txt", "-v").err


def test_control_c_ends_in_130(sharelight: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.report.build.document_row", interrupt)
    assert sharelight("check", "clean.txt").code == 130


def test_quotes_are_hidden_in_the_formats_of_ci(sharelight: Any, folder: Path) -> None:
    shown = sharelight("check", "marked.txt", "-f", "json").out
    assert json.loads(shown)["documents"][0]["findings"][0]["quote"] == "TLP:RED"
    sarif = json.loads(sharelight("check", "marked.txt", "-f", "sarif").out)
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in sarif["runs"][0]["results"]]
    assert {region["snippet"]["text"] for region in regions if "snippet" in region} == {"[hidden]"}
    hidden = sharelight("check", "marked.txt", "-f", "json", "--redact").out
    assert json.loads(hidden)["documents"][0]["findings"][0]["quote"] == "[hidden]"


def test_help_names_the_exit_codes(sharelight: Any) -> None:
    for command in ((), ("check",), ("scan",)):
        text = sharelight(*command, "--help").out
        for code in ("0", "1", "2", "3", "130"):
            assert code in text
        assert "held back" in text


@pytest.mark.parametrize("name", ["pipe", "loop", "locked"])
def test_what_is_no_file_is_a_gap(sharelight: Any, folder: Path, name: str) -> None:
    if name == "pipe":
        os.mkfifo(folder / name)
    elif name == "loop":
        (folder / name).symlink_to(name)
    else:
        (folder / name).write_bytes(b"PK\x03\x04 cut short")
    done = sharelight("check", name, "-f", "json")
    assert done.code == 1
    assert json.loads(done.out)["documents"][0]["coverage"]["unread"]
