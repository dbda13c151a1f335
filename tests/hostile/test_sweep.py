"""A few hundred damaged files, drawn with a fixed seed; `python -m tests.hostile.sweep` does thousands."""

from __future__ import annotations

import random

from pipeline.sandbox import Sandbox
from tests.hostile import sweep


def test_no_damaged_file_passes_for_read(sandbox: Sandbox) -> None:
    seeds = sweep.seeds()
    chosen = random.Random(3).sample(seeds, min(20, len(seeds)))
    missed = [
        f"{mutant.case} {mutant.how}"
        for mutant, documents in sweep.lost(chosen, 6, 6, sandbox)
        if not sweep.is_mistyped(documents)
    ]
    assert missed == []
