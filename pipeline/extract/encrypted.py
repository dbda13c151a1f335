"""Opens OOXML behind a password only where the password is the one that Excel itself publishes; all else is a gap."""

from __future__ import annotations

import io
from collections.abc import Iterator

import msoffcrypto.exceptions
import msoffcrypto.format.ooxml  # named here because nothing can be imported once the child is locked down
import msoffcrypto.format.xls97
import olefile

from pipeline.extract.embedded import child
from pipeline.limits import Limits
from pipeline.types import Blob, Gap

PUBLISHED = "VelvetSweatshop"  # what Excel tries by itself: such a workbook opens for everybody
_RIGHTS = "drmencrypted"


def extract(blob: Blob, limits: Limits) -> Iterator[Blob | Gap]:
    """The document inside, where everybody can open it."""
    if _rights_managed(blob.data):
        yield Gap(stage="extract", code="rights_managed", path=blob.name)
        return
    opened = decrypted(blob.data)
    if opened is None:
        yield Gap(stage="extract", code="encrypted", path=blob.name)
    else:
        yield child(opened, blob.name)


def decrypted(data: bytes) -> bytes | None:
    """The bytes of an encrypted OOXML package or XLS under the published password; None where it does not open."""
    out = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=PUBLISHED, verify_password=True)
        office.decrypt(out)
    except Exception:  # noqa: BLE001 - msoffcrypto raises whatever its parsers do; each of them means: not opened
        return None
    return out.getvalue() or None


def _rights_managed(data: bytes) -> bool:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            names = ["/".join(path).casefold() for path in ole.listdir(streams=True, storages=True)]
    except (OSError, ValueError, IndexError):
        return False
    return any(_RIGHTS in name for name in names)
