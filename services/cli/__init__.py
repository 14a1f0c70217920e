"""``duikou``: what officers, operators and auditors type. It talks HTTP to a node and signs on this machine."""

from services.cli.main import main

__all__ = ["main"]
