"""pywa as a business would set it up, with the stand-in in Meta's place, and its reader of webhooks."""

import logging

import httpx
from pywa import WhatsApp, handlers
from sandbox_site import APP, NUMBER, SECRET, TOKEN, VERIFY, WABA

PORTFOLIO = "900000000000900"


class Detour(httpx.HTTPTransport):
    """Carries what is addressed to Meta to the stand-in."""

    def __init__(self, url):
        super().__init__(verify=False)  # plain http; loading all authorities takes longer than most tests
        self._url = httpx.URL(url)

    def handle_request(self, request):
        request.url = request.url.copy_with(scheme="http", host=self._url.host, port=self._url.port)
        return super().handle_request(request)


def connect(url, **more):
    """Return pywa's client for the stand-in at an address."""
    settings = {
        "phone_id": NUMBER,
        "token": TOKEN,
        "session": httpx.Client(transport=Detour(url)),
        "server": None,
        "verify_token": VERIFY,
        "app_id": APP,
        "app_secret": SECRET,
        "waba_id": WABA,
        "business_portfolio_id": PORTFOLIO,
        **more,
    }
    return WhatsApp(**settings)


class Reader(logging.Handler):
    """Reads webhooks with pywa and keeps what came out of it.

    pywa writes what it cannot read into its log and goes on; here a warning is a complaint.
    """

    def __init__(self, client):
        super().__init__(logging.WARNING)
        self.client, self.updates, self.complaints = client, [], []
        kinds = [
            kind
            for kind in vars(handlers).values()
            if isinstance(kind, type)
            and issubclass(kind, handlers.Handler)
            and kind not in (handlers.Handler, handlers._FactoryHandler, handlers.RawUpdateHandler)
        ]
        client.add_handlers(*(kind(callback=self._keep) for kind in kinds))

    def _keep(self, _client, update):
        self.updates.append(update)

    def emit(self, record):
        """Take a line of pywa's log."""
        problem = f": {record.exc_info[1]!r}" if record.exc_info else ""
        self.complaints.append(record.getMessage() + problem)

    def read(self, hook):
        """Read one webhook; returns pywa's update.

        :param hook: as the stage keeps it.
        :raise AssertionError: when pywa refuses the signature, complains or makes nothing of it.
        """
        before = len(self.updates)
        self.complaints.clear()
        logger = logging.getLogger("pywa")
        logger.addHandler(self)
        try:
            refused = self.client.webhook_update_validator(hook["raw"], hook["headers"]["X-Hub-Signature-256"])
            assert refused is None, refused
            assert self.client.webhook_update_handler(hook["raw"]) == ("ok", 200)
        finally:
            logger.removeHandler(self)
        assert not self.complaints, self.complaints
        assert len(self.updates) == before + 1, f"pywa made nothing of {hook['body']}"
        return self.updates[-1]
