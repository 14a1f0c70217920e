"""Which store a setting names."""

from pathlib import Path
from urllib.parse import urlsplit

from services.blobs.contract import Blobs, BlobsError
from services.blobs.folder import FolderBlobs

S3 = "s3://"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def open_blobs(where: str, *, endpoint: str = "", region: str = "", key: str = "") -> Blobs:
    """A folder, or ``s3://bucket`` with an optional path. Connects to nothing.

    endpoint: of a server that is not Amazon's, https, or http on loopback. key: file of mode 0600, access key id and
    secret on a line each. Raises BlobsError: an address that is none, no such file.
    """
    if not where.startswith(S3):
        return FolderBlobs(Path(where))
    to = urlsplit(endpoint)
    if endpoint and to.scheme != "https" and (to.scheme != "http" or to.hostname not in LOOPBACK):
        raise BlobsError("the endpoint of the store: https, or http on loopback")
    from services.blobs.s3 import S3Blobs  # only where it is chosen

    bucket, _, path = where.removeprefix(S3).partition("/")
    return S3Blobs(bucket, path, endpoint=endpoint, region=region, key=Path(key))
