"""The store as a folder of this machine, or one that several machines of the same operator mount."""

import os
from pathlib import Path

from services import private_files
from services.blobs.contract import BlobsError, MissingBlobError


class FolderBlobs:
    """One file each, mode 0600, in a folder of mode 0700."""

    def __init__(self, folder: Path) -> None:
        """The folder is made at first use. Touches nothing."""
        self.folder = folder

    def put(self, digest: str, data: bytes) -> None:
        """As the port says."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            private_files.put(self.folder / digest, data)
        except (OSError, private_files.PrivateFileError) as error:
            raise BlobsError(f"cannot write in {self.folder}: {error}") from error

    def get(self, digest: str, most: int) -> bytes:
        """As the port says."""
        try:
            with (self.folder / digest).open("rb") as file:
                return file.read(most + 1)
        except FileNotFoundError as error:
            raise MissingBlobError from error
        except OSError as error:
            raise BlobsError(f"cannot read in {self.folder}: {error.strerror}") from error

    def delete(self, digest: str) -> None:
        """As the port says."""
        try:
            (self.folder / digest).unlink(missing_ok=True)
        except OSError as error:
            raise BlobsError(f"cannot write in {self.folder}: {error.strerror}") from error

    def exposed(self) -> str:
        """As the port says."""
        if not self.folder.exists():
            return ""
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise BlobsError(f"{self.folder}: no right to read and write")
        mode = self.folder.stat().st_mode & private_files.OTHERS
        return f"{self.folder} can be entered by others" if mode else ""
