"""Which modules are changed, and the unit tests that must notice."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"

_CONTRACTS = ("lead_contract", "enquiry_contract")
_RULES = ("lead_rules", "enquiry_rules", "pairing_rules", "signatures", "delegation")

MODULES: dict[str, tuple[str, ...]] = {
    "services.verifier": ("verifier", "generations"),
    "contracts.profile": ("profile",),
    "contracts.envelope": ("envelope",),
    "contracts.dsse": ("signing", "envelope"),
    "services.vault.content": ("vault", "content_vectors"),
    "services.vault.errors": ("vault",),
    "services.vault.hybrid": ("vault", "content_vectors"),
    "services.vault.keyfile": ("vault",),
    "services.domain.channel": ("genesis", "generations", "trust", "pairing_rules"),
    "services.domain.trust": ("trust", "genesis", "delegation", "signatures"),
    "services.domain.signatures": ("signatures", "delegation", *_RULES[:3]),
    "services.domain.rules": _RULES,
    "services.domain.lead": ("lead_rules", *_CONTRACTS[:1], "delegation"),
    "services.domain.pairing": ("pairing_rules", "genesis"),
    "services.domain.enquiry": ("enquiry_rules", *_CONTRACTS[1:]),
    "services.domain.access": ("chains",),
    "services.domain.desk": ("chains", "signatures", "delegation"),
    "services.domain.clocks": ("clocks",),
    "services.domain": _RULES,
    "services.domain.basis": ("lead_rules", "enquiry_rules"),
    "services.domain.keys": ("trust", "signing", "signatures"),
    "services.domain.obligations": ("lead_rules", "enquiry_rules", "clocks", "pairing_rules"),
    "services.domain.outflow": ("pairing_rules", "signatures", "lead_rules", "enquiry_rules"),
    "services.domain.papers": _RULES,
    "services.signing": ("signing",),
}
"""Module -> tests/unit/test_<name>.py: those that are about the module."""


def path_of(module: str) -> Path:
    """The file of a module."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def tests_of(module: str) -> list[Path]:
    """The files of its tests."""
    return [UNIT / f"test_{name}.py" for name in MODULES[module]]


def digest(module: str) -> str:
    """First 16 hex digits of the sha-256 of a module's text."""
    return hashlib.sha256(path_of(module).read_bytes()).hexdigest()[:16]
