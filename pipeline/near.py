"""Near copies: which passages look alike, what differs between two of them, and whether they are the very same.

Likeness is for the eye, and decides nothing: one figure or a dropped "not" leaves two passages alike and turns the
meaning. Only `same` may carry a decision over. MinHash: Broder 1997, over the shingles of five words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any, TypeVar

from pipeline.errors import MissingExtra
from pipeline.normalise import matching_copy

Key = TypeVar("Key", bound=Hashable)

NEAR = 0.4  # one word changed among ten, or a sentence added to two
_SHINGLE, _SIZE, _SEED = 5, 128, 1
_VERSION = b"\x01"  # of all that a signature depends on: two kinds cannot be compared
_SCHEME = "affine32"
_MOST_PAIRS = 4_000_000  # of words to be compared with each other; beyond, the middle counts as one change

_MARKS = {"<super>": "^", "<sub>": "_", "<fraction>": " ", "<circle>": "○"}
_EDGE = re.compile(r"[\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What stands in one text and in the other; empty where something was added or dropped."""

    before: str
    after: str

    def __str__(self) -> str:
        if self.before and self.after:
            return f"{self.before}→{self.after}"
        return f"+{self.after}" if self.after else f"−{self.before}"


def same(a: str, b: str) -> bool:
    """Whether the texts are equal but for case, blanks and disguises: the only ground to inherit a decision on."""
    return _keys(_words(a)) == _keys(_words(b)) != []


def signature(text: str) -> bytes:
    """513 bytes that tell how alike two texts are, and nothing else of them. Raises MissingExtra."""
    words = _keys(_words(text))
    padding = [""] * (_SHINGLE - 1)  # so that a word at the edge counts as often as one in the middle
    padded = [*padding, *words, *padding] if words else []
    shingles = {"\x00".join(padded[i : i + _SHINGLE]) for i in range(len(padded) - _SHINGLE + 1)}
    sketch = _blank().copy()
    sketch.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in sorted(shingles)])
    return _VERSION + bytes(sketch.hashvalues.astype(">u4").tobytes())


def similar(a: bytes, b: bytes) -> float:
    """The share of five-word runs that two texts have in common, from 0 to 1, give or take 0.05, by their signatures.

    Raises ValueError for bytes that are no signature of this version, and MissingExtra.
    """
    return float(_sketch(a).jaccard(_sketch(b)))


def groups(signatures: Mapping[Key, bytes], *, threshold: float = NEAR) -> list[tuple[Key, ...]]:
    """Groups of two or more, each of what is like its first member, in the order given; nobody is in two groups.

    Like the first member, not like the last: a chain of small changes must not join what has nothing in common.
    Raises as `similar`.
    """
    equal: dict[bytes, list[Key]] = {}
    for key, each in signatures.items():
        equal.setdefault(each, []).append(key)
    index, firsts = _index(threshold), dict[bytes, Any]()
    gathered: dict[bytes, list[Key]] = {}
    for each, keys in equal.items():
        sketch = _sketch(each)
        likeness, first = max(((sketch.jaccard(firsts[x]), x) for x in index.query(sketch)), default=(0.0, each))
        if first in firsts and likeness >= threshold:
            gathered[first] += keys
        else:
            index.insert(each, sketch)
            firsts[each], gathered[each] = sketch, keys
    return [tuple(keys) for keys in gathered.values() if len(keys) > 1]


def difference(a: str, b: str) -> tuple[Change, ...]:
    """The words that differ, in their order; none exactly where the texts are the same but for case and blanks."""
    before, after = _words(a), _words(b)
    old, new = _keys(before), _keys(after)
    start = next((i for i, (x, y) in enumerate(zip(old, new, strict=False)) if x != y), min(len(old), len(new)))
    rest = min(len(old), len(new)) - start
    end = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    steps: Sequence[tuple[str, int, int, int, int]] = [("replace", 0, len(old), 0, len(new))]
    if len(old) * len(new) <= _MOST_PAIRS:
        steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(
        _change(before[start + i : start + j], after[start + k : start + m])
        for kind, i, j, k, m in steps
        if kind != "equal" and (i < j or k < m)
    )


def _change(before: list[str], after: list[str]) -> Change:
    """The change without the punctuation that both sides share: "14," → "17," is 14→17."""
    old, new = " ".join(before), " ".join(after)
    if old and new:
        while len(old) > 1 and len(new) > 1 and old[-1] == new[-1] and _EDGE.match(old[-1]):
            old, new = old[:-1], new[:-1]
        while len(old) > 1 and len(new) > 1 and old[0] == new[0] and _EDGE.match(old[0]):
            old, new = old[1:], new[1:]
    return Change(before=old, after=new)


def _words(text: str) -> list[str]:
    """The words as a reader means them. Raised and lowered figures are marked first: 10² must not become 102."""
    marked = "".join(map(_marked, text)) if not text.isascii() else text
    return matching_copy(marked).text.split()


def _marked(character: str) -> str:
    kind = unicodedata.decomposition(character).partition(" ")[0]
    return _MARKS[kind] + unicodedata.normalize("NFKC", character) if kind in _MARKS else character


def _keys(words: list[str]) -> list[str]:
    return [word.casefold() for word in words]


@cache
def _blank() -> Any:
    """An empty sketch; its copies share the permutations, which take longer to draw than a passage to sketch."""
    try:
        from datasketch import MinHash
    except ImportError:
        raise MissingExtra("datasketch", "near") from None
    return MinHash(num_perm=_SIZE, seed=_SEED, scheme=_SCHEME)


def _sketch(of: bytes) -> Any:
    import numpy

    if len(of) != len(_VERSION) + 4 * _SIZE or not of.startswith(_VERSION):
        raise ValueError("not a signature of this version")
    sketch = _blank().copy()
    sketch.hashvalues = numpy.frombuffer(of, ">u4", offset=len(_VERSION)).astype("u4")
    return sketch


def _index(threshold: float) -> Any:
    """An index that would rather name too many: each is looked at."""
    _blank()
    from datasketch import MinHashLSH

    return MinHashLSH(threshold=threshold, num_perm=_SIZE, weights=(0.2, 0.8))
