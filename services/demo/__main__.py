"""``python -m services.demo [--kafka] [--once] [--scale N] [--state FOLDER]``: sets up, tells, keeps running."""

import argparse
import signal
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from contracts.channels import REGISTRY
from contracts.vocabulary import UnitKind
from infra.processes import ServerError, Unavailable
from services.cli.replies import Matter
from services.demo.cast import MOST, PASSPHRASE, TWO_PROVINCES, XINCAI, Office, invented
from services.demo.ceremony import STORY_RULES, Ceremony, OtherCastError
from services.demo.cluster import Cluster, cluster
from services.demo.load import Load
from services.demo.players import Memory, Player, Troupe
from services.demo.stage import StoryError
from services.demo.story import RELAY, REST, Story

IDLE_SECONDS = 0.2
"""At the usual 0.05 s nine nodes on two cores are busy with looking whether there is something to do."""


def main(arguments: list[str]) -> int:
    """Exit code: 0 told (and stopped by Ctrl-C), 1 the story failed, 2 another story's folder, 3 a server lacks."""
    options = _options(arguments)
    state = options.state or Path("state") / _folder(options)
    state.mkdir(parents=True, exist_ok=True)
    console = Console()
    try:
        return _play(console, state.resolve(), options)
    except StoryError as error:
        console.print(f"[red]the story stopped:[/] {error} (logs in {state}/*/)")
        return 1
    except OtherCastError as error:
        console.print(f"[red]another story began here:[/] {error}; remove {state} or name another folder (--state)")
        return 2
    except (Unavailable, ServerError) as error:
        console.print(f"[red]a server is missing:[/] {error}")
        return 3


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.demo", description=__doc__)
    parser.add_argument("--kafka", action="store_true", help="over Apache Kafka instead of the embedded log")
    parser.add_argument("--once", action="store_true", help="end when the story is told")
    parser.add_argument("--scale", type=int, default=0, metavar="N", help="and so many invented counties, for load")
    parser.add_argument("--state", type=Path, help="folder for all state; default by log and scale, as state/embedded")
    options = parser.parse_args(arguments)
    if not 0 <= options.scale <= MOST:
        parser.error(f"--scale: 0 to {MOST}")
    return options


def _folder(options: argparse.Namespace) -> str:
    """A ceremony is of one cast, so each has its own."""
    log = "kafka" if options.kafka else "embedded"
    return f"{log}-{options.scale}" if options.scale else log


def _play(console: Console, state: Path, options: argparse.Namespace) -> int:
    crowd = invented(options.scale)
    ceremony = Ceremony(state, STORY_RULES, (*TWO_PROVINCES, *crowd))
    nodes = tuple(office for office in ceremony.offices if office.runs_a_node)
    root = ceremony.run()
    console.print(f"根证书指纹 · root (2 of 3): [bold]{root}[/]", soft_wrap=True)
    console.print("全部虚构 · everybody and everything here is invented")
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell started us in the background
        signal.signal(number, signal.default_int_handler)
    try:
        with cluster(state, root, kafka=options.kafka, offices=nodes, idle_seconds=IDLE_SECONDS) as running:
            _start(running)
            troupe = Troupe(state, ceremony, running.addresses())
            memory = Memory(state / "story.json")
            story = Story(running, troupe, memory, lambda line: console.print(f" · {line}", soft_wrap=True))
            story.tell()
            if crowd:
                Load(story, root, crowd).carry()
            _show(console, running, troupe, root)
            while not options.once:
                time.sleep(1.0)
                if running.dead():
                    raise StoryError(f"ended without being asked: {', '.join(running.dead())}")
    except KeyboardInterrupt:
        console.print("stopping; the same command goes on from here")
    return 0


def _start(running: Cluster) -> None:
    """The registry and the nodes; 新蔡's relay is a process of its own, so that its line can be cut."""
    running.start(REGISTRY)
    for office in running.offices:
        if office.code == XINCAI:
            running.start(XINCAI, RELAY)
            running.start(XINCAI, REST)
        else:
            running.start(office.code)


def _show(console: Console, running: Cluster, troupe: Troupe, root: str) -> None:
    for office in running.offices:
        looker = troupe.at(office.code, "author", "look")
        console.print(_concerns(office, looker) if office.kind is UnitKind.SUPERVISING else _cases(office, looker))
        for record in looker.refused():
            console.print(
                f"   {record.result}: {record.type} · {record.code} ({record.law}) at {record.topic}@{record.offset}"
            )
        console.print(f"   API: {troupe.addresses[office.code]}/docs")
    console.print(f"\nroot fingerprint: [bold]{root}[/]\nstate: {running.state}", soft_wrap=True)
    console.print("officers (for duikou token): numbers by unit and post in ceremony.json, keys in keys/officers,")
    console.print(f"passphrase {PASSPHRASE}", soft_wrap=True)
    against = " ".join(f"--against {running.settings(office.code)}" for office in running.offices)
    console.print("next:")
    console.print(f"  .venv/bin/duikou audit --root {root} {running.log_options()} {against}", soft_wrap=True)


def _cases(office: Office, looker: Player) -> Table:
    """Of a county or a city: its leads, who has read them; of invented counties only how many."""
    listed = looker.matters("leads")
    told = [one for one in listed if one.state["counterpart"] in {office.code for office in TWO_PROVINCES}]
    more = f" · 虚构县 of invented counties: {len(listed) - len(told)}" if len(listed) > len(told) else ""
    table = _table(f"{office.name} {office.code} · 案件 cases{more}", "方向", "状态", "事项", "谁读过", "最后")
    for one in told:
        case = looker.matter("leads", one.channel, one.subject)  # a list does not say who read
        read = ", ".join(sorted({one["unit"] for one in case.reads}))
        table.add_row(str(case.state["direction"]), case.status, case.subject[:8], read, _last(case))
    return table


def _concerns(office: Office, looker: Player) -> Table:
    """Of a superior: what its units told it, and which pairings it watches, in numbers."""
    watched = looker.watched()
    asleep, late = sum(one["sleeping"] for one in watched), sum(len(one["overdue"]) for one in watched)
    title = f"{office.name} {office.code} · 看到 watches {len(watched)}: 休眠 asleep {asleep}, 超期 overdue {late}"
    table = _table(title, "方向", "状态", "事项", "单位", "最后")
    for one in looker.matters("oversight"):
        told = looker.matter("oversight", one.channel, one.subject)
        direction, unit = (str(told.state[name]) for name in ("direction", "counterpart"))
        table.add_row(direction, told.status, told.subject[:8], unit, _last(told))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    return table


def _last(matter: Matter) -> str:
    """What was said of it last."""
    return str(matter.state["timeline"][-1]["type"].split(".")[2]) if matter.state["timeline"] else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
