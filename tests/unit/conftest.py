"""Fixtures of tests that ask one thing by itself."""

import pytest


@pytest.fixture
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures have tests of their own: rules are asked as if everybody had signed."""
    monkeypatch.setattr("services.domain.signatures.check", lambda *_: None)
