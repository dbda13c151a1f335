"""Recognises in JSON the index of a sharded checkpoint, a safetensors header, or the settings of an adapter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.extract.jsontree import Pairs
from pipeline.extract.weights import INDEX, MOST_TENSORS, POSSIBLE, Malformed, Tensor, artefact
from pipeline.extract.weights_safetensors import entry
from pipeline.types import Part

_FILE = re.compile(r"[^\n]{0,200}\.(?:safetensors|bin|pt|pth|ckpt|h5|msgpack|gguf)", re.IGNORECASE)
_ADAPTER = frozenset({"r", "lora_alpha", "target_modules", "base_model_name_or_path", "lora_dropout"})


def parts(value: Any) -> Iterator[Part]:
    """The part that says what the document is, or nothing. It only adds: the text of the document is read anyway."""
    if not isinstance(value, Pairs):
        return
    fields = dict(value)
    shards = fields.get("weight_map")
    if isinstance(shards, Pairs):
        files = {file for _, file in shards if isinstance(file, str) and _FILE.fullmatch(file)}
        if files:
            names = [Tensor(name=name, shape=(), dtype="unknown") for name, _ in shards[:MOST_TENSORS]]
            count = f"{len(names):,} tensor{'s' * (len(names) != 1)} in {len(files):,} file{'s' * (len(files) != 1)}"
            text = f"{INDEX}: it names {count}, the first {names[0].name}."
            yield Part(kind="artefact", text=text, path="weights")
    elif "peft_type" in fields or len(_ADAPTER & set(fields)) >= 3:
        base = str(fields.get("base_model_name_or_path", "a model that is not named"))[:200]
        text = f"{POSSIBLE}: the settings of an adapter that was made for {base}."
        yield Part(kind="artefact", text=text, path="weights")
    else:
        yield from _header(value)


def _header(value: Pairs) -> Iterator[Part]:
    """Two entries of a safetensors header: what stands in front of the tensors, without them."""
    tensors: list[Tensor] = []
    for name, one in value[:MOST_TENSORS]:
        try:
            tensors.append(entry(name, one)[0])
        except Malformed:
            continue
    if len(tensors) >= 2:
        yield artefact("the header of a safetensors file", tensors, kind=INDEX)
