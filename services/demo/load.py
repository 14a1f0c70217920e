"""``--scale n``: n invented counties are paired with the two cities and send leads, which the cities' nodes carry."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from contracts.channels import PAIRING, Topic
from contracts.envelope import Envelope
from contracts.pairing import Accepted
from contracts.vocabulary import Role
from services.cli.client import Officer
from services.demo.cast import YIWU, YONGKANG, Office
from services.demo.counties import County, Reading
from services.demo.stage import Stage, until
from services.gateway.inbox import LIMIT
from services.node.node import accepted
from services.transport import Log, visible_end

T = TypeVar("T")

CITIES = (YIWU, YONGKANG)
LEADS = 8
"""Of every county."""
OPENING_SECONDS = 900


@dataclass
class Screen:
    """What a city's officer is told of cases as it happens. seen: lead -> when (steady clock, s)."""

    officer: Officer
    seen: dict[str, float] = field(default_factory=dict)
    begun: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def follow(self) -> None:
        """Until it is ended; the stream says something at least every 5 s."""
        node = self.officer.node
        headers = {"Authorization": f"Bearer {node.token}"}
        with node.http.stream("GET", f"{node.base_url}/v1/cases/stream", headers=headers, timeout=60) as stream:
            for line in stream.iter_lines():
                self.begun.set()
                if self.ended.is_set():
                    return
                if line.startswith("data:"):
                    self._told(json.loads(line.removeprefix("data:")))

    def _told(self, case: Mapping[str, Any]) -> None:
        """Delivered: the city's node has taken it in and said so, and somebody is to sign for it."""
        if case and case["state"]["status"] == "delivered":
            self.seen.setdefault(case["subject"], time.monotonic())


