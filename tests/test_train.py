"""Training on a small corpus: what it writes loads, it repeats itself, and bad input is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline import policy as rules
from pipeline import train
from pipeline.card import card
from pipeline.detect import classifier, encoder, model
from pipeline.errors import ModelError, UsageError
from pipeline.registers import Registers

ROOT = Path(__file__).parents[1]
VOICES = ROOT / "models" / "corpus" / "voices"


@pytest.fixture(scope="module")
def policy() -> rules.Policy:
    return rules.load(ROOT / "rules")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every sixth passage of three voices."""
    folder = tmp_path_factory.mktemp("voices")
    for path in sorted(VOICES.glob("*.jsonl"))[:3]:
        lines = path.read_text(encoding="utf-8").split("\n")[::6]
        (folder / path.name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def knowledge(folder: Path) -> Path:
    (folder / "encoder").mkdir(parents=True)
    for name in (model.CONCEPTS, model.MEANINGS, encoder.MODEL, encoder.TOKENIZER):
        shutil.copy(ROOT / "models" / name, folder / name)
    return folder


def test_what_is_trained_loads_and_repeats_itself(policy: rules.Policy, small: Path, tmp_path: Path) -> None:
    first = train.train(small, knowledge(tmp_path / "a"), policy, version="1", packages=("pydantic", "no-such-package"))
    second = train.train(
        small, knowledge(tmp_path / "b"), policy, version="1", packages=("pydantic", "no-such-package")
    )
    assert first.as_json() == second.as_json()
    assert 0 < first.unseen_voices.macro_f1 < 1
    assert set(first.voices) == {path.stem for path in small.iterdir()}
    loaded = classifier.load(policy, Registers(), tmp_path / "a")
    assert loaded.version == "1"
    assert len(loaded.rank(["The intruder stole a token."])[0]) == 16
    manifest = json.loads((tmp_path / "a" / model.MANIFEST).read_text())
    assert manifest["trained_on"]["passages"] == first.unseen_voices.passages
    assert (tmp_path / "a" / "card.md").read_text() == card(first.as_json())


@pytest.mark.parametrize("kind", ["empty", "unknown label"])
def test_a_corpus_that_cannot_be_used_is_named(policy: rules.Policy, tmp_path: Path, kind: str) -> None:
    voices = tmp_path / "voices"
    voices.mkdir()
    if kind != "empty":
        row = {"id": "A-1", "text": "x", "primary": "recipes", "secondary": [], "verdict": "shareable"}
        (voices / "a.jsonl").write_text(json.dumps(row))
    with pytest.raises(
        UsageError, match="no labelled passages" if kind == "empty" else "A-1: no such category: recipes"
    ):
        train.train(voices, knowledge(tmp_path / "m"), policy, version="1")


def test_a_category_that_only_one_voice_writes_about_cannot_be_learnt(
    policy: rules.Policy, small: Path, tmp_path: Path
) -> None:
    voices = tmp_path / "voices"
    voices.mkdir()
    shutil.copy(min(small.iterdir()), voices)
    with pytest.raises(UsageError, match="fewer than 2 voices"):
        train.train(voices, knowledge(tmp_path / "m"), policy, version="1")


def test_without_concepts_nothing_is_trained(policy: rules.Policy, small: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=model.CONCEPTS):
        train.train(small, tmp_path, policy, version="1")


def test_the_shipped_figures_hold_the_floor() -> None:
    floors = json.loads((ROOT / "fixtures" / "baseline.json").read_text())["unseen_voices"]
    figures = json.loads((ROOT / "models" / "metrics.json").read_text())["unseen_voices"]
    for name, floor in floors["at_least"].items():
        assert figures[name] >= floor, name
    for name, ceiling in floors["at_most"].items():
        assert figures[name] <= ceiling, name


def test_the_card_says_what_the_metrics_say() -> None:
    figures = json.loads((ROOT / "models" / "metrics.json").read_text())
    assert (ROOT / "models" / "card.md").read_text() == card(figures)
