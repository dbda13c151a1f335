"""Split a mailbox file (mbox) into its messages, each a child of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.embedded import child
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Part

SEPARATOR = re.compile(rb"^From [^\r\n]*\r?\n(?=[!-9;-~]+:)", re.MULTILINE)


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob]:
    """One child a message; the separator lines and what stands before the first one are a part."""
    starts = [match.start() for match in SEPARATOR.finditer(blob.data)]
    ends = [*starts[1:], len(blob.data)]
    lines = [blob.data[: starts[0] if starts else None], *(blob.data[at:].partition(b"\n")[0] for at in starts)]
    separators = b"\n".join(line.strip() for line in lines if line.strip())
    yield Part(kind="metadata", path="separators", text=separators.decode("utf-8", "replace"), visibility="hidden")
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        if number > limits.members:
            yield Gap(stage="extract", code="limit_members", path="mbox", detail=f"{len(starts)} messages")
            return
        message = blob.data[start:end].partition(b"\n")[2]
        yield child(message, f"message-{number}.eml", "message/rfc822")
