"""Which modules are changed, and the unit tests that must notice."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"
ATTACKS = ROOT / "tests" / "attacks" / "test_attacks.py"

_CONTRACTS = ("lead_contract", "enquiry_contract")
_RULES = ("lead_rules", "enquiry_rules", "pairing_rules", "signatures", "delegation")
_TRUST = ("trust_state", "trust_rules", "trust", "genesis", "delegation", "chains")
_LOG = "attacks"

MODULES: dict[str, tuple[str, ...]] = {
    "services.verifier.history": ("verifier", "chains", "genesis", "generations", "desk_trust", _LOG),
    "services.verifier.records": ("envelope", "verifier", _LOG),
    "contracts.profile": ("profile",),
    "contracts.envelope": ("envelope", _LOG),
    "contracts.dsse": ("signing", "envelope"),
    "services.vault.content": ("vault", "content_vectors", "attachments"),
    "services.vault.attachment": ("attachment_vectors", "attachments"),
    "services.vault.errors": ("vault", "attachments"),
    "services.vault.hybrid": ("vault", "content_vectors"),
    "services.vault.keyfile": ("vault",),
    "services.vault.indexkey": ("searching",),
    "services.domain.channel": (
        *("channel_state", "machines", "genesis", "generations", "trust", "delegation", "pairing_rules", _LOG),
    ),
    "services.domain.trust": (*_TRUST, "signatures", _LOG),
    "services.domain.signatures": ("signatures", "delegation", "desk_trust", _LOG),
    "services.domain.rules": ("machines", *_RULES, "lead_course_rules"),
    "services.domain.lead": (
        *("machines", "lead_rules", "lead_course_rules", "forwarding_rules", "operation_rules"),
        *("lead_contract", "delegation", "forwarding"),
    ),
    "services.domain.pairing": ("machines", "pairing_rules", "genesis", _LOG),
    "services.domain.enquiry": ("machines", "enquiry_rules", *_CONTRACTS[1:], "operation_rules"),
    "services.domain.access": ("machines", "searching", "signatures", _LOG),
    "services.domain.desk": ("machines", "desk_rules"),
    "services.domain.confirming": ("confirming",),
    "services.domain.searching": ("searching",),
    "services.domain.clocks": ("clocks",),
    "services.domain": (
        *("advance", *_RULES, "lead_course_rules", "desk_rules", "oversight_rules", "report_rules", "operation_rules"),
        *("liaison_rules", "attestations", _LOG),
    ),
    "services.domain.basis": ("lead_rules", "enquiry_rules"),
    "services.domain.keys": ("trust", "signing", "signatures", _LOG),
    "services.domain.obligations": ("lead_rules", "enquiry_rules", "liaison_rules", "operation_rules", "report_rules"),
    "services.domain.outflow": ("machines", "outflow_rules"),
    "services.domain.dues": ("lead_rules", "enquiry_rules", "views"),
    "services.domain.both": ("lead_course_rules", "liaison_rules"),
    "services.domain.offers": ("lead_course_rules", "operation_rules", "pairing_rules"),
    "services.domain.lead_naming": ("lead_rules", "lead_course_rules"),
    "services.domain.lead_course": ("lead_course_rules", "lead_rules"),
    "services.domain.lead_keeping": ("lead_keeping",),
    "services.domain.lead_forwarding": ("forwarding_rules", "lead_course_rules", "forwarding", _LOG),
    "services.domain.lead_state": ("machines", "lead_rules", "lead_course_rules"),
    "services.domain.lead_dues": ("lead_rules", "lead_course_rules", "forwarding_rules"),
    "services.domain.enquiry_dues": ("enquiry_rules",),
    "services.domain.counting": ("calendar", "enquiry_rules", "pairing_rules"),
    "services.domain.measures": ("enquiry_rules",),
    "services.domain.liaison": ("machines", "liaison_rules"),
    "services.domain.liaison_dues": ("liaison_rules",),
    "services.domain.operation": ("machines", "operation_rules"),
    "services.domain.operation_dues": ("operation_rules",),
    "services.domain.oversight": ("machines", "oversight_rules", "attestations", "report_rules"),
    "services.domain.oversight_dues": ("oversight_rules", "report_rules"),
    "services.domain.oversight_state": ("machines", "oversight_rules", "report_rules", "attestations"),
    "services.domain.attestations": ("machines", "attestations"),
    "services.domain.report": ("machines", "report_rules"),
    "services.domain.periods": ("report_rules",),
    "services.domain.figures": ("figures",),
    "services.domain.outcomes": ("figures",),
    "services.domain.results": ("figures", "report_rules"),
    "services.domain.papers": (*_RULES, _LOG),
    "services.signing": ("signing",),
    "services.cleaning": ("cleaning",),
    "services.cleaning.jpeg": ("jpeg", "cleaning"),
    "services.cleaning.pdf": ("cleaning",),
    "services.cleaning.png": ("cleaning",),
}
"""Module -> tests/unit/test_<name>.py, those that are about the module; first the one that is soonest done."""


def path_of(module: str) -> Path:
    """The file of a module."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def tests_of(module: str) -> list[Path]:
    """The files of its tests."""
    return [ATTACKS if name == _LOG else UNIT / f"test_{name}.py" for name in MODULES[module]]


def digest(module: str) -> str:
    """First 16 hex digits of the sha-256 of a module's text."""
    return hashlib.sha256(path_of(module).read_bytes()).hexdigest()[:16]
