"""``python -m services.demo [--kafka] [--once] [--state FOLDER]``: sets up, tells the story, keeps running."""

import argparse
import signal
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from contracts.channels import REGISTRY
from infra.processes import ServerError, Unavailable
from services.demo.cast import NODES, PASSPHRASE, XINCAI
from services.demo.ceremony import Ceremony
from services.demo.cluster import Cluster, cluster
from services.demo.players import Memory, Troupe
from services.demo.story import RELAY, REST, Story, StoryError


def main(arguments: list[str]) -> int:
    """Exit code: 0 told (and stopped by Ctrl-C), 1 the story failed, 3 a server is not to be had."""
    options = _options(arguments)
    state = options.state or Path("state") / ("kafka" if options.kafka else "embedded")
    state.mkdir(parents=True, exist_ok=True)
    console = Console()
    try:
        return _play(console, state.resolve(), kafka=options.kafka, once=options.once)
    except StoryError as error:
        console.print(f"[red]the story stopped:[/] {error} (logs in {state}/*/)")
        return 1
    except (Unavailable, ServerError) as error:
        console.print(f"[red]a server is missing:[/] {error}")
        return 3


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.demo", description=__doc__)
    parser.add_argument("--kafka", action="store_true", help="over Apache Kafka instead of the embedded log")
    parser.add_argument("--once", action="store_true", help="end when the story is told")
    parser.add_argument("--state", type=Path, help="folder for all state; default state/embedded or state/kafka")
    return parser.parse_args(arguments)


def _play(console: Console, state: Path, *, kafka: bool, once: bool) -> int:
    ceremony = Ceremony(state)
    root = ceremony.run()
    console.print(f"根证书指纹 · root (2 of 3): [bold]{root}[/]", soft_wrap=True)
    console.print("全部虚构 · everybody and everything here is invented")
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell started us in the background
        signal.signal(number, signal.default_int_handler)
    try:
        with cluster(state, root, kafka=kafka) as running:
            _start(running)
            troupe = Troupe(state, ceremony, running.addresses())
            memory = Memory(state / "story.json")
            channel = Story(running, troupe, memory, lambda line: console.print(f" · {line}", soft_wrap=True)).tell()
            _show(console, running, troupe, channel, root)
            while not once:
                time.sleep(1.0)
                if running.dead():
                    raise StoryError(f"ended without being asked: {', '.join(running.dead())}")
    except KeyboardInterrupt:
        console.print("stopping; the same command goes on from here")
    return 0


def _start(running: Cluster) -> None:
    """The registry and the nodes; 新蔡's relay is a process of its own, so that its line can be cut."""
    running.start(REGISTRY)
    for office in NODES:
        if office.code == XINCAI:
            running.start(XINCAI, RELAY)
            running.start(XINCAI, REST)
        else:
            running.start(office.code)


def _show(console: Console, running: Cluster, troupe: Troupe, channel: str, root: str) -> None:
    for office in NODES:
        table = Table(title=f"{office.name} {office.code} · 案件 cases", title_justify="left")
        for column in ("方向", "状态", "事项", "谁读过", "最后"):
            table.add_column(column)
        looker = troupe.at(office.code, "author", "look")
        for listed in looker.matters("leads"):
            case = looker.matter("leads", listed.channel, listed.subject)  # a list does not say who read
            read = ", ".join(sorted({one["unit"] for one in case.reads}))
            last = case.state["timeline"][-1]["type"].split(".")[2] if case.state["timeline"] else ""
            table.add_row(str(case.state["direction"]), case.status, case.subject[:8], read, last)
        console.print(table)
        for record in looker.refused():
            console.print(
                f"   {record.result}: {record.type} · {record.code} ({record.law}) at {record.topic}@{record.offset}"
            )
        console.print(f"   API: {troupe.addresses[office.code]}/docs")
    console.print(f"\nroot fingerprint: [bold]{root}[/]\nstate: {running.state}", soft_wrap=True)
    console.print("officers (for duikou token): numbers by unit and post in ceremony.json, keys in keys/officers,")
    console.print(f"passphrase {PASSPHRASE}", soft_wrap=True)
    against = " ".join(f"--against {running.settings(office.code)}" for office in NODES)
    console.print("next:")
    console.print(f"  .venv/bin/duikou audit --root {root} {running.log_options()} {against}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
