"""What the check has to be told. Secrets come from the environment or are typed unseen; the command line has "
"no place for them."""

from __future__ import annotations

import argparse
import getpass
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lib import paths
from tools import phone
from tools.graph.address import is_allowed

DEFAULT_URL, DEFAULT_VERSION = "https://graph.facebook.com", "v26.0"
#: The oldest version that Meta still serves. Source: Graph API changelog; v21.0 ends 21 Jan 2027.
OLDEST_VERSION = 21
PORT_MAX = 65535
LEFT_FILE = paths.STATE_DIR / "live-check" / "left.json"
REPORT_FOLDER = paths.STATE_DIR / "live-check"


class Unusable(Exception):
    """Nothing can be played with what was given; the text is one sentence that says what to do."""


@dataclass(frozen=True)
class Settings:
    """Everything a run needs."""

    app_id: str
    app_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    waba_id: str = ""
    number_id: str = ""
    #: With plus sign.
    recipient: str = field(default="", repr=False)
    base_url: str = DEFAULT_URL
    version: str = DEFAULT_VERSION
    #: "open", "closed" or "": has the recipient written within 24 hours?
    window: str = ""
    callback_url: str = ""
    listen: tuple[str, int] = ("127.0.0.1", 8098)
    flood: bool = False
    #: Seconds to wait for a status, and for the review of a template.
    patience: float = 30
    review_patience: float = 180
    #: Seconds between two messages to one person, once the burst is used up.
    pause: float = 6
    #: A picture on a public https address of one's own, for points about links.
    picture_url: str = "https://www.gstatic.com/webp/gallery/1.jpg"
    left_file: Path = LEFT_FILE


#: Setting -> (environment variable, question).
ASKED = {
    "app_id": ("WA_LIVE_APP_ID", "App id (App Dashboard > App settings > Basic): "),
    "app_secret": ("WA_LIVE_APP_SECRET", "App secret (same page; not shown): "),
    "access_token": ("WA_LIVE_ACCESS_TOKEN", "Access token of the system user (not shown): "),
    "waba_id": ("WA_LIVE_WABA_ID", "Id of the WhatsApp Business Account (WABA): "),
    "number_id": ("WA_LIVE_NUMBER_ID", "Phone number id (not the number itself): "),
    "recipient": ("WA_LIVE_RECIPIENT", "Phone of the one person who agreed to get messages (+…): "),
}
SECRET = ("app_secret", "access_token")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line. It has no option for a secret: what is typed there is kept by shells."""
    made = argparse.ArgumentParser(
        prog="dev/live-check",
        description="Play what this project assumes about Meta against Meta itself: reads first, says what it will do and "
        "what it costs, sends to one person who agreed, cleans up, and writes a report without secrets. "
        "The app secret and the access token are asked for, or read from WA_LIVE_APP_SECRET and WA_LIVE_ACCESS_TOKEN.",
    )
    made.add_argument("--app-id")
    made.add_argument("--waba-id", help="id of the WhatsApp Business Account")
    made.add_argument("--number-id", help="phone number id")
    made.add_argument("--recipient", metavar="PHONE", help="the one person who agreed, with + and country code")
    made.add_argument("--window", choices=("open", "closed"), help="has the recipient written to the number within 24 hours?")
    made.add_argument("--callback-url", metavar="URL", help="public https address that leads to --listen: statuses can be read")
    made.add_argument(
        "--listen", metavar="HOST:PORT", default="127.0.0.1:8098", help="where webhooks arrive (default: %(default)s)"
    )
    made.add_argument("--picture-url", metavar="URL", help="a JPEG or PNG on a public https address")
    made.add_argument("--flood", action="store_true", help="also play the pair rate: about fifty messages to the recipient")
    made.add_argument(
        "--only", metavar="WORD", action="append", default=[], help="points whose id begins like this; repeatable"
    )
    made.add_argument("--api-url", default=DEFAULT_URL, help=argparse.SUPPRESS)
    made.add_argument("--version", default=DEFAULT_VERSION, help="Graph version (default: %(default)s)")
    made.add_argument("--patience", type=float, default=30, metavar="SECONDS", help="for a status (default: %(default)s)")
    made.add_argument("--review-patience", type=float, default=180, metavar="SECONDS", help="for a template's review")
    made.add_argument("--report", metavar="FOLDER", type=Path, default=REPORT_FOLDER, help="where the report goes")
    what = made.add_mutually_exclusive_group()
    what.add_argument("--plan", action="store_true", help="only show what would be done")
    what.add_argument("--clean", action="store_true", help="only remove what an earlier run left behind")
    what.add_argument("--facts", action="store_true", help="only write docs/meta-facts.md anew from the list of points")
    made.add_argument("--yes", action="store_true", help="do not ask before writing")
    return made


def settings(
    options: argparse.Namespace,
    environ: Mapping[str, str] = os.environ,
    ask: Callable[[str], str] = input,
    ask_unseen: Callable[[str], str] = getpass.getpass,
) -> Settings:
    """Return the settings from options, environment and questions, in this order.

    :raise Unusable: something given cannot be right.
    """
    given = {}
    for name, (variable, question) in ASKED.items():
        value = (getattr(options, name, None) or environ.get(variable) or "").strip()
        given[name] = value or (ask_unseen if name in SECRET else ask)(question).strip()
    host, _, port = options.listen.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) <= PORT_MAX):
        raise Unusable(f"--listen is HOST:PORT with a port up to {PORT_MAX}, not {options.listen}.")
    more = {"picture_url": options.picture_url} if options.picture_url else {}
    return checked(
        Settings(
            **given,
            **more,
            base_url=options.api_url,
            version=options.version,
            window=options.window or "",
            callback_url=options.callback_url or "",
            listen=(host, int(port)),
            flood=options.flood,
            patience=options.patience,
            review_patience=options.review_patience,
        )
    )


def checked(given: Settings) -> Settings:
    """Look at what can be judged without asking Meta.

    :raise Unusable: something cannot be right.
    """
    for name in ("app_id", "waba_id", "number_id"):
        if not (getattr(given, name).isascii() and getattr(given, name).isdigit()):
            raise Unusable(f"The {name.replace('_', ' ')} is made of digits only: copy it from the App Dashboard.")
    if not given.app_secret or not given.access_token:
        raise Unusable("App secret and access token are both needed: give them when asked, or in the environment.")
    if not given.recipient.startswith("+") or phone.normalise(given.recipient) is None:
        raise Unusable("The recipient is one phone number with + and country code, such as +1 202 555 0142.")
    if not is_allowed(given.base_url):
        raise Unusable("The API address has to be https.")
    version = re.fullmatch(r"v(\d{1,3})\.\d", given.version)
    if not version:
        raise Unusable(f"A Graph version looks like {DEFAULT_VERSION}, not {given.version}.")
    if int(version[1]) < OLDEST_VERSION:
        raise Unusable(
            f"Meta no longer serves Graph {given.version}: take v{OLDEST_VERSION}.0 or newer, best {DEFAULT_VERSION}."
        )
    if given.callback_url and not is_allowed(given.callback_url):
        raise Unusable("The callback address has to be https and without a query, for Meta calls no other.")
    return given
