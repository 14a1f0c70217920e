"""Files that an operator or a signing office hands over: settings, keys, root and mandates."""

import atexit
import io
import zipfile
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from contracts.channels import TRUST
from contracts.profile import compact
from services.auditor.attested import stated, summary_of
from services.cleaning import UnfitFileError, cleaned
from services.cli.files import carried
from services.cli.session import document
from services.node.settings import DEVELOPMENT, SettingsError, create_folder, load
from services.registry.errors import HandedOverError
from services.registry.opening import keep_mandate, keep_root, mandate_file, root
from services.signing import SigningError, open_signer
from services.storage.dump import Table
from services.upkeep.archive import DESK, NODE, Manifest, reading, writing
from services.upkeep.errors import BackupError
from services.vault import KeyFile, VaultError
from services.vectors.seeds import XINCAI, seed
from tests.fuzz.engine import Broken, Target
from tests.fuzz.samples import samples
from tests.support.files import JFIF, chunk, exif, jpeg, packed, pdf, png, warrant
from tests.support.world import world

PASSPHRASE = "an invented passphrase"
SETTINGS = f"""
source = "{XINCAI}"
root = "{"a" * 64}"
data = "."
database = "postgresql:///node"
log = "postgresql:///log"
desk = "postgresql:///desk"
signer = "file:unit.pem"
mode = "development"
host = "127.0.0.1"
port = 8001
single_broker = true
idle_seconds = 0.5
""".lstrip()


@cache
def folder() -> Path:
    """One for the whole run, gone with it."""
    made = Path(mkdtemp(prefix="duikou-fuzz-"))
    atexit.register(rmtree, made, ignore_errors=True)
    create_folder(made, DEVELOPMENT)
    return made


def _file(name: str, data: bytes) -> Path:
    path = folder() / name
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def _settings(data: bytes) -> Any:
    found = load(_file("node.toml", data))
    for name, member in vars(found).items():
        if type(member) is not type(_true_settings()[name]):
            raise Broken(f"{name} is of another type")
    return found


@cache
def _true_settings() -> dict[str, Any]:
    return vars(load(_file("true.toml", SETTINGS.encode())))


def _settings_seeds() -> list[bytes]:
    table = SETTINGS.replace('source = "', 'batch = 10\nissuer = "issuer.pem"\nsource = "')
    return [SETTINGS.encode(), table.encode(), b"[node]\n" + SETTINGS.encode()]


def _plain_key(data: bytes) -> str:
    return open_signer(f"file:{_file('plain.pem', data)}").keyid


def _locked_key(data: bytes) -> str:
    return open_signer(f"file+passphrase:{_file('locked.pem', data)}", PASSPHRASE).keyid


def _pems(*passphrases: str | None) -> Callable[[], list[bytes]]:
    keys = (Ed25519PrivateKey.from_private_bytes(seed("fuzz")), generate_private_key(SECP256R1()))

    def made() -> list[bytes]:
        return [
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(secret))
            for key in keys
            for secret in passphrases
        ]

    return made


def _encryption(secret: str | None) -> Any:
    return NoEncryption() if secret is None else BestAvailableEncryption(secret.encode())


def _content_keys(data: bytes) -> Any:
    file = KeyFile(_file("content.keys", data))
    return [(number, file.public("own", number)) for number in file.numbers("own")]


def _content_key_files() -> list[bytes]:
    path = folder() / "seed.keys"
    path.unlink(missing_ok=True)
    file = KeyFile.create(path)
    empty = path.read_bytes()
    for channel in ("own", "own", "a" * 52):
        file.generate(channel)
    return [empty, path.read_bytes()]


def _root(data: bytes) -> Any:
    _file("root.json", data)
    return root(folder())


def _roots() -> list[bytes]:
    keep_root(folder(), world().root)
    return [(folder() / "root.json").read_bytes()]


def _mandate(data: bytes) -> Any:
    return mandate_file(_file("mandate.json", data))


@cache
def _mandates() -> list[bytes]:
    drafts = [verdict.draft for verdict in world().verdicts[TRUST] if verdict.draft is not None]
    told = [keep_mandate(folder(), n, draft.data).read_bytes() for n, draft in enumerate(drafts[:9])]
    other = [compact(data["mandate"]) for _, data in samples(".json") if "mandate" in data]
    return [*told, *other, b'{"payload":"e30="}']


def _cleaned(data: bytes) -> Any:
    """What is clean is of its form, and stays as it is."""
    found = cleaned(data)
    if cleaned(found.file) != found or len(found.file) > len(data) + GROWS:
        raise Broken("what was cleaned is not clean")
    return found.media, sha256(found.file).hexdigest()


