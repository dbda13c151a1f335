"""What the readers of weights files share: tensors, the ledger of a file's bytes, and the parts that tell of both.

A weights file is read when its header is text to us and each other byte belongs to a tensor. What it is stands in one
part of kind "artefact", whose first words `detect/artefacts.py` knows: "Model weights", "Adapter weights", "Index of
model weights", or "Possible model weights" where only its size speaks for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.extract.parts import PartBuilder
from pipeline.types import Blob, Gap, Part

WEIGHTS, INDEX, POSSIBLE = "Model weights", "Index of model weights", "Possible model weights"
ADAPTER = "Adapter weights"

MOST_TENSORS = 200_000
MOST_DIMENSIONS = 32
SMALL_ARRAY = 10_000  # numbers; a table of results or the data of a plot, printed and judged as text
_MOST_HOLES = 20
_SHOWN_DTYPES = 4

_LORA = re.compile(r"lora_|lora\.(?:up|down|[ab])\b|\.hada_w|adapter_", re.IGNORECASE)
# names that only a network's layers carry
_LAYER = re.compile(
    r"lora_[ab]|(?:^|[._/])(?:[qkvo]|qkv|up|down|gate|out|in|c)_proj\b|\battn|attention|(?:^|[._/])(?:layers?|blocks?|"
    r"blk|encoder|decoder|transformer)[._/]?\d+[._/]|\bh\.\d+\.|\blm_head|embed_tokens|\bwte\b|\bwpe\b|"
    r"feed_forward|\bffn_|"
    r"[._/](?:weight|kernel)(?::\d+)?$|[._/]vars/\d+$|running_mean|moving_variance|state_dict|optimizer_state",
    re.IGNORECASE,
)
# names that a network shares with a table of measurements
_LIKELY = re.compile(
    r"(?:^|[._/\d])(?:weights?|bias(?:es)?|kernel|gamma|beta|embeddings?|dense|conv\d*d?|fc|linear|w|b)[_.]?\d*(?:$|[._/:])",
    re.IGNORECASE,
)


class Malformed(Exception):
    """The header is not what it must be; `code` is that of the gap."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """An array by its description; `shape` has at most MOST_DIMENSIONS entries, none negative."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def numbers(self) -> int:
        return math.prod(self.shape)

    def __str__(self) -> str:
        return f"{self.name} {' × '.join(f'{side:,}' for side in self.shape) or 'scalar'} {self.dtype}"


def dtype_name(descr: str) -> str:
    """NumPy's type string in the words of the other formats: "<f4" is F32."""
    match = re.fullmatch(r"[<>=|]?([fiuc])(\d{1,2})", descr)
    return f"{match[1].upper()}{int(match[2]) * 8}" if match else descr[:80]


def gap(code: str, detail: str = "", path: str = "weights") -> Gap:
    return Gap(stage="extract", code=code, path=path, detail=detail[:300])


def is_named_like_layers(tensors: Sequence[Tensor]) -> bool:
    """Whether one name is such as only a network's layers carry, or two are such as they may carry, with a matrix."""
    names = [tensor.name for tensor in tensors[:MOST_TENSORS]]
    if any(_LAYER.search(name) for name in names):
        return True
    return bool(_matrices(tensors)) and sum(_LIKELY.search(name) is not None for name in names) >= 2


def is_shaped_like_layers(tensors: Sequence[Tensor]) -> bool:
    """Whether one matrix takes what the one before it gives, and a list of fitting length (a bias) stands beside."""
    matrices = _matrices(tensors)
    lengths = {tensor.shape[0] for tensor in tensors if len(tensor.shape) == 1}
    chained = any(one[-1] == other[0] or one[0] == other[-1] for one, other in pairwise(matrices))
    return chained and any(side in lengths for shape in matrices for side in (shape[0], shape[-1]))


def _matrices(tensors: Sequence[Tensor]) -> list[tuple[int, ...]]:
    return [tensor.shape for tensor in tensors if len(tensor.shape) >= 2 and min(tensor.shape) > 1]


def artefact(form: str, tensors: Sequence[Tensor], *, kind: str = WEIGHTS, note: str = "") -> Part:
    """The part that says what the file is, in one sentence or two."""
    if kind == WEIGHTS and any(_LORA.search(tensor.name) for tensor in tensors):
        kind = ADAPTER
    count = f"{len(tensors):,} tensor{'' if len(tensors) == 1 else 's'}"
    text = f"{kind} ({form}): {count}, {sum(tensor.numbers for tensor in tensors):,} parameters"
    dtypes = list(dict.fromkeys(tensor.dtype for tensor in tensors))
    if dtypes:
        text += f" as {', '.join(dtypes[:_SHOWN_DTYPES])}{' and others' if len(dtypes) > _SHOWN_DTYPES else ''}"
    if tensors:
        text += f"; the largest is {max(tensors, key=lambda tensor: tensor.numbers)}"
    return Part(kind="artefact", text=f"{text}{f'; {note}' if note else ''}.", path="weights")


def listing(tensors: Iterable[Tensor], texts: Iterable[str] = ()) -> Iterator[Part]:
    """All that the header says in words: names with their shapes, then the strings beside them."""
    names = "\n".join(map(str, tensors))
    if names.strip():
        yield Part(kind="metadata", text=names, path="tensors")
    strings = PartBuilder(kind="metadata", path="header")
    for text in texts:
        strings.add(text, "line")
    yield from strings.parts()


def unaccounted(data: bytes, spans: Iterable[tuple[int, int]], *, slack: int = 0) -> Iterator[Gap | Blob]:
    """Stretches outside of all `spans` that hold more than zeros (and more than `slack` bytes): a gap and a child."""
    holes = [(start, hole) for start, hole in _holes(data, spans) if len(hole.strip(b"\0")) > slack]
    for start, hole in holes[:_MOST_HOLES]:
        yield gap("trailing_data", f"{len(hole)} bytes at {start} that belong to no tensor")
        yield Blob.of(hole.strip(b"\0"), name=f"unaccounted@{start}")
    if len(holes) > _MOST_HOLES:
        yield gap("trailing_data", f"{len(holes)} stretches that belong to no tensor")


def _holes(data: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    at = 0
    for start, end in (*sorted(spans), (len(data), len(data))):
        if start > at:
            yield at, data[at:start]
        at = max(at, end)


def overlaps(spans: Iterable[tuple[int, int]]) -> bool:
    """Whether two of the spans share a byte."""
    at = 0
    for start, end in sorted(spans):
        if start < at:
            return True
        at = max(at, end)
    return False
