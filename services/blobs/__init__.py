"""Where the files of attachments lie, as ciphertext under its sha-256: a folder, or an S3-compatible bucket.

Whoever keeps the store learns how many there are, how large (in steps of 64 KiB), when each was put and fetched, and by
whom; nothing of what is in them, since keys never come here. It can lose a file or change it; the second is noticed.
There is no list of files: a name is known to whoever knows the matter.
"""

from services.blobs.contract import Blobs, BlobsError, MissingBlobError
from services.blobs.folder import FolderBlobs
from services.blobs.opening import open_blobs

__all__ = ["Blobs", "BlobsError", "FolderBlobs", "MissingBlobError", "open_blobs"]
