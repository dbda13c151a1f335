"""How many passages a second the two stages of the classifier take, on one core."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBenchmark:
    """Passages a second of processor time on one core, and the share of ordinary prose that goes to the encoder."""

    words: float
    encoder: float
    reach: float


def recognise(models: Path, *, passages: int = 2000) -> ModelBenchmark:
    """Time the first stage on ordinary prose, and the encoder on passages that fill all of its word pieces."""
    from .. import ordinary
    from ..detect import model

    loaded, _, _ = model.load(models)
    texts = [text for kind in ordinary.unseen(passages // 2).values() for text in kind]
    longest = [f"{text} {'and more of the same kind ' * 60}" for text in texts[: passages // 20]]
    loaded.first_look(texts[:10])
    loaded.encoder.directions(longest[:3])
    start = time.process_time()
    is_open = loaded.first_look(texts)[2]
    between = time.process_time()
    loaded.encoder.directions(longest)
    end = time.process_time()
    return ModelBenchmark(
        words=len(texts) / (between - start), encoder=len(longest) / (end - between), reach=len(is_open) / len(texts)
    )
