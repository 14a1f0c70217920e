"""The key of the index that a node's contents are found by, outside PostgreSQL (PROTOCOL 10: no plaintext at rest).

Who has the database alone learns from the index which contents share a value, and no value. Who has this file too can
try values out, so it is guarded as the encryption keys are; a backup holds neither.
"""

import hmac
import secrets
from pathlib import Path
from typing import Self

from services import private_files
from services.vault.errors import VaultFileError

SIZE = 32
_ID, _TOKEN = b"duikou.index.key.v1", "duikou.index.v1"


class IndexKey:
    """HMAC-SHA256 under one secret. Only its name and what it makes of a value are ever shown."""

    def __init__(self, path: Path) -> None:
        """An existing file of mode 0600. Raises VaultFileError."""
        try:
            self._secret = private_files.read(path)
        except private_files.PrivateFileError as error:
            raise VaultFileError(str(error)) from error
        if len(self._secret) != SIZE:
            raise VaultFileError(f"{path} is not an index key")
        self.id = self._mac(_ID).hex()[:16]

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new file; never overwrites. Raises VaultFileError."""
        try:
            private_files.create(path, secrets.token_bytes(SIZE))
        except private_files.PrivateFileError as error:
            raise VaultFileError(str(error)) from error
        return cls(path)

    def token(self, kind: str, value: str) -> bytes:
        """What stands for a value of a kind, in its normal form; 32 bytes."""
        return self._mac(f"{_TOKEN}\n{kind}\n{value}".encode())

    def _mac(self, message: bytes) -> bytes:
        return hmac.digest(self._secret, message, "sha256")
