"""The database that `dev/run` shows: the addon with its demo data, kept up to date, pointed at the sandbox."""

from __future__ import annotations

from lib import databases, fingerprint, odoo, paths
from lib.progress import CommandError, step
from lib.rpc import Odoo, RemoteError

DATABASE = f"{paths.MODULE}_demo"
LOGIN = PASSWORD = "admin"  # noqa: S105 (what Odoo gives a new database)
ACCOUNT = f"{paths.MODULE}.account_demo"


def ensure_database(install: odoo.Install, *, reset: bool = False) -> None:
    """Create the demo database, or update it when the addon's files changed."""
    wanted = fingerprint.addon()
    found = databases.comment(DATABASE, install.pg)
    if found == wanted and not reset:
        return
    arguments = ["-d", DATABASE, "--with-demo", "--no-http", "--stop-after-init"]
    if found and not reset:
        with step("updating the addon in the demo database"):
            odoo.run(install, [*arguments, "-u", paths.MODULE], log="demo-update", purpose="Updating the demo database")
    else:
        databases.drop(DATABASE, install.pg)
        databases.create(DATABASE, install.pg)
        with step("installing CRM, the addon and demo data (about a minute and a half)"):
            odoo.run(install, [*arguments, "-i", paths.MODULE], log="demo-install", purpose="Installing the demo database")
    databases.set_comment(DATABASE, wanted, install.pg)


def connect(session: Odoo, base_url: str, sandbox: dict) -> dict:
    """Point the demo account at the sandbox and connect it, the way an administrator would.

    :param sandbox: `url`, `app_secret`, `access_token` of the sandbox.
    :return: `account_id`, `webhook_url`, `waba_id`, `phone_number_id`.
    """
    for key, value in (("web.base.url", base_url), ("web.base.url.freeze", "True")):
        session.call("ir.config_parameter", "set_param", key, value)
    account = session.ref(ACCOUNT)
    if not account:
        raise CommandError(f"The demo data lacks the account {ACCOUNT}: run “dev/run --reset” to build the demo database anew.")
    session.call(
        "wa.account",
        "write",
        [account],
        {"api_url": sandbox["url"], "app_secret": sandbox["app_secret"], "access_token": sandbox["access_token"]},
    )
    try:
        session.call("wa.account", "action_connect", [account])
    except RemoteError as error:
        raise CommandError(
            f"Connecting the demo account to the sandbox did not work: {error} See .dev/log/odoo.log and .dev/log/sandbox.log."
        ) from error
    row = session.read("wa.account", account, ["webhook_url", "waba_id", "state", "state_reason"])
    if row["state"] != "connected":
        raise CommandError(
            f"The demo account is not connected after connecting it ({row['state_reason'] or row['state']}); "
            "see .dev/log/odoo.log and .dev/log/sandbox.log."
        )
    numbers = session.search_read("wa.number", [("account_id", "=", account)], ["phone_number_id"], limit=1, order="id")
    if not numbers:
        raise CommandError("The demo account has no number after connecting it; see .dev/log/odoo.log.")
    return {
        "account_id": account,
        "webhook_url": row["webhook_url"],
        "waba_id": row["waba_id"],
        "phone_number_id": numbers[0]["phone_number_id"],
    }
