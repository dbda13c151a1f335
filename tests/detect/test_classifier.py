"""The classifier as the pipeline meets it: what it says of passages, and what it refuses to load."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline import policy as rules
from pipeline.detect import classifier
from pipeline.detect import model as stored
from pipeline.detect.linear import Calibration
from pipeline.errors import ModelError
from pipeline.registers import Registers
from pipeline.types import Outcome, Passage

ROOT = Path(__file__).parents[2]
AS_IT_IS = Calibration(slopes=(1, 1, 1, 1, 1), offsets=(0, 0, 0, 0, 0))
SETTINGS = stored.Settings(
    classes=("standards", "research", "access", "weights", "none"),
    first=AS_IT_IS,
    second=AS_IT_IS,
    closed=1.0,
    held=0.3,
    suspected=0.25,
    review=0.4,
)
TIERS = np.array(
    [Outcome.SHAREABLE, Outcome.NEEDS_REVIEW, Outcome.HELD_BACK, Outcome.HELD_BACK, Outcome.SHAREABLE], dtype=int
)


@pytest.fixture(scope="module")
def policy() -> rules.Policy:
    return rules.load(ROOT / "rules")


@pytest.fixture(scope="module")
def model(policy: rules.Policy) -> classifier.Classifier:
    return classifier.load(policy, Registers(), ROOT / "models")


def passage(text: str, joined: bool = False) -> Passage:
    return Passage(text=text, kind="body", location="a", path="a", start=0, end=len(text), joined=joined)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((0.1, 0.1, 0.05, 0.05, 0.7), ("none", Outcome.SHAREABLE)),
        # a category that may be shared is named before "none" is said, where it is nearly as likely
        ((0.4, 0.05, 0.05, 0.05, 0.45), ("standards", Outcome.SHAREABLE)),
        ((0.2, 0.05, 0.05, 0.05, 0.65), ("none", Outcome.SHAREABLE)),
        ((0.6, 0.1, 0.1, 0.1, 0.1), ("standards", Outcome.SHAREABLE)),
        ((0.1, 0.6, 0.1, 0.1, 0.1), ("research", Outcome.NEEDS_REVIEW)),
        ((0.1, 0.0, 0.6, 0.1, 0.2), ("access", Outcome.HELD_BACK)),
        # no strict category is likely by itself, all together are
        ((0.0, 0.15, 0.14, 0.14, 0.57), ("research", Outcome.NEEDS_REVIEW)),
        ((0.0, 0.0, 0.16, 0.15, 0.69), ("access", Outcome.HELD_BACK)),
        # High Trust is suspected before all strict categories together are likely
        ((0.1, 0.0, 0.13, 0.13, 0.64), ("access", Outcome.NEEDS_REVIEW)),
        # the likeliest is strict, though weakly: never silence
        ((0.2, 0.22, 0.0, 0.2, 0.2), ("research", Outcome.NEEDS_REVIEW)),
        ((0.2, 0.0, 0.22, 0.0, 0.2), ("access", Outcome.NEEDS_REVIEW)),
    ],
)
def test_doubt_is_measured_over_the_tier(row: tuple[float, ...], expected: tuple[str, Outcome]) -> None:
    assert classifier.judgement_of(np.array(row), TIERS, SETTINGS) == expected


def test_a_passage_that_gives_away_a_checkpoint_is_tagged_with_its_terms(model: classifier.Classifier) -> None:
    text = (
        "Testers reach the unreleased checkpoint at the staging endpoint with the API key that was issued on Monday; "
        "the access window closes on Friday, and the helpful-only variant is on the allow-list of four named users."
    )
    (tag, *_) = model([passage(text)], ())
    assert tag.category == "predeployment_model_access"
    assert tag.detector == "classifier"
    assert tag.rule == "classifier.predeployment_model_access"
    assert tag.certain
    assert (tag.start, tag.end) == (0, len(text))
    assert tag.explanation.top_terms[0].weight >= tag.explanation.top_terms[-1].weight > 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Chapter 2",
        "The bakery opens at eight on Saturdays and sells rye bread, rolls and plum cake until noon.",
        "Return a list of the words in the string, using sep as the delimiter string.",
    ],
)
def test_text_outside_the_field_is_left_alone(model: classifier.Classifier, text: str) -> None:
    assert list(model([passage(text)], ())) == []


def test_each_passage_is_answered_on_its_own_and_equal_ones_alike(model: classifier.Classifier) -> None:
    text = "The intruder used a stolen token to exfiltrate checkpoints from the developer's storage bucket on 3 May."
    other = "Lunch is in room 4."
    alone = [(t.category, t.score) for t in model([passage(text)], ())]
    together = [(t.category, t.score) for t in model([passage(other), passage(text), passage(text)], ())]
    assert together == [*alone, *alone] != []


def test_a_joined_reading_may_only_tighten(model: classifier.Classifier, policy: rules.Policy) -> None:
    text = (
        "Evaluations should report the elicitation effort, the number of runs and a confidence interval for each score."
    )
    assert [t.category for t in model([passage(text)], ())] == ["evaluation_standards"]
    assert all(
        policy.categories[tag.category or ""].tier != "no_brainer" for tag in model([passage(text, joined=True)], ())
    )


def test_ranks_every_class_likeliest_first(model: classifier.Classifier) -> None:
    (ranked,) = model.rank(["The chance that this capability arrives before 2030 is 30 %, in our forecast."])
    assert next(iter(ranked)) == "risk_estimates_forecasts"
    assert list(ranked.values()) == sorted(ranked.values(), reverse=True)
    assert sum(ranked.values()) == pytest.approx(1)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    models = tmp_path / "models"
    shutil.copytree(ROOT / "models", models, ignore=shutil.ignore_patterns("corpus"))
    return models


@pytest.mark.parametrize("name", stored.FILES)
def test_an_altered_artefact_is_refused(policy: rules.Policy, copied: Path, name: str) -> None:
    (copied / name).write_bytes((copied / name).read_bytes() + b"\n")
    with pytest.raises(ModelError, match=name):
        classifier.load(policy, Registers(), copied)


@pytest.mark.threat(90)
def test_a_missing_model_says_how_to_make_one(policy: rules.Policy, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="model train"):
        classifier.load(policy, Registers(), tmp_path)


def test_estimators_of_an_unknown_type_are_refused(policy: rules.Policy, copied: Path) -> None:
    import skops.io

    data = skops.io.dumps({"tfidf": Path("x"), "heads": []})
    (copied / stored.ESTIMATORS).write_bytes(data)
    _sign(copied, stored.ESTIMATORS)
    with pytest.raises(ModelError, match="does not load"):
        classifier.load(policy, Registers(), copied)


def test_a_model_for_other_categories_is_refused(policy: rules.Policy, copied: Path) -> None:
    fields = json.loads((copied / stored.SETTINGS).read_text())
    fields["classes"][0] = "recipes"
    (copied / stored.SETTINGS).write_text(json.dumps(fields))
    _sign(copied, stored.SETTINGS)
    with pytest.raises(ModelError, match="recipes"):
        classifier.load(policy, Registers(), copied)


def _sign(models: Path, name: str) -> None:
    manifest = json.loads((models / stored.MANIFEST).read_text())
    manifest["files"][name] = stored.digest((models / name).read_bytes())
    (models / stored.MANIFEST).write_text(json.dumps(manifest))
