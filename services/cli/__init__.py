"""``duikou``: what officers, operators and auditors type. It talks HTTP to a node and signs on this machine."""


def main() -> None:
    """The entry point ``duikou``. The client alone is imported without the commands."""
    from services.cli.commands import app

    app()
