"""Reads a checkpoint of PyTorch: a ZIP archive with a pickle that describes tensors, and a member for each storage.

Layout: torch.serialization and TorchScript. A member that the pickle accounts for, in its full size, is data; every
other member is handed on to be read on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from pipeline.extract import weights_arrays, weights_pickle
from pipeline.extract.embedded import child
from pipeline.extract.weights import Malformed, gap
from pipeline.extract.weights_opcodes import Pickle, walk
from pipeline.extract.zipped import Budget, Member, members
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """Tensors by name and shape, strings and code; gaps for storages that are missing or of another size."""
    found: list[Member] = []
    for item in members(blob.data, Budget(limits)):
        if isinstance(item, Member):
            found.append(item)
        elif not (isinstance(item, Part) and not item.text.strip("Z\n")):  # PyTorch aligns members with them
            yield item
    pickles: list[Pickle] = []
    sizes: dict[tuple[str, str], int] = {}
    for member in found:
        if member.name.endswith(".pkl"):
            try:
                pickle = walk(member.data)
            except Malformed as error:
                yield gap(error.code, f"{member.name}: {error.detail}")
                continue
            if pickle.end < len(member.data):
                yield gap("trailing_data", f"{member.name}: {len(member.data) - pickle.end} bytes")
                yield child(member.data[pickle.end :], f"{member.name}.rest")
            pickles.append(pickle)
            for key, storage in weights_arrays.storages(pickle.root).items():
                sizes[str(PurePosixPath(member.name).with_suffix("")), key] = storage.size
    yield from weights_pickle.told(pickles, "PyTorch")
    yield from _members(found, sizes)


def _members(found: list[Member], sizes: dict[tuple[str, str], int]) -> Iterator[Gap | Blob]:
    """data.pkl keeps its storages in data/, constants.pkl in constants/."""
    missing = dict(sizes)
    for member in found:
        place = PurePosixPath(member.name)
        size = missing.pop((str(place.parent), place.name), None)
        if size is not None and size != len(member.data):
            yield gap("damaged", f"{member.name}: {len(member.data)} bytes, {size} are claimed")
        if size != len(member.data) and not member.name.endswith((".pkl", "/")):
            yield child(member.data, member.name)
    if missing:
        yield gap("missing_volume", f"{len(missing)} storages are not in the archive")
