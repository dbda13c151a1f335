"""What the README says of commands and exit codes is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipeline import gaps
from pipeline.cli.app import app
from pipeline.extract import EXTRACTORS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, set[str]]:
    """Each command of the program with its subcommands."""
    tree = typer.main.get_command(app)
    return {name: set(getattr(command, "commands", {})) for name, command in tree.commands.items()}  # type: ignore[attr-defined]


def test_every_command_of_the_readme_is_there() -> None:
    known = commands()
    named = re.findall(r"sharelight\s+([a-z]+)(?:\s+([a-z]+))?", re.sub(r"^#.*", "", README, flags=re.M))
    called = [(first, second) for first, second in named if first in known]
    assert {first for first, _ in called} >= {"check", "scan", "extract", "explain", "doctor", "rules", "model"}
    for first, second in called:
        assert not known[first] or second in known[first], f"{first} {second}"


def test_every_command_is_in_the_readme() -> None:
    assert [name for name in commands() if f"sharelight {name}" not in README] == []


def test_the_exit_codes_of_the_readme_are_those_of_the_help() -> None:
    told = re.findall(r"^\| (\d+) \| (.+?) \|$", README, flags=re.M)
    shown = CliRunner().invoke(app, ["--help"]).output
    assert [code for code, _ in told] == ["0", "1", "2", "3", "130"]
    for code, _ in told:
        assert re.search(rf"^ {code}  \w", shown, flags=re.M), code


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_path_that_a_document_names_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:pipeline|rules|models|fixtures|tests|flows)/[\w./-]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_reason_for_a_gap_that_the_code_names_has_its_sentence() -> None:
    named: set[str] = set()
    for file in (ROOT / "pipeline").rglob("*.py"):
        named |= set(re.findall(r"Gap\([^()]*?code=\"(\w+)\"", file.read_text(encoding="utf-8")))
    assert named and named <= set(gaps.CODES)


def test_every_reader_says_what_it_reads() -> None:
    assert [type_ for type_, module in EXTRACTORS.items() if not (module.__doc__ or "").strip()] == []
