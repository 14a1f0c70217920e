"""A node's settings: one frozen class, one TOML file; every limit with its unit and its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from contracts.channels import REGISTRY
from contracts.fields import Digest, matches
from contracts.trust import Phone
from services.transport import Credentials

DEVELOPMENT, PRODUCTION = "development", "production"
STAMP = "mode"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(Exception):
    """The operator's fault; the message names the setting. The node does not start."""


@dataclass(frozen=True)
class Settings:
    """What a node is told from outside.

    source: 12-digit unit code or ``registry``. root: fingerprint of the root, never taken from a topic (PROTOCOL 4).
    database, desk, log: libpq URLs; ``log`` may be ``kafka://host:port``. signer: a key URI. data: folder of key files.
    """

    source: str
    root: str
    data: Path
    database: str
    log: str
    desk: str
    signer: str
    mode: str = PRODUCTION
    host: str = "127.0.0.1"
    port: int = 0
    issuer: str = ""
    ca: str = ""
    cert: str = ""
    key: str = ""
    single_broker: bool = False
    admin: str = ""
    admin_cert: str = ""
    admin_key: str = ""
    attachments: str = ""
    """Where files of attachments lie, as ciphertext: a folder (by default one in ``data``) or ``s3://bucket/path``.

    Both units of a pairing name the same store: a folder that both mount, or a bucket.
    """
    attachments_endpoint: str = ""
    attachments_region: str = ""
    attachments_key: str = ""
    """File of mode 0600: access key id and secret, a line each."""
    batch: int = 500
    """Records an intake step takes at most."""
    idle_seconds: float = 0.05
    """After which a part that found nothing to do looks again for what other processes did."""
    compare_seconds: float = 60.0
    """How often a topic is asked again for the last record we have of it (PROTOCOL 6)."""
    heartbeat_seconds: int = 600
    """How often the registry beats (PROTOCOL 3)."""
    heartbeat_limit_seconds: int = 86_400
    """Age of the newest heartbeat beyond which a node shares and opens nothing (PROTOCOL 3)."""
    searches_per_day: int = 50
    """Exact searches of one officer in 24 hours (MECHANISM 4; an office's own policy may be narrower)."""

    notify_url: str = ""
    """Where a gateway for short messages takes ``{"to", "text"}``; empty: none, and they are counted only."""
    notify_lead: str = ""
    """Telephone of whom to tell at half of the time; empty: the duty telephone of the contact book."""
    notify_seconds: float = 30.0
    """How often is looked for what nobody was told of yet; and the first pause after a failure."""

    @property
    def credentials(self) -> Credentials | None:
        """Mutual TLS of the log, where it has any."""
        return Credentials(Path(self.ca), Path(self.cert), Path(self.key)) if self.cert else None

    @property
    def admin_credentials(self) -> Credentials | None:
        """Mutual TLS of whoever may make topics and grant rights; only the registry has it."""
        files = (Path(self.ca), Path(self.admin_cert), Path(self.admin_key))
        return Credentials(*files) if self.admin_cert else None

    @property
    def is_registry(self) -> bool:
        """Whether this node is the registry."""
        return self.source == REGISTRY

    @property
    def content_keys(self) -> Path:
        """The one encryption key file of the node."""
        return self.data / "content.keys"

    @property
    def index_key(self) -> Path:
        """The key of the index that exact searches ask."""
        return self.data / "index.key"

    @property
    def begun(self) -> Path:
        """Folder of what was begun and not drafted yet: halves wrapped for the unit, ahead of their content."""
        return self.data / "begun"

    @property
    def store(self) -> str:
        """Of attachments; a relative folder stands in ``data``."""
        chosen = self.attachments or "attachments"
        return chosen if chosen.startswith("s3://") else str(self.data / chosen)


KINDS: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {name: {Path: (str,), float: (float, int)}.get(kind, (kind,)) for name, kind in Settings.__annotations__.items()}
)
"""Which types of TOML a setting takes."""
LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "port": (0, 65_535),
        "batch": (1, 100_000),
        "idle_seconds": (0.001, 3_600),
        "heartbeat_seconds": (1, 86_400),
        "heartbeat_limit_seconds": (1, 31_536_000),
        "notify_seconds": (0.01, 3_600),
        "searches_per_day": (0, 10_000),
    }
)
"""Least and most of what is a number, in the setting's own unit."""


def load(path: Path) -> Settings:
    """From a TOML file. Relative paths stand from its folder. Raises SettingsError."""
    given = _toml(path)
    surplus, missing = set(given) - set(KINDS), {"source", "root", "database", "log", "desk", "signer"} - set(given)
    if surplus or missing:
        raise SettingsError(f"{path}: unknown {sorted(surplus)}, missing {sorted(missing)}")
    for name, value in given.items():
        if type(value) not in KINDS[name]:
            raise SettingsError(f"{name}: must be {KINDS[name][0].__name__}")
        given[name] = _as(name, value)
    settings = Settings(**{"data": path.parent, **given, **_path(given, path.parent)})
    check(settings)
    return settings


def _as(name: str, value: Any) -> object:
    try:
        found: object = KINDS[name][0](value)
    except OverflowError as error:  # a whole number above every float
        raise _out_of_range(name) from error
    return found


def _out_of_range(name: str) -> SettingsError:
    least, most = LIMITS[name]
    return SettingsError(f"{name}: from {least} to {most}")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: not UTF-8, or not TOML
        raise SettingsError(f"{path}: cannot be read as TOML") from error


def _path(given: dict[str, object], folder: Path) -> dict[str, Path]:
    return {"data": folder / str(given["data"])} if "data" in given else {}


def check(settings: Settings) -> None:
    """Development needs its explicit setting, a loopback bind and a folder stamped so at creation; else production."""
    if not matches(Digest, settings.root):
        raise SettingsError("root: the fingerprint of the root is 64 hex digits; without it nothing can be verified")
    if settings.mode not in (DEVELOPMENT, PRODUCTION):
        raise SettingsError("mode: development or production")
    if settings.mode == DEVELOPMENT and settings.host not in LOOPBACK:
        raise SettingsError("host: development binds to loopback only")
    for name, (least, most) in LIMITS.items():
        if not least <= getattr(settings, name) <= most:
            raise _out_of_range(name)
    if settings.notify_url and not _is_address(settings.notify_url):
        raise SettingsError("notify_url: an address that begins with http:// or https://")
    if settings.notify_lead and not matches(Phone, settings.notify_lead):
        raise SettingsError("notify_lead: a telephone number, digits and hyphens")
    stamped = _stamped(settings.data)
    if stamped != settings.mode:
        raise SettingsError(f"data: this folder was created for {stamped}, not for {settings.mode}")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a port that is none, or a bracket that stays open
        return False


def _stamped(folder: Path) -> str:
    stamp = folder / STAMP
    try:
        return stamp.read_text("utf-8").strip() if stamp.exists() else PRODUCTION
    except (OSError, ValueError) as error:  # ValueError: the name of no folder, or a stamp that is no text
        raise SettingsError("data: the folder's stamp cannot be read") from error


def create_folder(folder: Path, mode: str) -> None:
    """A data folder, stamped with its mode once and for all."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / STAMP
    if not stamp.exists():
        stamp.write_text(mode)
    folder.chmod(0o700)
