"""A world in which 义乌 holds a lead of 新蔡 and is to let 唐河 have it, under the newest rules."""

from functools import cache
from typing import Any

from services.vectors import forwarding
from services.verifier import Verdict
from tests.support.acts import subject_of
from tests.support.world import World, plain, world


class Three:
    """A world with a third unit: ``w.channel`` is of owner and holder, ``onward`` of holder and third unit."""

    def __init__(self, w: World) -> None:
        """``w``: a world in which nothing was said yet; it becomes the one in which 唐河 has joined."""
        found, self.onward = _built()
        self.w = w
        vars(w).update(vars(found.copy()))

    def shared(self, **summary: Any) -> Verdict:
        """新蔡 shares with 义乌."""
        return must(forwarding.shared(self.w, self.w.channel, **summary))

    def asked(self, of: Verdict | None = None, **said: Any) -> Verdict:
        """义乌 asks."""
        return must(forwarding.requested(self.w, self.w.channel, of or self.shared(), **said))

    def granted(self, asked: Verdict | None = None, **said: Any) -> Verdict:
        """新蔡 grants, and the registry copies what the other channel needs."""
        found = must(forwarding.granted(self.w, self.w.channel, asked or self.asked(), **said))
        self.w.copy_trust(self.onward)
        return found

    def forward(self, grant: Verdict | None = None, **said: Any) -> Verdict:
        """义乌 shares with 唐河 under it."""
        return forwarding.forwarded(self.w, self.onward, self.w.signed(grant or self.granted()), **said)

    def forwarded(self) -> tuple[str, str]:
        """A lead that went on: its subject with its owner, its subject at the third unit."""
        grant = self.granted()
        return subject_of(grant), subject_of(must(self.forward(grant)))

    def state(self, channel: str, subject: str) -> Any:
        """The lead as that channel has it."""
        return self.w.history(channel).state("lead", subject)


def must(verdict: Verdict) -> Verdict:
    """Effective."""
    assert plain(verdict) == ("effective", ""), verdict
    return verdict


@cache
def _built() -> tuple[World, str]:
    w = world()
    return w, forwarding.join(w, w.channel)


def three() -> Three:
    """A world of the test's own."""
    return Three(world())
