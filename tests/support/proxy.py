"""A line between a client and a server that tests cut, stall, delay or leave half open, in both directions.

It listens on 127.0.0.1 and goes on to an address or to a unix socket. What passes is not looked at.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

T = TypeVar("T")
CHUNK = 65_536
Upstream = Path | tuple[str, int]


@dataclass(eq=False)
class _Line:
    """One connection: the client's side, and the server's where there is one."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    orphan: bool = False
    """One side is gone and the other has not been told."""

    def abort(self) -> None:
        """Both sides hear a reset."""
        for side in (self.client, self.server):
            if side is not None:
                side.transport.abort()


@dataclass
class _Fault:
    """What the line does to what passes; made anew by ``mend``. delay in seconds for each chunk and direction."""

    cut: bool = False
    silent: bool = False
    delay: float = 0.0
    to_server: asyncio.Event = field(default_factory=asyncio.Event)
    to_client: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.to_server.set()
        self.to_client.set()


class Proxy:
    """A line that passes everything until it is told otherwise. Every method returns when its effect is there."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._lines: set[_Line] = set()
        self._fault = _Fault()
        self._thread.start()
        self._server: asyncio.Server = self._do(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def cut(self) -> None:
        """Every connection is reset, and every new one as soon as it is made."""
        self._tell(self._cut)

    def stall(self, *, to_server: bool = True, to_client: bool = True) -> None:
        """What is sent in these directions waits; nobody is told. New connections stall, too."""
        self._tell(lambda: self._stall(to_server, to_client))

    def delay(self, seconds: float) -> None:
        """Each chunk waits so long, in each direction."""
        self._tell(lambda: setattr(self._fault, "delay", seconds))

    def half_open(self, *, gone: str) -> None:
        """One side (``server`` or ``client``) is reset; the other stays connected and hears nothing any more.

        New connections are accepted, and nobody answers on them.
        """
        self._tell(lambda: self._half_open(gone))

    def mend(self) -> None:
        """What is sent passes again, what had waited first; a connection that lost its other side is reset at last."""
        self._tell(self._mend)

    def close(self) -> None:
        """Ends every connection."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # -- in the loop's thread ------------------------------------------------------------------------------------------

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _tell(self, what: Callable[[], object]) -> None:
        async def told() -> None:
            what()

        self._do(told())

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _end(self) -> None:
        self._server.close()
        self._mend()  # what waits goes on, to find its line ended
        self._cut()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    def _cut(self) -> None:
        self._fault.cut = True
        for line in self._lines:
            line.abort()

    def _stall(self, to_server: bool, to_client: bool) -> None:
        if to_server:
            self._fault.to_server.clear()
        if to_client:
            self._fault.to_client.clear()

    def _half_open(self, gone: str) -> None:
        self._fault.silent = True
        for line in self._lines:
            line.orphan = True
            side = line.client if gone == "client" else line.server
            if side is not None:
                side.transport.abort()

    def _mend(self) -> None:
        before, self._fault = self._fault, _Fault()
        before.to_server.set()
        before.to_client.set()
        for line in self._lines:
            if line.orphan:
                line.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(writer, orphan=self._fault.silent)
        self._lines.add(line)
        try:
            await self._pass(line, reader)
        except OSError:
            pass
        finally:
            line.abort()
            self._lines.discard(line)

    async def _pass(self, line: _Line, client: asyncio.StreamReader) -> None:
        if self._fault.cut:
            return
        if line.orphan:
            await self._drain(client)
            return
        server, line.server = await self._connect()
        await asyncio.gather(
            self._pump(line, client, line.server, "to_server"), self._pump(line, server, line.client, "to_client")
        )

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, Path):
            return await asyncio.open_unix_connection(str(self._upstream))
        return await asyncio.open_connection(*self._upstream)

    async def _pump(self, line: _Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        """One direction until its end, of which the other side is told unless the line is half open."""
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await getattr(self._fault, way).wait()
                if self._fault.delay:
                    await asyncio.sleep(self._fault.delay)
                if not line.orphan:
                    writer.write(data)
                    await writer.drain()
        if line.orphan:
            return
        await getattr(self._fault, way).wait()
        line.abort()

    async def _drain(self, reader: asyncio.StreamReader) -> None:
        """Takes everything and says nothing."""
        while await reader.read(CHUNK):
            pass
