"""The HTTP application of a node, and the server it runs in."""

import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio.to_thread
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

import contracts.catalogue  # noqa: F401 - registers every event type
from services import journal
from services.gateway import (
    anchors,
    assignments,
    attachments,
    bulk,
    commands,
    confirmations,
    contents,
    desk,
    enquiries,
    health,
    inbox,
    leads,
    metrics,
    operations,
    outflow,
    oversight,
    pages,
    pairings,
    postings,
    printing,
    problems,
    records,
    reports,
    search,
    streams,
    units,
    watching,
)
from services.gateway.auth import open_tokens
from services.gateway.door import Door
from services.node.node import Node
from services.node.settings import LOOPBACK, SettingsError

THREADS = 128
"""Requests served at once; half of them may wait (deps.WAITERS)."""
ASKED = (401, 403, 404, 422, 503, 504)
TOLD = (401, 403, 404, 409, 422, 503)
ROUTERS = (
    (anchors.router, ASKED),
    (assignments.router, TOLD),
    (attachments.router, (*TOLD, 413)),
    (attachments.reads, (*TOLD, 410, 425)),
    (bulk.router, TOLD),
    (commands.router, ASKED),
    (confirmations.router, TOLD),
    (contents.router, (*TOLD, 410, 425)),
    (desk.router, TOLD),
    (enquiries.queries, ASKED),
    (enquiries.router, TOLD),
    (health.router, (401, 403, 503)),
    (inbox.router, ASKED),
    (leads.queries, ASKED),
    (leads.router, TOLD),
    (metrics.router, ()),
    (operations.queries, ASKED),
    (operations.router, TOLD),
    (outflow.queries, ASKED),
    (outflow.router, TOLD),
    (oversight.queries, ASKED),
    (oversight.router, TOLD),
    (pairings.queries, ASKED),
    (pairings.router, TOLD),
    (postings.queries, ASKED),
    (postings.router, TOLD),
    (postings.tasks, TOLD),
    (printing.router, (*TOLD, 410, 425)),
    (printing.papers, ASKED),
    (records.router, TOLD),
    (reports.router, ASKED),
    (search.queries, ASKED),
    (search.router, (*TOLD, 410, 425, 429)),
    (streams.router, ASKED),
    (units.router, ASKED),
    (watching.router, ASKED),
)
"""Routers, and which problems their operations answer with."""


def create_app(node: Node, stop: threading.Event | None = None) -> FastAPI:
    """``stop``: ends what would go on. Raises SettingsError: no issuer of tokens, or a development node in the open."""
    if node.settings.is_registry:
        raise SettingsError("source: the registry serves no officers")
    app = FastAPI(
        title="duikou",
        summary="Exchange of signed case leads between paired units",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        telemetry={"logs": False, "tracing": False, "metrics": False},
    )
    app.state.node, app.state.tokens = node, open_tokens(node.settings)
    app.state.stop = stop or threading.Event()
    problems.install(app)
    app.add_middleware(Door, node=node)
    for router, statuses in ROUTERS:
        app.include_router(router, responses=problems.answers(*statuses))
    app.add_api_route("/docs", _docs, include_in_schema=False, response_class=HTMLResponse)
    return app


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def _docs(request: Request) -> HTMLResponse:
    """Every operation on one page, from this host alone."""
    return HTMLResponse(pages.page(request.app.openapi()), headers={"Content-Security-Policy": pages.POLICY})


def serve(node: Node, host: str, port: int, stop: threading.Event) -> threading.Thread:
    """The application in a thread of its own, until ``stop``; open requests are finished, then the thread ends.

    Raises SettingsError: another host than loopback without an identity provider, or a port that is taken. A server
    that dies sets ``stop``: the process ends with it.
    """
    if host not in LOOPBACK and not node.settings.issuer:
        raise SettingsError("host: only loopback without an identity provider")
    config = uvicorn.Config(
        create_app(node, stop),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=_run, args=(server, listening(host, port), stop), name="gateway")
    thread.start()
    return thread


def listening(host: str, port: int) -> socket.socket:
    """A socket whose connections send at once. Raises SettingsError.

    asyncio sees to that only where a socket names its protocol; without it a client that delays its acknowledgement
    gets the second part of each answer 40 ms late.
    """
    try:
        server = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(f"port: cannot listen on {host}:{port}: {error.strerror}") from error
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def _run(server: uvicorn.Server, bound: socket.socket, stop: threading.Event) -> None:
    threading.Thread(target=_end, args=(server, stop), name="gateway end", daemon=True).start()
    try:
        with bound:
            server.run([bound])
    except BaseException as error:
        journal.error(journal.Said.PART_ENDED, part="gateway", error=error)
        raise
    finally:
        stop.set()


def _end(server: uvicorn.Server, stop: threading.Event) -> None:
    """When asked to stop, lets the server finish what it has begun."""
    stop.wait()
    server.should_exit = True


def gateway_part(node: Node) -> Callable[[threading.Event], threading.Thread]:
    """What bootstrap starts: the node's settings say where to listen."""
    return lambda stop: serve(node, node.settings.host, node.settings.port, stop)
