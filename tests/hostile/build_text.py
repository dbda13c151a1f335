"""Text that hides in its encoding, its control characters or its length."""

from __future__ import annotations

from tests.hostile.case import CANARY, HARMLESS, Case

CASES = [
    Case(
        row=64,
        name="utf16-without-mark",
        filename="note.txt",
        data=lambda: CANARY.encode("utf-16-le"),
        expect="read",
        twin=lambda: HARMLESS.encode("utf-16-le"),
    ),
    Case(
        row=91,
        name="canary-in-the-last-bytes",
        filename="long.txt",
        data=lambda: (HARMLESS + "\n\n").encode() * 20_000 + CANARY.encode(),
        expect="read",
        twin=lambda: (HARMLESS + "\n\n").encode() * 20_000,
    ),
]
