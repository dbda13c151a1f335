"""Damages files at random places: whatever comes of it, nothing may look read that was not.

    python -m tests.hostile.sweep [seeds] [cuts of each] [flipped bits of each]

lists what was called complete, and what was called shareable, although its canary was lost; the test beside this file
runs a few hundred.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from pipeline import reading, settings
from pipeline.limits import Limits
from pipeline.sandbox import Sandbox
from pipeline.scan import Kit, load_kit, recognise
from pipeline.types import Blob, Document, Outcome
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


def mutants(case: Case, cuts: int, flips: int, random: random.Random) -> Iterator[Mutant]:
    """So many of them cut off, and so many with one bit turned."""
    data = case.data()
    for number in range(cuts + flips):
        at = random.randrange(1, len(data))
        if number < cuts:
            yield Mutant(case=case, how=f"cut at {at}", data=data[:at])
        else:
            turned = bytes([data[at] ^ 1 << random.randrange(8)])
            yield Mutant(case=case, how=f"bit at {at}", data=data[:at] + turned + data[at + 1 :])


def is_lost(mutant: Mutant, documents: tuple[Document, ...]) -> bool:
    """Whether nothing is said to be unread although the canary is not in the text.

    Where the canary stands open in the seed's bytes and the damage fell on it, the text is only another text.
    """
    if any(document.gaps for document in documents):
        return False
    text = " ".join(" ".join(part.text for document in documents for part in document.parts).split())
    if mutant.case.canary in text:
        return False
    spelled = [mutant.case.canary.encode(encoding) for encoding in ("utf-8", "utf-16-le")]
    open_in = [canary for canary in spelled if canary in mutant.case.data()]
    return not open_in or any(canary in mutant.data for canary in open_in)


def is_mistyped(documents: tuple[Document, ...]) -> bool:
    """Whether the file is read as another type than its name says, which is a finding of its own."""
    return any(notice.code == "type_mismatch" for notice in documents[0].notices)


def lost(
    chosen: list[Case], cuts: int, flips: int, sandbox: Sandbox, seed: int = 1
) -> Iterator[tuple[Mutant, tuple[Document, ...]]]:
    """Reads every mutant; those whose canary is lost without a gap, and what was read of them."""
    chance = random.Random(seed)
    for case in chosen:
        for mutant in mutants(case, cuts, flips, chance):
            documents = reading.read(Blob.of(mutant.data, name=case.filename), sandbox, Limits())
            if is_lost(mutant, documents):
                yield mutant, documents


def is_shareable(documents: tuple[Document, ...], kit: Kit) -> bool:
    """Whether the damaged file would go out."""
    result = recognise("mutant", documents, kit, today=date(2026, 3, 2))
    return result.verdict(kit.settings.audience).outcome is Outcome.SHAREABLE


def main() -> None:
    how_many, cuts, flips = (int(argument) for argument in (*sys.argv[1:], *("60", "40", "34")[len(sys.argv) - 1 :]))
    chosen = random.Random(2).sample(seeds(), min(how_many, len(seeds())))
    complete = shareable = 0
    settled = settings.load({"weak_sandbox": True}).settings
    with Sandbox(Limits(), allow_weak=True) as sandbox:
        kit = load_kit(settled, sandbox, key=b"k" * 32)
        for mutant, documents in lost(chosen, cuts, flips, sandbox):
            goes_out = is_shareable(documents, kit)
            complete += not is_mistyped(documents)
            shareable += goes_out
            said = "shareable" if goes_out else "not shareable"
            print(mutant.case, mutant.how, f"of {len(mutant.case.data())}: {said}", flush=True)  # noqa: T201
    total = len(chosen) * (cuts + flips)
    print(f"{total} mutants of {len(chosen)} seeds, {complete} falsely complete, {shareable} shareable")  # noqa: T201


if __name__ == "__main__":
    main()
