"""Defaults, configuration file and environment of the sandbox.

Nothing here is secret: the token and the app secret open nothing but this server.
"""

import copy
import json
import os

DEFAULTS = {
    "host": "127.0.0.1",
    "port": 8095,
    "portfolio_id": "900000000000900",
    "app_id": "900000000000700",
    "app_secret": "demo-app-secret",
    #: Refuse calls without ``appsecret_proof`` ("Require App Secret" in the App Dashboard).
    "require_app_secret_proof": False,
    "accounts": [
        {
            "waba_id": "900000000000001",
            "name": "Example Shop",
            "numbers": [{"phone_number_id": "900000000000101", "display": "+1 202-555-0142", "verified_name": "Example Shop"}],
        }
    ],
    "tokens": {"EAADEMO-TOKEN": {}},
    #: The callback of the app itself, as set in the App Dashboard: {"callback_url", "verify_token", "fields"}.
    "app_callback": None,
    "customers": [],
    #: Values for ``switches.Switches``.
    "switches": {},
    #: How refusals about a person come: "status" (after a 200, as Meta does) or "answer" (to the POST).
    "errors": "status",
    #: Where to keep the world between two runs; None = nowhere.
    "state_file": None,
}

ENVIRONMENT = {
    "WA_SANDBOX_HOST": "host",
    "WA_SANDBOX_PORT": "port",
    "WA_SANDBOX_APP_ID": "app_id",
    "WA_SANDBOX_APP_SECRET": "app_secret",
    "WA_SANDBOX_PORTFOLIO_ID": "portfolio_id",
    "WA_SANDBOX_STATE": "state_file",
    "WA_SANDBOX_ERRORS": "errors",
}
ERRORS = ("status", "answer")


class ConfigError(Exception):
    """The configuration cannot be used; the text says why."""


def load(path=None, environ=os.environ, **overrides):
    """Return the configuration: defaults, then file, then environment, then explicit overrides.

    :param path: a JSON file with any of the keys of ``DEFAULTS``.
    :raise ConfigError: unreadable file or unknown key.
    """
    config = copy.deepcopy(DEFAULTS)
    if path:
        try:
            with open(path, encoding="utf-8") as file:
                given = json.load(file)
        except (OSError, ValueError) as error:
            raise ConfigError(f"Cannot read the configuration {path}: {error}") from error
        unknown = set(given) - set(DEFAULTS)
        if unknown:
            raise ConfigError(f"Unknown keys in {path}: {', '.join(sorted(unknown))}")
        config.update(given)
    for name, key in ENVIRONMENT.items():
        if environ.get(name):
            config[key] = environ[name]
    if environ.get("WA_SANDBOX_ACCESS_TOKEN"):
        config["tokens"] = {environ["WA_SANDBOX_ACCESS_TOKEN"]: {}}
    config.update({key: value for key, value in overrides.items() if value is not None})
    try:
        config["port"] = int(config["port"])
    except ValueError as error:
        raise ConfigError(f"The port must be a number, not {config['port']!r}") from error
    if config["errors"] not in ERRORS:
        raise ConfigError(f"errors must be one of {', '.join(ERRORS)}, not {config['errors']!r}")
    if config["errors"] == "answer":
        config["switches"] = {"async_errors": [], **config["switches"]}
    return config