@dataclass
class Load:
    """Ends by itself; begun again it finds what stands and sends the rest."""

    stage: Stage
    exchange: str
    invented: tuple[Office, ...]
    counties: list[County] = field(init=False)
    reading: Reading = field(init=False)

    def __post_init__(self) -> None:
        cities = [self.stage.office(code) for code in CITIES]
        parts = (self.stage.troupe.ceremony, self.stage.cluster, self.exchange)
        self.counties = [County(one, cities[n % len(cities)], *parts) for n, one in enumerate(self.invented)]
        self.reading = Reading(self.exchange)

    def carry(self) -> None:
        """Proposals, answers, channels, leads, and what the cities have of it; says how fast each went."""
        with self.counties[0].log() as log:
            self._timed("登记处认识虚构县 · invented counties known", lambda: self._known(log))
            self._timed("提议 · proposed", self._propose)
            self._timed("两市经接口同意 · accepted by the cities over HTTP", lambda: self._accept(log))
            channels = self._timed("通道已开 · channels open, keys published", lambda: self._open(log))
        self._send(channels)
        self._inboxes()

    def _timed(self, what: str, work: Callable[[], T]) -> T:
        began = time.monotonic()
        found = work()
        seconds, count = time.monotonic() - began, len(self.counties)
        self.stage.say(f"{what}: {count} in {seconds:.1f} s ({count / seconds:.1f}/s)")
        return found

    def _known(self, log: Log) -> None:
        """Until every officer of theirs is copied to where pairings are proposed."""

        def known() -> bool:
            history = self.reading.read(log, PAIRING)
            return all(county.is_known(history) for county in self.counties)

        until("the invented counties are known", known, OPENING_SECONDS)

    def _propose(self) -> None:
        answer_by, topic = self.stage.within("answer_by", 30), str(Topic(PAIRING, 1))
        for county in self.counties:
            with county.log() as log:
                until("the registry lets the county in", lambda: visible_end(log, topic) is not None)
                signed = county.propose(self.reading.read(log, PAIRING), answer_by)
                if signed:
                    log.append(topic, [one.message() for one in signed])

    def _accept(self, log: Log) -> None:
        history = self.reading.read(log, PAIRING)
        offers = {county.code: history.state("pairing", county.proposal).offer for county in self.counties}
        with ThreadPoolExecutor(len(CITIES)) as pool:
            list(pool.map(lambda city: self._accept_all(city, offers), CITIES))

    def _accept_all(self, city: str, offers: Mapping[str, str]) -> None:
        """P2 by one city's author and head, one after the other, as people do."""
        mine = [county for county in self.counties if county.city.code == city]
        looker, wanted = self.stage.at(city, "author", "look"), {county.proposal for county in mine}
        until("the city sees all offers", lambda: wanted <= {one.subject for one in looker.matters("pairings")})
        for county in mine:
            about = (PAIRING, Accepted.TYPE, county.proposal)
            said = {"offer": offers[county.code]}
            self.stage.troupe.document(city, f"answer {county.code}", about, said, second=Role.HEAD)

    def _open(self, log: Log) -> dict[str, str]:
        """County -> channel, as soon as it can be written to."""
        pairings = accepted(self.exchange, self.reading.read(log, PAIRING))
        channels = {state.owner: channel for channel, state in pairings}
        for county in self.counties:
            with county.log() as own:
                ready = partial(self._ready, own, county, channels[county.code])
                until(f"{county.office.name}: the channel is open", ready, OPENING_SECONDS)
        return channels

    def _ready(self, log: Log, county: County, channel: str) -> bool:
        return county.may_share(self.reading.read(log, channel))

    def _send(self, channels: Mapping[str, str]) -> None:
        """Each county signs and appends all its leads at once; the cities' screens say when they hear of each."""
        with _followed([Screen(self.stage.at(city, "intake", "look")) for city in CITIES]) as screens:
            sent, began = dict[str, float](), time.monotonic()
            for county in self.counties:
                sent.update(self._sent(county, channels[county.code]))
            seconds = time.monotonic() - began
            rate = f"{len(sent) / seconds:.0f}/s"
            self.stage.say(f"线索 · leads signed twice, encrypted, sent: {len(sent)} in {seconds:.1f} s ({rate})")
            if sent:
                until("the cities have all leads", lambda: sent.keys() <= _seen(screens).keys(), OPENING_SECONDS)
                self._told(sent, _seen(screens), began)

    def _sent(self, county: County, channel: str) -> dict[str, float]:
        """Lead -> when it was given to the log (steady clock, s)."""
        with county.log() as log:
            history = self.reading.read(log, channel)
            signed = county.share(history, range(1, LEADS + 1), self.stage.ahead("review", 180))
            now = time.monotonic()
            if signed:
                log.append(str(history.topic), [one.message() for one in signed])
        return {Envelope.parse(one.value).subject: now for one in signed}

    def _told(self, sent: Mapping[str, float], seen: Mapping[str, float], began: float) -> None:
        took = sorted(seen[lead] - at for lead, at in sent.items())
        whole = max(seen[lead] for lead in sent) - began
        middle, late = (took[int((len(took) - 1) * share)] for share in (0.5, 0.99))
        self.stage.say(
            f"两市屏幕 · on the cities' screens: all after {whole:.1f} s ({len(sent) / whole:.0f}/s); "
            f"a lead after {middle:.2f} s (p50), {late:.2f} s (p99)"
        )

    def _inboxes(self) -> None:
        """What the cities now have to sign for: all of it, up to what one answer holds."""
        for city in CITIES:
            officer = self.stage.at(city, "intake", "look")
            mine = LEADS * sum(county.city.code == city for county in self.counties)
            until("the inbox has all", lambda: len(officer.inbox(group="to_sign_for")) >= min(mine, LIMIT))  # noqa: B023
            began = time.monotonic()
            due = len(officer.inbox(group="to_sign_for"))
            took = (time.monotonic() - began) * 1_000
            self.stage.say(f"{self.stage.name(city)}待签收 · to be signed for: {due}, listed in {took:.0f} ms")


def _seen(screens: list[Screen]) -> dict[str, float]:
    return {lead: at for screen in screens for lead, at in dict(screen.seen).items()}


@contextmanager
def _followed(screens: list[Screen]) -> Iterator[list[Screen]]:
    """While each is followed by a thread of its own."""
    with ThreadPoolExecutor(len(screens)) as pool:
        running = [pool.submit(screen.follow) for screen in screens]
        try:
            for screen in screens:
                until("the stream of cases begins", lambda screen=screen: screen.begun.is_set())  # type: ignore[misc]
            yield screens
        finally:
            for screen in screens:
                screen.ended.set()
    for one in running:
        one.result()
