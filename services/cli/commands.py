"""The command line. Exit codes are a contract: ``services.cli.errors``."""

from collections.abc import Callable

import typer

from services.cli import (
    auditing,
    clocks,
    concerns,
    documents,
    files,
    mandates,
    matters,
    office,
    prints,
    questions,
    reports,
    searching,
    topics,
    upkeep,
)

HELP = """Exchange of signed case leads between paired units.

DUIKOU_URL, DUIKOU_TOKEN and DUIKOU_KEY stand for --url, --token and --key.
Exit codes: 0 done, 1 refused, 2 usage, 3 not yet, 4 void, 5 audit refused,
6 a node is not sound."""

app = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.add_typer(documents.app, name="paper")
app.add_typer(mandates.app, name="mandate")
app.add_typer(matters.app, name="case")
app.add_typer(questions.app, name="enquiry")
app.add_typer(concerns.app, name="oversight")
app.add_typer(concerns.operations, name="operation")
app.add_typer(concerns.postings, name="posting")
app.add_typer(office.pairing, name="pairing")
app.add_typer(office.outflow, name="outflow")
COMMANDS: dict[str, Callable[..., None]] = {
    "accept": matters.accept,
    "acknowledge": office.acknowledge,
    "adopt": upkeep.adopt,
    "assign": office.assign,
    "assignments": office.assignments,
    "attach": files.attach,
    "audit": auditing.audit,
    "backup": upkeep.backup,
    "calendar": clocks.calendar,
    "confirm": office.confirm,
    "continue": topics.continue_,
    "delegate": documents.delegate,
    "doctor": upkeep.doctor,
    "draft": documents.draft,
    "export": auditing.export,
    "fetch": files.fetch,
    "fill": topics.fill_,
    "find": searching.find,
    "fsck": upkeep.fsck,
    "hand": office.hand,
    "inbox": office.inbox,
    "ledgers": upkeep.ledgers,
    "new-key": mandates.new_key,
    "node": office.node,
    "open": matters.open_,
    "prepare": upkeep.prepare,
    "print": prints.print_,
    "receipt": prints.receipt,
    "receive": matters.receive,
    "refused": office.refused,
    "report": reports.report,
    "restore": upkeep.restore,
    "resume": upkeep.resume,
    "say": office.say,
    "search": searching.search,
    "sign": documents.sign,
    "source": prints.source,
    "status": office.status,
    "token": office.token,
    "units": office.units,
    "withdraw": matters.withdraw,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
