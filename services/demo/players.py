"""Officers of the demo at their nodes. Every act has a fixed idempotency key, so that the story can be told again."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from contracts.vocabulary import Role
from services.cli.client import Officer
from services.cli.replies import Answer, Paper
from services.demo.ceremony import Ceremony
from services.gateway.auth import development_issuer
from services.node.settings import load


@dataclass
class Player(Officer):
    """An officer who always does the same thing under the same key."""

    scene: str = ""

    def _act(self, path: str, body: Any = None, *, key: str = "") -> Answer:
        fixed = sha256(f"{self.scene}\n{path}".encode()).hexdigest()[:32]
        return super()._act(path, body, key=key or fixed)


@dataclass
class Memory:
    """What the story must say again in the same words: dates, ids of what was made."""

    path: Path
    known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path.exists():
            self.known = json.loads(self.path.read_text())

    def keep(self, name: str, value: str) -> str:
        """The value that was kept first."""
        if name not in self.known:
            self.known[name] = value
            self.path.write_text(json.dumps(self.known))
        return self.known[name]


@dataclass
class Troupe:
    """Players by unit and post."""

    state: Path
    ceremony: Ceremony
    addresses: dict[str, str]
    players: dict[tuple[str, str], Player] = field(default_factory=dict)

    def at(self, unit: str, post: str, scene: str) -> Player:
        """An officer, for a scene. Tokens are fresh: they live at most eight hours."""
        if (unit, post) not in self.players:
            number = self.ceremony.officers()[unit][post]
            token = development_issuer(load(self.state / unit / "node.toml")).issue(number)
            signer = self.ceremony.keys.get(f"officers/{number}")
            self.players[unit, post] = Player(self.addresses[unit], token, signer)
        player = self.players[unit, post]
        player.scene = scene
        return player

    def document(
        self,
        unit: str,
        scene: str,
        about: tuple[str, str, str | None],
        summary: dict[str, Any],
        content: dict[str, Any] | None = None,
        *,
        second: Role = Role.APPROVER,
        returned: bool = False,
    ) -> Paper:
        """Drafted, signed by the author, signed by another, sealed. ``about``: channel, event type, subject or None."""
        paper = self.submitted(unit, scene, about, summary, content, returned=returned)
        return self.approved(unit, scene, paper, second)

    def submitted(
        self,
        unit: str,
        scene: str,
        about: tuple[str, str, str | None],
        summary: dict[str, Any],
        content: dict[str, Any] | None,
        *,
        returned: bool = False,
    ) -> str:
        """A document with the author's signature; ``returned``: sent back once and revised."""
        author = self.at(unit, "author", scene)
        channel, event_type, subject = about
        paper = author.draft(channel, event_type, summary, content, subject=subject, key=_key(scene, "draft"))
        held = author.paper(paper)
        if returned and held.status == "draft" and not held.reason:
            author.submit(paper)
            self.at(unit, "approver", scene).return_to_author(paper, "incomplete")
            author.revise(paper, summary, content)
            author.scene = f"{scene} again"
            held = author.paper(paper)
        if held.status == "draft":
            author.submit(paper)
        return paper

    def approved(
        self, unit: str, scene: str, paper: str, second: Role = Role.APPROVER, *, follow: bool = True
    ) -> Paper:
        """The second signature; ``follow``: until the log has judged what was sealed."""
        officer = self.at(unit, second.value, scene)
        if officer.paper(paper).status == "submitted":
            officer.approve(paper, second)
        return officer.sent(paper) if follow else officer.paper(paper)


def _key(scene: str, act: str) -> str:
    return sha256(f"{scene}\n{act}".encode()).hexdigest()[:32]
