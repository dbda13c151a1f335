"""Makes a copy of a document without some of its passages, or refuses: what it gives out was read again first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..errors import Unfit
from ..limits import Limits
from ..sandbox import Sandbox
from ..types import Blob, Passage
from . import pdf, word

Copy = Callable[[Blob, Sequence[Passage], Sandbox, Limits], bytes]

COPIES: dict[str, Copy] = {
    "application/pdf": pdf.copy,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": word.copy,
}


def copy(
    data: bytes, media_type: str, passages: Sequence[Passage], *, name: str, sandbox: Sandbox, limits: Limits
) -> bytes:
    """A copy of the file `data` in which no passage can be read: a PDF of pictures, or a DOCX of plain text.

    `name` is that under which the file was scanned. Of a passage its location, path, start and end are needed, and some
    of its text. What cannot be found, covered or read again is refused with Unfit, whose text quotes nothing; there
    is no copy then. Raises SandboxError where nothing can be opened.
    """
    if not passages:
        raise Unfit("no passage was named that the copy should leave out")
    make = COPIES.get(media_type)
    if make is None:
        raise Unfit(f"there is no redacted copy of {media_type}")
    return make(Blob.of(data, name=name, media_type=media_type), passages, sandbox, limits)
