"""Run the sandbox: ``python -m sandbox --host 127.0.0.1 --port 8095 [--config file.json]``."""

import argparse
import asyncio
import contextlib
import signal
import sys

from .config import ERRORS, ConfigError, load
from .server import Server
from .switches import SwitchError


def parse(arguments):
    """Return the command line's values."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on; 0 takes a free one (default 8095)")
    parser.add_argument("--config", metavar="FILE", help="JSON file with the keys of sandbox/config.py")
    parser.add_argument("--state", metavar="FILE", dest="state_file", help="keep people and chats in this file")
    parser.add_argument("--app-secret", help="secret that signs webhooks")
    parser.add_argument("--errors", choices=ERRORS, help="refusals about a person come by status (default) or in the answer")
    return parser.parse_args(arguments)


async def run(config):
    """Serve until SIGINT or SIGTERM."""
    server = Server(config)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    url = await server.listen()
    print(f"Sandbox: {url}  (Graph API and, in the browser, the customer's phone)", flush=True)
    try:
        await stop.wait()
    finally:
        await server.close()


def main(arguments=None):
    """Entry point; returns the exit code."""
    options = parse(arguments)
    try:
        config = load(
            options.config,
            host=options.host,
            port=options.port,
            state_file=options.state_file,
            app_secret=options.app_secret,
            errors=options.errors,
        )
        asyncio.run(run(config))
    except (ConfigError, SwitchError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"Cannot listen on port {config['port']}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
