"""Damages files at random places: whatever comes of it, nothing may look read that was not.

    python -m tests.hostile.sweep [seeds] [mutants of each]

lists what was called complete although their canary was lost; the test beside this file runs a few hundred.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline import reading
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.types import Blob, Document
from tests.hostile.case import Case
from tests.hostile.registry import cases

# forms that carry their own structure: a plain text that was cut is simply a shorter text
STRUCTURED = frozenset(
    "pdf docx docm dotx xlsx xlsm xlsb xls doc ppt pptx potx odt ods odp msg epub zip gz bz2 xz 7z tar zst".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A damaged seed: `how` says what was done to it."""

    case: Case
    how: str
    data: bytes


def seeds() -> list[Case]:
    """The cases whose canary is read when they are whole."""
    extensions = {case: PurePosixPath(case.filename).suffix.lstrip(".").lower() for case in cases()}
    return [case for case in extensions if case.expect == "read" and extensions[case] in STRUCTURED]


def mutants(case: Case, count: int, random: random.Random) -> Iterator[Mutant]:
    """Half of them cut off, half with one bit turned."""
    data = case.data()
    for number in range(count):
        at = random.randrange(1, len(data))
        if number % 2:
            turned = bytes([data[at] ^ 1 << random.randrange(8)])
            yield Mutant(case=case, how=f"bit at {at}", data=data[:at] + turned + data[at + 1 :])
        else:
            yield Mutant(case=case, how=f"cut at {at}", data=data[:at])


def is_false_complete(mutant: Mutant, documents: tuple[Document, ...]) -> bool:
    """Whether a mutant would pass for a fully read file of its type although its canary is not in the text.

    Where the canary stands open in the seed's bytes and the damage fell on it, the text is only another text.
    """
    mistyped = any(notice.code == "type_mismatch" for notice in documents[0].notices)
    if mistyped or any(document.gaps for document in documents):
        return False
    text = " ".join(" ".join(part.text for document in documents for part in document.parts).split())
    if mutant.case.canary in text:
        return False
    spelled = [mutant.case.canary.encode(encoding) for encoding in ("utf-8", "utf-16-le")]
    open_in = [canary for canary in spelled if canary in mutant.case.data()]
    return not open_in or any(canary in mutant.data for canary in open_in)


def false_completes(chosen: list[Case], each: int, sandbox: Sandbox, seed: int = 1) -> Iterator[Mutant]:
    """Reads every mutant; those that are falsely complete."""
    chance = random.Random(seed)
    for case in chosen:
        for mutant in mutants(case, each, chance):
            documents = reading.read(Blob.of(mutant.data, name=case.filename), sandbox, Limits())
            if is_false_complete(mutant, documents):
                yield mutant


def main() -> None:
    how_many, each = (int(argument) for argument in (*sys.argv[1:], "60", "80")[:2])
    chosen = random.Random(2).sample(seeds(), min(how_many, len(seeds())))
    found = 0
    with Sandbox(Limits(), allow_weak=True) as sandbox:
        for mutant in false_completes(chosen, each, sandbox):
            found += 1
            print(mutant.case, mutant.how, f"of {len(mutant.case.data())}", flush=True)  # noqa: T201
    print(f"{len(chosen) * each} mutants of {len(chosen)} seeds, {found} falsely complete")  # noqa: T201


if __name__ == "__main__":
    main()
