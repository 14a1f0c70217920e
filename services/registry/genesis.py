"""How a channel begins and how trust reaches it: the registry decides when, never what (PROTOCOL 3, WIRE 13, 21).

Pure: exact bytes in, events out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from contracts import trust as said
from contracts.channel import CopiedSummary, LedgerEpoch, Opened, OpenedSummary, Roots, TrustCopied
from contracts.channels import KEEPER, REGISTRY, Kind, channel_id
from contracts.dsse import Dsse
from contracts.envelope import Draft, Embedded, Envelope, Signed
from contracts.event import Event
from contracts.pairing import Proposed
from services.domain import trust as trusts
from services.verifier import History

RULE_VERSION = 1


def open_topic(root: Signed, rotations: Sequence[Dsse] = (), rule_version: int = RULE_VERSION) -> Opened:
    """Genesis of ``duikou.pairing``, ``duikou.outflow`` or ``duikou.checkpoint``."""
    return _opened(Kind.OPEN, root, rotations, rule_version, ())


def pairing(
    root: Signed,
    offer: Signed,
    answer: Signed,
    rotations: Sequence[Dsse] = (),
    rule_version: int = RULE_VERSION,
) -> Opened:
    """Genesis of a pairing's channel from ``proposed`` and ``accepted`` as they stand in ``duikou.pairing``.

    Raises TypeError where the offer is none.
    """
    offered = Envelope.parse(offer.value).draft()
    if not isinstance(offered.data, Proposed):
        raise TypeError("the offer is not a proposal")
    terms = offered.data.summary
    members = (offered.source, Envelope.parse(answer.value).source)
    readers = tuple(sorted({terms.oversight_a, terms.oversight_b}))
    papers = {"offer": Embedded.of(offer), "answer": Embedded.of(answer)}
    return _opened(Kind.PAIRING, root, rotations, rule_version, members, readers=readers, **papers)


def supervision(
    root: Signed, admitted: Signed, rotations: Sequence[Dsse] = (), rule_version: int = RULE_VERSION
) -> Opened:
    """Genesis of the channel of a unit and its own superior, from the unit's ``unit_admitted``. Raises TypeError."""
    _, body = trusts.read(Envelope.parse(admitted.value).draft())
    if not isinstance(body, said.AdmittedBody):
        raise TypeError("not an admission")
    members = (body.unit, body.superior)
    return _opened(Kind.SUPERVISION, root, rotations, rule_version, members, answer=Embedded.of(admitted))


def continuing(opened: Opened, history: History) -> Opened:
    """The genesis of a channel's next topic: what the channel is, and where the topic before it ends (WIRE 14).

    Args:
        opened: as the channel was opened first. history: of the next topic, waiting for its genesis.
    """
    channel = history.channel
    writers = (REGISTRY, *channel.members)
    said = opened.summary.model_copy(
        update={
            "epochs": tuple(LedgerEpoch(source=one, epoch=history.ledger(one).head.epoch) for one in writers),
            "rule_version": channel.trust.rule_version,
            "cut": history.cut,
        }
    )
    return Opened(summary=said, embedded=opened.embedded)


def _opened(
    kind: Kind, root: Signed, rotations: Sequence[Dsse], rule_version: int, members: tuple[str, ...], **more: Any
) -> Opened:
    writers = (REGISTRY, *members)
    readers = more.pop("readers", None)
    summary = OpenedSummary(
        kind=kind,
        members=members or None,
        readers=readers,
        epochs=tuple(LedgerEpoch(source=writer, epoch=1) for writer in writers),
        rule_version=rule_version,
    )
    return Opened(summary=summary, embedded=Roots(root=Embedded.of(root), rotations=tuple(rotations) or None, **more))


def enabled(exchange: str, kind: Kind, answer: Signed) -> str:
    """The id of the channel that ``accepted`` or ``unit_admitted`` enables."""
    return channel_id(exchange, kind, answer.digest)


def addressed(event: Event, *, exchange: str, channel: str, id: str, time: str) -> Draft[Event]:
    """The registry's draft of a genesis or a copy: its subject is the channel."""
    return Draft(id, REGISTRY, channel, time, exchange, channel, event)


def copied(original: Signed) -> TrustCopied:
    """The copy of a trust event, exact bytes; ``original`` as it stands in ``duikou.trust``."""
    summary = CopiedSummary(digest=original.digest, sequence=Envelope.parse(original.value).sequence)
    return TrustCopied(summary=summary, embedded=Embedded.of(original))


def concerns(
    e: Draft[Any], members: Iterable[str] = (), readers: Iterable[str] = (), guests: Iterable[str] = ()
) -> bool:
    """Whether a trust event is copied into a channel of these members and readers; neither: an open topic (WIRE 21).

    guests: owners who let a lead be forwarded into it (services.registry.forwarding).

    Root, province and policy events and keys of registry and keeper go everywhere, those of a unit or officer where
    the unit writes or reads, all of them to the open topics. Heartbeat, profile and the root itself: nowhere.
    """
    return type(e.data) in trusts.COPIED and is_about(concerned(e), members, readers, guests)


def is_about(unit: str, members: Iterable[str], readers: Iterable[str], guests: Iterable[str]) -> bool:
    """Whether what is about a unit, or about everybody (empty), concerns a channel."""
    here = {*members, *readers, *guests}
    return not unit or not here or unit in here


def concerned(e: Draft[Any]) -> str:
    """The unit that a mandated event is about; empty where it is about everybody."""
    _, body = trusts.read(e)
    key: said.KeyEntry | None = getattr(body, "key", None) if isinstance(body, said.KeyAddedBody) else None
    holder = key.holder if key is not None else getattr(body, "holder", getattr(body, "unit", ""))
    return "" if holder in (REGISTRY, KEEPER) else str(holder)


def rotation(e: Draft[Any]) -> Dsse | None:
    """The mandate that later geneses embed: of a root event that added or closed a root or registry key (A6)."""
    if isinstance(e.data, said.RootRotated):
        return e.data.mandate
    if not isinstance(e.data, said.KeyAdded | said.KeyClosed):
        return None
    _, body = trusts.read(e)
    holder = body.key.holder if isinstance(body, said.KeyAddedBody) else body.holder
    return e.data.mandate if holder == REGISTRY else None
