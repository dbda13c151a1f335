"""Each setting has one value, and anybody can see where it came from."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipeline import settings
from pipeline.errors import UsageError


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and a configuration folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHARELIGHT_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path


def test_sources_give_way_in_order(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen(**flags: object) -> tuple[int, str]:
        loaded = settings.load(flags)
        return loaded.settings.context, loaded.sources["context"]

    assert seen() == (160, "default")
    (alone / "config").mkdir()
    (alone / "config" / "config.toml").write_text("context = 1")
    assert seen() == (1, str(alone / "config" / "config.toml"))
    (alone / "pyproject.toml").write_text("[tool.sharelight]\ncontext = 2")
    assert seen() == (2, "pyproject.toml [tool.sharelight]")
    (alone / "sharelight.toml").write_text("context = 3")
    assert seen() == (3, "sharelight.toml")
    monkeypatch.setenv("SHARELIGHT_CONTEXT", "4")
    assert seen() == (4, "SHARELIGHT_CONTEXT")
    assert seen(context=5) == (5, "flag")
    assert seen(context=None) == (4, "SHARELIGHT_CONTEXT")


def test_lists_come_from_a_variable_as_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARELIGHT_IGNORE", "cyber_incidents, preliminary_research")
    assert settings.load().settings.ignore == ("cyber_incidents", "preliminary_research")


def test_sizes_are_written_as_people_write_them() -> None:
    assert settings.load({"max_size": "50MB"}).settings.limits().input_bytes == 50_000_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("contxt = 3", "did you mean 'context'"),
        ("context = 'many'", "context"),
        ("context = ", "sharelight.toml"),
        ("jobs = 0", "jobs"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(alone: Path, text: str, told: str) -> None:
    (alone / "sharelight.toml").write_text(text)
    with pytest.raises(UsageError, match=told) as error:
        settings.load()
    assert "sharelight.toml" in str(error.value)


def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARELIGHT_JOBS", "several")
    with pytest.raises(UsageError, match="SHARELIGHT_JOBS"):
        settings.load()


def test_a_missing_settings_file_is_no_default(alone: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        settings.load(config=alone / "other.toml")


def test_the_key_is_made_once_for_the_user_alone(alone: Path) -> None:
    first = settings.installation_key()
    assert settings.installation_key().secret == first.secret
    assert len(first.secret) == 32
    assert stat.S_IMODE((alone / "config" / settings.KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (alone / "config").iterdir()] == [settings.KEY_FILE]
    assert repr(first).count(first.secret.hex()) == 0


def test_without_a_place_for_it_the_key_lasts_for_the_run_and_says_so(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone / "file").write_text("")
    monkeypatch.setenv("SHARELIGHT_CONFIG_DIR", str(alone / "file" / "config"))
    key = settings.installation_key()
    assert len(key.secret) == 32
    assert "will not match" in key.warning


def test_a_broken_key_is_not_replaced(alone: Path) -> None:
    (alone / "config").mkdir()
    (alone / "config" / settings.KEY_FILE).write_text("not a key")
    assert settings.installation_key().warning
    assert (alone / "config" / settings.KEY_FILE).read_text() == "not a key"


def test_rules_and_models_are_found_from_any_folder() -> None:
    assert (settings.data_folder("rules") / "matrix.yaml").is_file()
    assert settings.data_folder("models").is_dir()
