"""Text at rest: as it is, encrypted with a key of the environment, or not at all.

Encrypted is a nonce and AES-GCM of the bytes, bound to the place where they belong (NIST SP 800-38D).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import StoreError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

RESULT = "result"  # the place of all results; a reading belongs to its bytes
_NONCE, _MARK = 12, b"\x01"  # the mark tells encrypted bytes from plain ones, which begin otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """How texts are kept: `key` of 32 bytes encrypts them; without `keep` none is, and quotes are hidden."""

    keep: bool = True
    key: bytes | None = field(default=None, repr=False)

    def seal(self, data: bytes, place: str) -> bytes:
        """What is written for `data`, which belongs to `place`."""
        if self.key is None:
            return data
        nonce = os.urandom(_NONCE)
        return _MARK + nonce + _cipher(self.key).encrypt(nonce, data, place.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes, place: str) -> bytes:
        """The data again. Raises StoreError where the key is missing or another."""
        if not sealed.startswith(_MARK):
            return sealed
        if self.key is None:
            raise StoreError("the texts of this database are encrypted, and SHARELIGHT_STORE_KEY is not set")
        from cryptography.exceptions import InvalidTag

        nonce, encrypted = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return _cipher(self.key).decrypt(nonce, encrypted, place.encode("utf-8", "surrogatepass"))
        except InvalidTag:
            raise StoreError("a text of this database was encrypted with another key, or altered") from None


def request_key(key: str, *request: object) -> str:
    """The key of a request together with what was asked: another request under the same key is another one."""
    told = [part.hex() if isinstance(part, bytes) else part for part in request]
    return hashlib.sha256(json.dumps([key, *told]).encode()).hexdigest()


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
