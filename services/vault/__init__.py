"""Content encryption and the node's encryption keys (PROTOCOL 8, WIRE 25).

Each half costs one HPKE operation: 0.12 ms to wrap, 0.2 ms to unwrap (cryptography 50.0.2, two cores), and two threads
are no faster than one, because HPKE keeps the interpreter's lock. Who opens many contents uses processes.
"""

from services.vault.attachment import MAX_FILE, decrypt_file, encrypt_file
from services.vault.content import Encrypted, Keys, Secret, begin, decrypt, encrypt, unlock
from services.vault.errors import (
    AttachmentAlteredError,
    AttachmentTooLargeError,
    ContentInconsistentError,
    ContentTooLargeError,
    Flaw,
    Inconsistency,
    NoKeyError,
    UnusableKeyError,
    VaultError,
    VaultFileError,
)
from services.vault.hybrid import PrivateKey
from services.vault.indexkey import IndexKey
from services.vault.keyfile import OWN, KeyFile

__all__ = [
    "MAX_FILE",
    "OWN",
    "AttachmentAlteredError",
    "AttachmentTooLargeError",
    "ContentInconsistentError",
    "ContentTooLargeError",
    "Encrypted",
    "Flaw",
    "Inconsistency",
    "IndexKey",
    "KeyFile",
    "Keys",
    "NoKeyError",
    "PrivateKey",
    "Secret",
    "UnusableKeyError",
    "VaultError",
    "VaultFileError",
    "begin",
    "decrypt",
    "decrypt_file",
    "encrypt",
    "encrypt_file",
    "unlock",
]
