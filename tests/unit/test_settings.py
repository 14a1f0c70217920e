"""A node's settings: what is wrong is said by its name, before anything starts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from services.node.node import blobs_of, key_file
from services.node.settings import DEVELOPMENT, STAMP, SettingsError, create_folder, load

NEEDED = {
    "source": '"411729000000"',
    "root": f'"{"a" * 64}"',
    "database": '"postgresql:///node"',
    "log": '"postgresql:///log"',
    "desk": '"postgresql:///desk"',
    "signer": '"file:unit.pem"',
    "mode": '"development"',
}


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    create_folder(tmp_path, DEVELOPMENT)
    return tmp_path


def written(folder: Path, text: bytes = b"", /, **changes: str) -> Path:
    path = folder / "node.toml"
    lines = [f"{name} = {value}" for name, value in {**NEEDED, **changes}.items() if value]
    path.write_bytes(text or "\n".join(lines).encode())
    return path


def test_what_is_needed_is_enough(folder: Path) -> None:
    settings = load(written(folder))
    assert (settings.source, settings.data, settings.idle_seconds) == ("411729000000", folder, 0.05)


def test_parts_that_start_at_once_for_the_first_time_have_one_key_file(folder: Path) -> None:
    """Whoever is slower takes what the first has made: a key published from the one opens what is sent to the other."""
    settings, start = load(written(folder)), Barrier(8)

    def first_key() -> tuple[int, bytes]:
        start.wait()
        return key_file(settings).generate("a" * 52, 0)

    with ThreadPoolExecutor(8) as pool:
        keys = [one.result() for one in [pool.submit(first_key) for _ in range(8)]]
    assert set(keys) == {key_file(settings).generate("a" * 52, 0)}


def test_a_whole_number_of_seconds_is_a_number_of_seconds(folder: Path) -> None:
    """Found by fuzzing: it stayed an int."""
    idle = load(written(folder, idle_seconds="5")).idle_seconds
    assert (idle, type(idle)) == (5.0, float)


STORES = {"": "attachments", "blobs": "blobs", "/srv/blobs": "/srv/blobs", "s3://bucket/path": "s3://bucket/path"}


@pytest.mark.parametrize("named", STORES)
def test_a_store_is_a_folder_of_the_node_unless_it_is_named_otherwise(folder: Path, named: str) -> None:
    said = STORES[named]
    expected = said if said.startswith("s3:") else str(folder / said)
    assert load(written(folder, attachments=f'"{named}"')).store == expected


@pytest.mark.parametrize("endpoint", ["http://store.example", "store.example"])
def test_a_store_that_cannot_be_used_stops_the_node_before_it_starts(folder: Path, endpoint: str) -> None:
    settings = load(written(folder, attachments='"s3://bucket"', attachments_endpoint=f'"{endpoint}"'))
    with pytest.raises(SettingsError, match="attachments"):
        blobs_of(settings)


WRONG = {
    "root": ['""', f'"{"A" * 64}"', f'"{"a" * 63}"', "5"],
    "source": ["411729000000", "true", "[]", ""],
    "signer": ["{}", ""],
    "mode": ['"both"', "1"],
    "host": ['"example.org"', "127"],
    "port": ["-1", "65536", '"8001"', "8001.0", "true"],
    "batch": ["0", "nan"],
    "idle_seconds": ["0.0", "nan", "inf", "-1.0", '"1"', "9" * 400],
    "heartbeat_seconds": ["0", "1979-05-27"],
    "single_broker": ["1", '"yes"'],
    "notify_url": ['"sms"', '"ftp://a/"', '"https://"', '"http://["', '"http://127.0.0.1:99999/"', "1"],
    "notify_lead": ['"示例甲"', '"0579 5550001"'],
    "notify_seconds": ["0.0", "inf"],
    "searches_per_day": ["-1", "10001", "5.0"],
    "data": ["1", '"\\u0000"'],
    "colour": ['"red"'],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_setting_of_another_type_or_size_is_named(folder: Path, name: str, value: str) -> None:
    """Types of TOML as they are: a port is no text, a flag no number, a number of seconds neither nan nor endless."""
    with pytest.raises(SettingsError, match=name):
        load(written(folder, **{name: value}))


@pytest.mark.parametrize("text", [b"\xff\xfe", b"source", b"a = " + b"[" * 5_000, b"\0"])
def test_what_is_no_toml_is_said(folder: Path, text: bytes) -> None:
    with pytest.raises(SettingsError, match="TOML"):
        load(written(folder, text))


def test_a_missing_file_is_said(folder: Path) -> None:
    with pytest.raises(SettingsError, match="TOML"):
        load(folder / "nowhere.toml")


@pytest.mark.parametrize("stamp", [b"production", b"\xff", None])
def test_a_folder_stamped_otherwise_is_refused(folder: Path, stamp: bytes | None) -> None:
    """None: the stamp is a folder."""
    (folder / STAMP).unlink()
    if stamp is None:
        (folder / STAMP).mkdir()
    else:
        (folder / STAMP).write_bytes(stamp)
    with pytest.raises(SettingsError, match="data"):
        load(written(folder))
