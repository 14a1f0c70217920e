"""The store as a folder: private, whole or not at all."""

from pathlib import Path
from stat import S_IMODE

import pytest

from services.blobs import Blobs, BlobsError, FolderBlobs, open_blobs
from tests.ports.blobs_suite import DATA, NAME, BlobsSuite


class TestFolder(BlobsSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Blobs:
        return open_blobs(str(tmp_path / "blobs"))

    def test_nobody_else_may_look(self, tmp_path: Path) -> None:
        folder = tmp_path / "blobs"
        FolderBlobs(folder).put(NAME, DATA)
        modes = {path.name: S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
        assert modes == {"blobs": 0o700, NAME: 0o600}
        assert FolderBlobs(folder).exposed() == ""
        folder.chmod(0o755)
        assert "others" in FolderBlobs(folder).exposed()

    def test_a_folder_that_is_none_is_the_operators(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        store = FolderBlobs(tmp_path / "file")
        with pytest.raises(BlobsError):
            store.put(NAME, DATA)
        with pytest.raises(BlobsError):
            store.get(NAME, 1)
        with pytest.raises(BlobsError):
            store.delete(NAME)

    def test_before_its_first_use_there_is_nothing_to_look_at(self, tmp_path: Path) -> None:
        assert FolderBlobs(tmp_path / "none").exposed() == ""
        assert not (tmp_path / "none").exists()
