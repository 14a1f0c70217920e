"""The file of a node's private encryption keys, outside PostgreSQL (PROTOCOL 10, STACK trap 32).

Until a vault with key epochs exists this file is all that erasing works with, and ``removed`` means: this node refuses
to open. ``forget`` takes a key out of the file; blocks the file system has freed and backups of the file keep it.
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, ValidationError

from contracts.content import KeyNumber
from contracts.fields import Binary, Wire
from contracts.profile import compact
from services import private_files
from services.vault.errors import NoKeyError, VaultFileError
from services.vault.hybrid import PRIVATE, PrivateKey

OWN = "own"
"""In place of a channel: the key for what the unit encrypts to itself, its drafts and its halves of what it sent."""


class _Channel(Wire):
    """``last`` only grows: a number is never given twice, not even after its key is gone."""

    last: Annotated[int, Field(ge=0, le=999_999)] = 0
    keys: dict[KeyNumber, Annotated[str, Binary(PRIVATE, PRIVATE)]] = Field(default={}, repr=False)


class _Keys(Wire):
    """The file. Its validation errors do not show what they refuse."""

    model_config = ConfigDict(hide_input_in_errors=True)

    format: Literal["duikou.keys.v1"] = "duikou.keys.v1"
    channels: dict[str, _Channel] = Field(default={})

    def of(self, channel: str) -> _Channel:
        return self.channels.get(channel, _Channel())

    def with_channel(self, name: str, channel: _Channel) -> Self:
        return self.model_copy(update={"channels": {**self.channels, name: channel}})


class KeyFile:
    """Numbered keys per channel and under OWN. Holds nothing in memory: every call sees what other processes wrote.

    Every method raises VaultFileError when the file is missing, exposed or damaged.
    """

    def __init__(self, path: Path) -> None:
        """An existing file; a missing one is an error and no beginning, since its keys are in use. VaultFileError."""
        self._path = path.resolve()  # one file, one lock, whatever link it is reached by
        self._read()

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new file without keys, of mode 0600; never overwrites. Raises VaultFileError."""
        with _ours():
            private_files.create(path, _bytes(_Keys()))
        return cls(path)

    def generate(self, channel: str, after: int | None = None) -> tuple[int, bytes]:
        """A new key: its number and its 1,216 public bytes, on disk when this returns.

        after: the highest number that we published in the channel, 0 if none. The key is then ``after`` + 1, and the
        same one again after a crash before its publication, since published numbers have no gaps (WIRE 27). Raises
        NoKeyError if that one is forgotten: ``after`` is out of date.
        """
        changed = self._change(channel, lambda held: _with_key(channel, held, held.last if after is None else after))
        number = changed.last if after is None else after + 1
        return number, _key(changed.keys[number]).public

    def forget(self, channel: str, number: int) -> None:
        """Takes a private key out; one that is not there is no error, since a destruction may be repeated."""
        self._change(channel, lambda held: _Channel(last=held.last, keys=_without(held.keys, number)))

    def private(self, channel: str, number: int) -> PrivateKey:
        """Raises NoKeyError: never made here, or forgotten."""
        held = self._read().of(channel).keys
        if number not in held:
            raise NoKeyError(f"{channel} number {number}")
        return _key(held[number])

    def public(self, channel: str, number: int) -> bytes:
        """1,216 bytes. Raises NoKeyError."""
        return self.private(channel, number).public

    def numbers(self, channel: str) -> tuple[int, ...]:
        """Of the keys that are held, ascending: the last one is the newest."""
        return tuple(sorted(self._read().of(channel).keys))

    def keys(self, channel: str, holder: str) -> dict[tuple[str, int], PrivateKey]:
        """All keys held for a channel (or OWN), as ``decrypt`` takes them; ``holder`` is our own source."""
        return {(holder, number): _key(text) for number, text in self._read().of(channel).keys.items()}

    def _read(self) -> _Keys:
        with _ours():
            data = private_files.read(self._path)
        try:
            return _Keys.model_validate_json(data)
        except ValidationError:
            raise VaultFileError(f"{self._path} is not a key file of this version") from None  # its inputs are keys

    def _change(self, name: str, change: Callable[[_Channel], _Channel]) -> _Channel:
        with _ours(), private_files.locked(self._path):
            keys = self._read()
            held = keys.of(name)
            changed = change(held)
            if changed != held:
                private_files.replace(self._path, _bytes(keys.with_channel(name, changed)))
        return changed


def _with_key(channel: str, held: _Channel, after: int) -> _Channel:
    number = after + 1
    if number in held.keys:
        return held
    if number <= held.last:
        raise NoKeyError(f"{channel} number {number}")
    made = base64.b64encode(PrivateKey.generate().raw).decode()
    return _Channel(last=number, keys={**held.keys, number: made})


def _without(keys: dict[int, str], number: int) -> dict[int, str]:
    return {other: key for other, key in keys.items() if other != number}


def _key(text: str) -> PrivateKey:
    return PrivateKey(base64.b64decode(text))


def _bytes(keys: _Keys) -> bytes:
    return compact(keys.model_dump(mode="json"))


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except private_files.PrivateFileError as error:
        raise VaultFileError(str(error)) from error
