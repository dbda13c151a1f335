"""Reads the weights files that came before GGUF: ggml, ggmf, ggjt and ggla (LoRA), as the first llama.cpp wrote them.

Other programs wrote other headers under the same magic; what does not fit is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.extract.weights import MOST_TENSORS, Malformed, Tensor, artefact, gap, listing, unaccounted
from pipeline.extract.weights_cursor import Cursor
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

MAGICS = {b"lmgg": "GGML", b"fmgg": "GGMF", b"tjgg": "GGJT", b"algg": "GGLA (LoRA)"}
_FIELDS = ("n_vocab", "n_embd", "n_mult", "n_head", "n_layer", "n_rot", "ftype")
_MOST_TOKENS = 1 << 20


@dataclass(frozen=True, slots=True)
class Type:
    """How ggml packs numbers: `size` bytes for each `block` of them."""

    name: str
    block: int
    size: int


TYPES = {
    number: Type(name, block, size)
    for number, name, block, size in (
        (0, "F32", 1, 4), (1, "F16", 1, 2), (2, "Q4_0", 32, 18), (3, "Q4_1", 32, 20), (6, "Q5_0", 32, 22),
        (7, "Q5_1", 32, 24), (8, "Q8_0", 32, 34), (9, "Q8_1", 32, 36), (10, "Q2_K", 256, 84), (11, "Q3_K", 256, 110),
        (12, "Q4_K", 256, 144), (13, "Q5_K", 256, 176), (14, "Q6_K", 256, 210), (15, "Q8_K", 256, 292),
        (16, "IQ2_XXS", 256, 66), (17, "IQ2_XS", 256, 74), (18, "IQ3_XXS", 256, 98), (19, "IQ1_S", 256, 50),
        (20, "IQ4_NL", 32, 18), (21, "IQ3_S", 256, 110), (22, "IQ2_S", 256, 82), (23, "IQ4_XS", 256, 136),
        (24, "I8", 1, 1), (25, "I16", 1, 2), (26, "I32", 1, 4), (27, "I64", 1, 8), (28, "F64", 1, 8),
        (29, "IQ1_M", 256, 56), (30, "BF16", 1, 2), (34, "TQ1_0", 256, 54), (35, "TQ2_0", 256, 66),
        (39, "MXFP4", 32, 17),
    )
}  # fmt: skip


def bytes_of(kind: int, numbers: int) -> int:
    """The size of a tensor. Raises Malformed for a type that this table does not have."""
    if kind not in TYPES:
        raise Malformed("unsupported_method", f"a tensor of type {kind}")
    return -(-numbers // TYPES[kind].block) * TYPES[kind].size


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Header fields, vocabulary and tensors; each tensor's bytes follow its name."""
    form = MAGICS.get(blob.data[:4]) or MAGICS[blob.data[3::-1]]
    texts: list[str] = []
    tensors: list[Tensor] = []
    cursor = Cursor(blob.data, 4)
    broken: Malformed | None = None
    try:
        version = cursor.number("I") if form != "GGML" else 0
        if form.startswith("GGLA"):
            texts.append(f"version {version}, rank {cursor.number('I')}, alpha {cursor.number('I')}")
        else:
            _vocabulary(cursor, texts, scored=form != "GGML")
        while cursor.left():
            if len(tensors) >= MOST_TENSORS:
                raise Malformed("limit_members", f"{len(tensors)} tensors")
            tensors.append(_tensor(cursor, aligned=form not in ("GGML", "GGMF")))
    except Malformed as error:
        broken = error
    if tensors:
        yield artefact(form, tensors)
    yield from listing(tensors, texts)
    if broken is not None:
        yield gap(broken.code, broken.detail)
        yield from unaccounted(blob.data, [(0, cursor.at)], slack=64)
    elif not tensors:
        yield gap("damaged", "a header without a tensor")


def _vocabulary(cursor: Cursor, texts: list[str], *, scored: bool) -> None:
    fields = {name: cursor.number("i") for name in _FIELDS}
    texts.append(", ".join(f"{name} {value}" for name, value in fields.items()))
    if not 0 <= fields["n_vocab"] <= min(_MOST_TOKENS, cursor.left() // 4):
        raise Malformed("damaged", f"a vocabulary of {fields['n_vocab']} tokens")
    tokens = []
    for _ in range(fields["n_vocab"]):
        tokens.append(cursor.take(cursor.number("I")).decode("utf-8", "replace"))
        cursor.skip(4 if scored else 0)
    texts.append(" ".join(tokens))


def _tensor(cursor: Cursor, *, aligned: bool) -> Tensor:
    dimensions, length, kind = (cursor.number("i") for _ in range(3))
    if not 1 <= dimensions <= 4 or not 0 < length <= 1024:
        raise Malformed("damaged", f"{dimensions} dimensions and a name of {length} bytes")
    shape = tuple(cursor.number("I") for _ in range(dimensions))
    name = cursor.take(length).decode("utf-8", "replace")
    tensor = Tensor(name=name, shape=shape, dtype=TYPES[kind].name if kind in TYPES else f"type {kind}")
    if aligned:
        cursor.skip(-cursor.at % 32)
    cursor.skip(bytes_of(kind, tensor.numbers))
    return tensor
