"""What every store of attachments promises (services/blobs/contract.py)."""

from abc import abstractmethod
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from contracts.refusals import NotYet
from services.blobs import Blobs, MissingBlobError

DATA = bytes(range(256)) * 300
NAME = sha256(DATA).hexdigest()
NOBODY = "f" * 64


class BlobsSuite:
    """Subclasses say how a store is opened."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> Blobs: ...

    def test_what_was_put_is_got(self, store: Blobs) -> None:
        store.put(NAME, DATA)
        assert store.get(NAME, len(DATA)) == DATA

    def test_nothing_more_than_asked_for_is_brought_but_one_byte(self, store: Blobs) -> None:
        """So that a file that grew is seen to have grown, and fills nobody's memory."""
        store.put(NAME, DATA)
        assert store.get(NAME, 9) == DATA[:10]

    def test_what_is_missing_may_come(self, store: Blobs) -> None:
        with pytest.raises(MissingBlobError):
            store.get(NOBODY, 1)
        assert issubclass(MissingBlobError, NotYet)

    def test_put_again_repairs_what_was_altered(self, store: Blobs) -> None:
        store.put(NAME, DATA[:-1])
        store.put(NAME, DATA)
        assert store.get(NAME, len(DATA)) == DATA

    def test_many_may_put_the_same_at_once(self, store: Blobs) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: store.put(NAME, DATA), range(16)))
        assert store.get(NAME, len(DATA)) == DATA

    def test_what_was_deleted_is_missing_and_may_come_again(self, store: Blobs) -> None:
        store.put(NAME, DATA)
        store.delete(NAME)
        with pytest.raises(MissingBlobError):
            store.get(NAME, 1)
        store.put(NAME, DATA)
        assert store.get(NAME, len(DATA)) == DATA

    def test_what_is_not_there_is_deleted_without_a_word(self, store: Blobs) -> None:
        """Both units of a pairing may clear up."""
        store.delete(NOBODY)
