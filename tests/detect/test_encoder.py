"""The encoder: near in meaning is near in direction, and no passage reads otherwise in company."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.detect import encoder

MODELS = Path(__file__).parents[2] / "models"
PASSAGES = (
    "The intruder copied the checkpoint from the storage bucket.",
    "Someone broke in and stole the model file.",
    "The bakery sells rye bread and plum cake until noon.",
)


@pytest.fixture(scope="module")
def sentences() -> encoder.Encoder:
    return encoder.Encoder(*((MODELS / name).read_bytes() for name in (encoder.MODEL, encoder.TOKENIZER)))


def test_what_means_alike_points_alike(sentences: encoder.Encoder) -> None:
    theft, same, bread = sentences.directions(PASSAGES)
    assert theft @ same > 0.4 > 0.2 > theft @ bread
    assert np.linalg.norm(theft) == pytest.approx(1, abs=1e-3)


def test_company_changes_nothing(sentences: encoder.Encoder) -> None:
    together = sentences.directions([*PASSAGES, "word " * 500])
    alone = np.vstack([sentences.directions([text]) for text in PASSAGES])
    assert np.array_equal(together[:3], alone)


@pytest.mark.parametrize("text", ["", "\0", "\u200b", "x" * 100_000, "日本語 🙂 ½"])
def test_any_text_has_a_direction(sentences: encoder.Encoder, text: str) -> None:
    (direction,) = sentences.directions([text])
    assert np.isfinite(direction).all()


def test_no_texts_no_directions(sentences: encoder.Encoder) -> None:
    assert sentences.directions([]).shape == (0, encoder.DIMENSIONS)