GROWS = 36
"""Bytes of the EXIF that says how a camera was held; the one it takes the place of may be shorter."""


def _attachments() -> list[bytes]:
    pictures = [jpeg(JFIF, exif(6)), jpeg(exif(8, "II")), png(chunk(b"tEXt", b"x"))]
    return [*pictures, warrant(99), pdf(packed(b"1 0 << /S /Launch >>"), packed(b"1 0 <<>>"))]


def _backup(data: bytes) -> Any:
    """What is read in the end is what the manifest names."""
    with reading(_file("a.backup", data)) as file:
        parts = [(part.name, sha256(b"".join(file.blocks(part))).hexdigest()) for part in file.manifest.parts]
        if parts != [(part.name, part.sha256) for part in file.manifest.parts]:
            raise Broken("a table is not the one that the manifest names")
        return file.manifest


def _backups() -> list[bytes]:
    path = folder() / "seed.backup"
    path.unlink(missing_ok=True)
    with writing(path) as file:
        log = file.table(DESK, Table("message", ("topic", "value")), [b"a\t1\n", b"b\t2\n"])
        own = file.table(NODE, Table("ledger", ("id", "state")), [b"x\ty\n" * 50])
        named: dict[str, Any] = {"source": XINCAI, "root": "a" * 64, "taken": "2021-06-01T00:00:00.000Z", "desk_end": 1}
        file.manifest(Manifest(**named, migrations={"0001.sql": "b" * 64}, parts=(log, own)))
    whole = path.read_bytes()
    wrong = {"header_offset": 2**64 - 1, "flag_bits": 1}
    return [whole, *(_told_wrong(whole, name, value) for name, value in wrong.items())]


def _told_wrong(whole: bytes, name: str, value: int) -> bytes:
    """The ZIP's own table says of its first member that it is far away, or encrypted."""
    file = io.BytesIO(whole)
    with zipfile.ZipFile(file, "a") as zip:
        setattr(zip.filelist[0], name, value)
        zip.writestr("x", b"")
    return file.getvalue()


class _Carrier:
    """Stands for an officer at his node: every upload has the same name."""

    def carry(self, *_: Any) -> SimpleNamespace:
        return SimpleNamespace(digest="d" * 64)


def _document(data: bytes) -> Any:
    """What each command makes of it, or that it says why not."""
    found = document(_file("document.json", data))
    carrier: Any = _Carrier()
    uses: dict[str, Callable[[], Any]] = {
        "revise": lambda: carried(carrier, folder() / "document.json", "desk", "duikou.lead.shared.v1").keys(),
        "attest": lambda: summary_of(found, "a" * 64),
        "audit": lambda: stated(found),
    }
    said = {}
    for name, use in uses.items():
        try:
            said[name] = str(use())
        except ValueError as error:
            said[name] = type(error).__name__
    return said


def _documents() -> list[bytes]:
    named = {"digest": "d" * 64, "plain_digest": "e" * 64, "size": 1, "media": "application/pdf"}
    both = {"summary": {"attachments": [named]}, "content": {"attachments": [named]}, "content_id": "x"}
    topic = {"name": "duikou.trust.1", "offset": 1, "hash": "b" * 64}
    read = {"verdict": "self-consistent", "root": "a" * 64, "topics": [topic], "records": 2}
    audit = {**read, "divergences": [], "findings": [], "compared": []}
    attested = compact({"summary": summary_of(audit, "a" * 64).model_dump(mode="json")})
    return [compact(both), compact(audit), attested]


TARGETS = (
    Target("backup", "the file of a backup (ZIP)", _backups, _backup, (BackupError,), 200),
    Target("document", "a JSON file that an officer or an auditor hands over", _documents, _document, (ValueError,)),
    Target("attachment", "a file that an officer attaches (PDF, JPEG, PNG)", _attachments, _cleaned, (UnfitFileError,)),
    Target("settings", "a node's settings (TOML)", _settings_seeds, _settings, (SettingsError,), 200),
    Target("key-file", "a unit's key (PEM)", _pems(None, PASSPHRASE), _plain_key, (SigningError,), 200),
    Target("locked-key-file", "an officer's key (encrypted PEM)", _pems(PASSPHRASE), _locked_key, (SigningError,), 200),
    Target("content-keys", "the file of encryption keys", _content_key_files, _content_keys, (VaultError,)),
    Target("root-file", "the ceremony's root, handed to the registry", _roots, _root, (HandedOverError,)),
    Target("mandate-file", "a mandate, handed to the registry", _mandates, _mandate, (HandedOverError,)),
)
