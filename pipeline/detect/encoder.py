"""Turns a passage into the direction that its sentences mean, with a small encoder that runs without torch.

The network is all-MiniLM-L6-v2 (Apache-2.0), exported once with its mean pooling and stored as int8; `models/README.md`
says how. It reads the first 128 word pieces of a passage and gives a unit vector of 384 dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODEL, TOKENIZER = "encoder/model.onnx", "encoder/tokenizer.json"
DIMENSIONS, PIECES = 384, 128

Directions = NDArray[np.float32]


class Encoder:
    """An encoder that is loaded when the first passage needs it, since that costs a fifth of a second."""

    def __init__(self, model: bytes, tokenizer: bytes) -> None:
        self._model, self._tokenizer = model, tokenizer

    def directions(self, texts: Sequence[str]) -> Directions:
        """One unit vector a text, in order.

        Each is run by itself: int8 scales go by what is in the batch, and a passage must read alike in any company.
        """
        found = np.zeros((len(texts), DIMENSIONS), np.float32)
        for place, text in enumerate(texts):
            ids = np.array([self._pieces.encode(text).ids])
            found[place] = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})[0][0]
        return found

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])

    @cached_property
    def _pieces(self) -> Any:
        import tokenizers

        pieces = tokenizers.Tokenizer.from_buffer(self._tokenizer)
        pieces.no_padding()
        pieces.enable_truncation(PIECES)
        return pieces
