"""The store as a bucket, over HTTP against the S3 of moto; refusing who has no name, as a private bucket does."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
import pytest
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.serving import make_server

from contracts.refusals import NotYet
from services.blobs import Blobs, BlobsError, open_blobs
from tests.ports.blobs_suite import DATA, NAME, BlobsSuite

DENIED = [b"<Error><Code>AccessDenied</Code></Error>"]


class Front:
    """The server, and whom it lets in."""

    def __init__(self) -> None:
        self.anybody, self.nobody = False, False
        self._app = create_backend_app("s3")

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if self.nobody or not (self.anybody or "HTTP_AUTHORIZATION" in environ):
            start("403 Forbidden", [("Content-Type", "application/xml")])
            return DENIED
        return self._app(environ, start)


class Served:
    """A running server with one private bucket."""

    def __init__(self, folder: Path) -> None:
        self.front, self.key = Front(), folder / "s3.key"
        self.key.write_text("example-id\nexample-secret\n")
        self.key.chmod(0o600)
        self._server = make_server("127.0.0.1", 0, self.front, threaded=True)
        self.endpoint = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self.front.anybody = True
        httpx.put(f"{self.endpoint}/blobs", trust_env=False).raise_for_status()
        self.front.anybody = False
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def store(self, where: str = "", **more: str) -> Blobs:
        """A path of the bucket that nobody has used."""
        named = {"endpoint": self.endpoint, "region": "example", "key": str(self.key), **more}
        return open_blobs(where or f"s3://blobs/{uuid4()}", **named)


@pytest.fixture(scope="module", name="served")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("s3")) as running:
        yield running


class TestS3(BlobsSuite):
    @pytest.fixture
    def store(self, served: Served) -> Blobs:
        return served.store()

    def test_two_units_share_a_bucket(self, served: Served) -> None:
        served.store("s3://blobs/shared").put(NAME, DATA)
        assert served.store("s3://blobs/shared/").get(NAME, len(DATA)) == DATA

    def test_a_private_bucket_is_told_from_a_public_one(self, served: Served, store: Blobs) -> None:
        assert store.exposed() == ""
        served.front.anybody = True
        try:
            assert "anybody may read files" in store.exposed()
        finally:
            served.front.anybody = False

    def test_a_server_that_refuses_our_key_is_the_operators(self, served: Served, store: Blobs) -> None:
        served.front.nobody = True
        try:
            with pytest.raises(BlobsError, match="refuses our key"):
                store.get(NAME, 1)
            with pytest.raises(BlobsError, match="refuses our key"):
                store.put(NAME, DATA)
            with pytest.raises(BlobsError, match="refuses our key"):
                store.delete(NAME)
        finally:
            served.front.nobody = False

    def test_a_missing_bucket_is_named(self, served: Served) -> None:
        with pytest.raises(BlobsError, match="no such bucket"):
            served.store("s3://elsewhere").put(NAME, DATA)

    def test_a_server_that_is_away_may_come_back(self, served: Served) -> None:
        away = served.store(endpoint="http://127.0.0.1:1")
        for act in (lambda: away.get(NAME, 1), lambda: away.put(NAME, DATA), lambda: away.delete(NAME), away.exposed):
            with pytest.raises(NotYet, match="does not answer"):
                act()


@pytest.mark.parametrize("endpoint", ["http://store.example", "ftp://127.0.0.1", "store.example"])
def test_a_store_elsewhere_is_asked_over_tls(endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(BlobsError, match="https"):
        open_blobs("s3://blobs", endpoint=endpoint, key=str(tmp_path / "key"))


@pytest.mark.parametrize(("text", "mode"), [("one", 0o600), ("a b c", 0o600), ("a\nb\n", 0o644)])
def test_the_key_of_the_store_is_a_private_file_of_two_lines(text: str, mode: int, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(text)
    key.chmod(mode)
    with pytest.raises(BlobsError) as refused:
        open_blobs("s3://blobs", key=str(key))
    assert text not in str(refused.value)
