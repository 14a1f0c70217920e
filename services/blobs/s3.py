"""The store as a bucket of an S3-compatible server; both units have keys of their own for it.

Rights that are needed: GetObject, PutObject, and ListBucket: without it a server calls what is missing forbidden; to
clear up (``duikou blobs --remove``) DeleteObject, too.
"""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from contracts.refusals import NotYet
from services import private_files
from services.blobs.contract import BlobsError, MissingBlobError

if TYPE_CHECKING:
    from obstore.store import S3Config

SECONDS = timedelta(seconds=60)
"""Of one request: 20 MiB at 3 Mbit/s."""
RETRIES, RETRY_SECONDS = 2, timedelta(seconds=10)
NOWHERE = "0" * 64
_REFUSED = (PermissionDeniedError, UnauthenticatedError)


class S3Blobs:
    """One object each, under its digest."""

    def __init__(self, bucket: str, path: str, *, endpoint: str, region: str, key: Path) -> None:
        """Connects to nothing. Raises BlobsError: no such key file, or others may read it."""
        self.where = f"s3://{bucket}/{path}".rstrip("/")
        self._named = (bucket, path.strip("/"), endpoint.rstrip("/"), region or "us-east-1")
        self._store = self._opened(*_key(key))

    def put(self, digest: str, data: bytes) -> None:
        """As the port says."""
        try:
            self._store.put(digest, data, use_multipart=False)
        except FileNotFoundError as error:
            raise BlobsError(f"{self.where}: there is no such bucket") from error
        except BaseError as error:
            raise self._fault(error) from error

    def get(self, digest: str, most: int) -> bytes:
        """As the port says."""
        try:
            return bytes(self._store.get(digest, options={"range": (0, most + 1)}).bytes())
        except FileNotFoundError as error:
            raise MissingBlobError from error
        except BaseError as error:
            raise self._fault(error) from error

    def delete(self, digest: str) -> None:
        """As the port says."""
        try:
            self._store.delete(digest)
        except FileNotFoundError:
            return
        except BaseError as error:
            raise self._fault(error) from error

    def exposed(self) -> str:
        """As the port says: asks without a key for a file that is not there, and for the list of files."""
        bucket, path, endpoint, region = self._named
        base = f"{endpoint}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"
        asked = {"read": "/".join(filter(None, (base, path, NOWHERE))), "list": f"{base}?list-type=2&max-keys=1"}
        for act, url in asked.items():
            try:
                answer = httpx.get(url, timeout=RETRY_SECONDS.seconds, trust_env=False)
            except httpx.TransportError as error:
                raise NotYet(f"{self.where}: the server does not answer") from error
            if answer.status_code not in (401, 403):
                return f"{self.where}: anybody may {act} files"
        return ""

    def _opened(self, id_: str, secret: str) -> S3Store:
        bucket, path, endpoint, region = self._named
        server: S3Config = {"endpoint": endpoint, "virtual_hosted_style_request": False} if endpoint else {}
        return S3Store(
            bucket,
            prefix=path or None,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": SECONDS},
            retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_SECONDS},
            config={"region": region, "access_key_id": id_, "secret_access_key": secret, **server},
        )

    def _fault(self, error: BaseError) -> Exception:
        """The server's message holds paths and requests, which are nobody's business: only its sort is told."""
        if isinstance(error, _REFUSED):
            return BlobsError(f"{self.where}: the server refuses our key, or what we do with it")
        return NotYet(f"{self.where}: the server does not answer ({type(error).__name__})")


def _key(path: Path) -> tuple[str, str]:
    try:
        id_, secret = private_files.read(path).decode("ascii").split()
    except private_files.PrivateFileError as error:
        raise BlobsError(str(error)) from error
    except ValueError:
        raise BlobsError(f"{path}: access key id and secret, a line each") from None
    return id_, secret
