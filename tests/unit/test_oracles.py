"""Others verify what we sign: securesystemslib's DSSE and the openssl command, with the public key alone."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._key import SSlibKey
from securesystemslib.signer._signature import Signature as TheirSignature

from contracts.approval import Approval
from contracts.dsse import EVENT, Dsse, pae
from contracts.envelope import Signed
from services.domain import keys
from tests.support.servers import skip_or_fail
from tests.support.world import XINCAI, YIWU, World, seeded, world

OPENSSL = shutil.which("openssl")


def event(w: World) -> Signed:
    """A shared lead, as it lies in the log."""
    return w.signed(w.share())


def their_key(public: bytes, keyid: str) -> SSlibKey:
    return SSlibKey(keyid, "ed25519", "ed25519", {"public": public.hex()})


def their_envelope(payload: bytes, payload_type: str, keyid: str, signature: bytes) -> TheirEnvelope:
    return TheirEnvelope(payload, payload_type, {keyid: TheirSignature(keyid, signature.hex())})


def test_securesystemslib_verifies_an_event() -> None:
    w = world()
    signed, signer = event(w), w.keys[XINCAI]
    theirs = their_envelope(signed.value, EVENT, signed.keyid, signed.signature)
    assert theirs.pae() == pae(EVENT, signed.value)
    assert theirs.verify([their_key(signer.public, signer.keyid)], 1)
    with pytest.raises(VerificationError):
        theirs.verify([their_key(w.keys[YIWU].public, w.keys[YIWU].keyid)], 1)
    with pytest.raises(VerificationError):
        their_envelope(signed.value + b" ", EVENT, signed.keyid, signed.signature).verify(
            [their_key(signer.public, signer.keyid)], 1
        )


def test_securesystemslib_verifies_an_approval_and_not_as_a_submission() -> None:
    w = world()
    draft = w.share().draft
    assert draft is not None
    paper: Dsse = draft.data.approval.approval
    approver = w.officers[f"{XINCAI}/approver"].signer
    key = their_key(approver.public, approver.keyid)
    signature = paper.signatures[0].raw
    assert their_envelope(paper.raw, Approval.PURPOSE, approver.keyid, signature).verify([key], 1)
    with pytest.raises(VerificationError):
        their_envelope(paper.raw, EVENT, approver.keyid, signature).verify([key], 1)


def test_a_mandate_is_a_dsse_envelope_of_the_standard() -> None:
    """Two of three root keys over the same payload."""
    w = world()
    mandate: Dsse = w.verdicts["trust"][1].draft.data.mandate  # type: ignore[union-attr]
    roots = [seeded(f"root.{n}") for n in (1, 2, 3)]
    theirs = TheirEnvelope.from_dict(
        {
            "payload": mandate.payload,
            "payloadType": "application/vnd.duikou.mandate.v1+json",
            "signatures": [{"keyid": s.keyid, "sig": s.sig} for s in mandate.signatures],
        }
    )
    verified = theirs.verify([their_key(root.public, root.keyid) for root in roots], 2)
    assert set(verified) == {root.keyid for root in roots[:2]}


@pytest.mark.parametrize("turned", [False, True])
def test_openssl_verifies_an_event(tmp_path: Path, turned: bool) -> None:
    """``openssl pkeyutl -verify -rawin`` over the PAE."""
    if OPENSSL is None:
        skip_or_fail("openssl is not installed")
    w = world()
    signed = event(w)
    public = Ed25519PublicKey.from_public_bytes(w.keys[XINCAI].public)
    (tmp_path / "key.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    message = bytearray(pae(EVENT, signed.value))
    message[-1] ^= turned
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "signature").write_bytes(signed.signature)
    words = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in", "message", "-sigfile", "signature"]
    done = subprocess.run([OPENSSL, *words], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode == 0) != turned
    assert keys.verifies(w.keys[XINCAI].public, bytes(message), signed.signature) != turned


def test_rfc_8032_vectors() -> None:
    """Section 7.1, tests 1 and 2; S + L is refused, as STACK demands of the library."""
    rows = (
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ),
    )
    order = 2**252 + 27742317777372353535851937790883648493
    for public, message, signature in rows:
        key, text, sig = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
        assert keys.acceptable(key)
        assert keys.verifies(key, text, sig)
        malleated = sig[:32] + (int.from_bytes(sig[32:], "little") + order).to_bytes(32, "little")
        assert not keys.verifies(key, text, malleated)
