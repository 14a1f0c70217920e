"""Encrypting and opening an attachment (FIELDS 6.5, MECHANISM 4): its key comes from the halves of its content.

So it opens for exactly those who open the content, and ends with it. The digest of the plain file, which stands in the
content alone, tells apart the attachments of one content: one key, one file, hence one nonce (docs/decisions/0014).
"""

from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.parts import MAX_ATTACHMENT_BYTES
from services.vault.content import Secret
from services.vault.errors import AttachmentAlteredError, AttachmentTooLargeError, Flaw

DOMAIN = b"duikou.attachment.v1"
UNIT = 65_536
"""Bytes of which a ciphertext is a multiple: the exact size of a file tells which file it is."""
_LENGTH, _TAG = 4, 16
MAX_FILE = MAX_ATTACHMENT_BYTES - _LENGTH - _TAG
"""Bytes of a file whose ciphertext is 20 MiB."""


def encrypt_file(file: bytes, secret: Secret) -> tuple[str, bytes]:
    """The digest of the file and its ciphertext; the same again for the same file and secret.

    Raises AttachmentTooLargeError.
    """
    if len(file) > MAX_FILE:
        raise AttachmentTooLargeError(len(file))
    plain = sha256(file).hexdigest()
    key, nonce, info = derive_for(secret, plain)
    return plain, AESGCM(key).encrypt(nonce, framed(file), info)


def decrypt_file(ciphertext: bytes, secret: Secret, *, size: int, digest: str, plain_digest: str) -> bytes:
    """The file: ``size`` and ``digest`` (of the ciphertext) are the summary's, ``plain_digest`` the content's.

    Its caller still owes the form of the file. Raises AttachmentAlteredError.
    """
    if len(ciphertext) != size:
        raise AttachmentAlteredError(Flaw.SIZE)
    if sha256(ciphertext).hexdigest() != digest:
        raise AttachmentAlteredError(Flaw.DIGEST)
    key, nonce, info = derive_for(secret, plain_digest)
    try:
        whole = AESGCM(key).decrypt(nonce, ciphertext, info)
    except InvalidTag as error:
        raise AttachmentAlteredError(Flaw.CIPHERTEXT) from error
    file = whole[_LENGTH : _LENGTH + int.from_bytes(whole[:_LENGTH], "big")]
    if framed(file) != whole:
        raise AttachmentAlteredError(Flaw.PADDING)
    if sha256(file).hexdigest() != plain_digest:
        raise AttachmentAlteredError(Flaw.PLAIN_DIGEST)
    return file


def derive_for(secret: Secret, plain_digest: str) -> tuple[bytes, bytes, bytes]:
    """Key (32 bytes), nonce (12) and the additional data, which is the info of HKDF-SHA256 (RFC 5869) without salt."""
    info = b"%b\n%b\n%b" % (DOMAIN, secret.tied, plain_digest.encode())
    okm = HKDF(SHA256(), length=44, salt=None, info=info).derive(secret.halves.ku + secret.halves.kk)
    return okm[:32], okm[32:], info


def framed(file: bytes) -> bytes:
    """u32be length ‖ bytes ‖ zeros, so that the ciphertext with its tag fills whole units."""
    told = len(file).to_bytes(_LENGTH, "big") + file
    return told.ljust(-(-(len(told) + _TAG) // UNIT) * UNIT - _TAG, b"\0")
