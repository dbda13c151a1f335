"""Reads pickles without loading them: strings, names and numbers, and whether they carry weights or would run code.

Nothing is unpickled (see `weights_opcodes`). A file may hold several pickles one behind the other; PyTorch's old format
is five of them and then the bytes of its storages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.extract import weights_arrays as trees
from pipeline.extract.parts import PartBuilder
from pipeline.extract.weights import POSSIBLE, SMALL_ARRAY, Malformed, Tensor, artefact, gap, listing, unaccounted
from pipeline.extract.weights_numbers import Numbers, judged
from pipeline.extract.weights_opcodes import Pickle, walk
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_MOST_PICKLES = 10_000
_SHORT = 64  # bytes; up to there a digest, an identifier or a word
_DATA_ONLY = re.compile(
    r"collections\.(?:OrderedDict|defaultdict|deque|Counter)|(?:builtins|__builtin__)\.(?:set|frozenset|bytearray|bytes|"
    r"complex|dict|list|tuple|slice|range|int|float|str|object)|copyreg\._reconstructor|copy_reg\._reconstructor|"
    r"datetime\.\w+|decimal\.Decimal|fractions\.Fraction|uuid\.UUID|pathlib\.\w+|zoneinfo\.\w+|"
    r"torch\._utils\._rebuild_\w+|torch\.(?:\w*Storage|Size|device|dtype|\w*[Tt]ensor|float\d+|bfloat16|int\d+|uint8|bool)|"
    r"torch\.storage\.\w+|torch\._tensor\._rebuild_from_type_v2|torch\.nn\.parameter\.Parameter|torch\.serialization\.\w+|"
    r"numpy\.(?:_?core\.)?(?:multiarray|numeric)\.\w+|numpy\._core\.\w+\.\w+|numpy\.(?:dtype|ndarray|dtypes\.\w+)"
)
_FITTED = re.compile(r"(?:sklearn|xgboost|lightgbm|catboost|keras|tensorflow|jax|flax|torch\.nn|transformers|peft)\b")


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """All pickles of the file; what lies behind the last one, and is no storage, is a gap."""
    yield from objects(blob.data, 0)


def objects(data: bytes, start: int) -> Iterator[Part | Gap | Blob | Notice]:
    """The pickles from `start` to the end of `data`."""
    found: list[Pickle] = []
    end = start
    while end < len(data) and len(found) < _MOST_PICKLES:
        try:
            found.append(walk(data, end))
        except Malformed as error:
            if not found or error.code == "limit_members":
                yield gap(error.code, error.detail, "pickle")
                return
            break
        end = found[-1].end
        if len(found) == 5 and found[0].root == TORCH_MAGIC:
            break
    old = len(found) == 5 and found[0].root == TORCH_MAGIC
    if found and found[0].root == TORCH_MAGIC and not old:
        yield gap("truncated", f"{len(found)} of the 5 pickles of a checkpoint", "pickle")
    yield from told(found, "PyTorch, old format" if old else "pickle")
    spans = [(0, end)]
    if old:
        spans += _storages(data, end, found)
    yield from unaccounted(data, spans)
    if spans[-1][1] > len(data):
        yield gap("truncated", "a storage that is not all there", "pickle")


def told(pickles: Sequence[Pickle], form: str) -> Iterator[Part | Gap | Blob | Notice]:
    """What the pickles say: weights, arrays, strings, names, and bytes that are something of their own."""
    tensors = [tensor for pickle in pickles for tensor in trees.tensors(pickle.root)]
    tensors = tensors or [tensor for pickle in pickles for tensor in trees.loose(pickle.root)]
    arrays = [array for pickle in pickles for array in trees.arrays(pickle.root)]
    names = [name for pickle in pickles for name in pickle.names]
    fitted = [name for name in names if _FITTED.match(name)]
    if tensors:
        yield artefact(form, tensors)
        yield from listing(tensors)
    elif fitted and not form.startswith("PyTorch"):
        yield artefact(form, [array.tensor for array in arrays], kind=POSSIBLE, note=f"it holds a model of {fitted[0]}")
    yield from _numbers([number for pickle in pickles for number in pickle.numbers], form, sure=bool(tensors))
    numbers = [Numbers(tensor=array.tensor, descr=array.descr, data=array.data) for array in arrays]
    if numbers:
        yield from judged(form, numbers)
    known = {id(array.data) for array in arrays}
    binaries = [one for pickle in pickles for one in pickle.binaries if id(one) not in known]
    strings = PartBuilder(kind="metadata", path="strings")
    for text in (*(text for pickle in pickles for text in pickle.strings), *_short(binaries)):
        strings.add(text, "line")
    yield from strings.parts()
    if names:
        yield Part(kind="code", text="\n".join(dict.fromkeys(names)), path="names")
    foreign = [name for pickle in pickles for name in pickle.called if not _DATA_ONLY.fullmatch(name)]
    if foreign:
        yield Notice(code="unsafe_pickle", path="names", detail=", ".join(dict.fromkeys(foreign))[:300])
    yield from (Blob.of(one, name=f"bytes-{number}") for number, one in enumerate(binaries) if len(one) > _SHORT)
    if not strings and not names and not tensors:
        yield Part(kind="metadata", text=f"{form} of numbers", path="pickle")


def _short(binaries: Sequence[bytes]) -> Iterator[str]:
    """Byte strings of a few bytes, where they are legible; longer ones are read on their own."""
    for data in binaries:
        text = data.decode("latin-1").strip()
        if len(data) <= _SHORT and text.isprintable():
            yield text


def _numbers(numbers: Sequence[float], form: str, *, sure: bool) -> Iterator[Part]:
    """The plain numbers of the pickle, as a table; more than a table has may be weights, list by list."""
    if len(numbers) <= SMALL_ARRAY:
        text = ", ".join(f"{number:.9g}" for number in numbers)
        yield from [Part(kind="metadata", text=text, path="numbers")] if text else []
    elif not sure:
        tensor = Tensor(name="numbers", shape=(len(numbers),), dtype="Python")
        yield artefact(form, [tensor], kind=POSSIBLE, note="nothing says what these numbers are")


def _storages(data: bytes, at: int, pickles: Sequence[Pickle]) -> Iterator[tuple[int, int]]:
    """Where the storages of PyTorch's old format lie: for each key of the fifth pickle a count, then the numbers."""
    storages = trees.storages(pickles[3].root)
    keys = pickles[4].root if isinstance(pickles[4].root, list) else []
    for key in keys:
        count = int.from_bytes(data[at : at + 8], "little", signed=True)
        storage = storages.get(str(key))
        if storage is None or count != storage.count:
            return
        yield at, at + 8 + storage.size
        at += 8 + storage.size
