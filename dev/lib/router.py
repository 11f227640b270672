"""One address for Odoo's normal multi-process mode, which listens on two ports: pages and live updates.

Behind a real web server `/websocket` goes to the live-update process and all else to the workers. This does the same with
the first line of every connection. That is enough: Odoo's workers close a connection after one answer, and a browser opens
a connection of its own for a websocket. It also keeps connections that a browser opens ahead of need, and sends nothing on,
away from the workers, of which there are two.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading

from lib.ports import LOOPBACK

FIRST_LINE_LIMIT = 64 * 1024
CHUNK = 64 * 1024


def is_websocket(first_line: bytes) -> bool:
    """Whether a request line asks for the live-update process."""
    parts = first_line.split(b" ")
    path = parts[1].partition(b"?")[0] if len(parts) > 1 else b""
    return path == b"/websocket" or path.startswith(b"/websocket/")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


class Router:
    """Listens on `port` of loopback until the process ends or `stop` is called."""

    def __init__(self, port: int, http_port: int, websocket_port: int) -> None:
        self.port, self.http_port, self.websocket_port = port, http_port, websocket_port
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.Task] = set()  # asyncio itself keeps no hold on a task
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="router", daemon=True)

    def start(self) -> None:
        """Start listening.

        :raise OSError: the port was taken in the meantime.
        """
        self._thread.start()
        self._ready.wait()
        if self._error:
            raise self._error

    def stop(self) -> None:
        """Stop listening and cut what is open."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            serving = asyncio.start_server(self._connection, LOOPBACK, self.port, limit=FIRST_LINE_LIMIT, backlog=512)
            self._server = self._loop.run_until_complete(serving)
        except OSError as error:
            self._error = error
            self._loop.close()
            return
        finally:
            self._ready.set()
        self._loop.run_forever()
        open_connections = asyncio.all_tasks(self._loop)
        for task in open_connections:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*open_connections, return_exceptions=True))
        self._server.close()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._connections.add(task)
        try:
            # Only `_run` cancels, at the very end. Let out, Python 3.11 prints a traceback for each open page.
            with contextlib.suppress(asyncio.CancelledError):
                await self._pass_on(reader, writer)
        finally:
            self._connections.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream: asyncio.StreamWriter | None = None
        try:
            first = await reader.readline()
            if not first:
                return
            port = self.websocket_port if is_websocket(first) else self.http_port
            answer, upstream = await asyncio.open_connection(LOOPBACK, port, limit=FIRST_LINE_LIMIT)
            upstream.write(first)
            sending = asyncio.ensure_future(_pump(reader, upstream))
            await _pump(answer, writer)  # the answer's end is the end: a client may keep its half open
            sending.cancel()
        except (OSError, ValueError):  # cut by either side; ValueError: a first line over the limit
            pass
        finally:
            for end in (writer, upstream):
                if end:
                    end.close()
