"""Whatever is in a signed webhook is kept, and nothing breaks: neither the answer nor the worker.

``hypothesis`` makes up the contents; it belongs to the developers' environment (dev/requirements.lock), so without it
this one test does not exist.
"""

import json
import tempfile
from pathlib import Path

from odoo.tests import tagged

from ..common import WaHttpCase

try:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
    from hypothesis.configuration import set_hypothesis_home_dir
except ImportError:
    given = None

WORDS = (
    "object",
    "entry",
    "changes",
    "value",
    "messages",
    "statuses",
    "contacts",
    "errors",
    "field",
    "id",
    "from",
    "type",
    "text",
)

if given:
    set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "crm_whatsapp-hypothesis")
    leaves = (
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.sampled_from(WORDS)
    )
    keys = st.sampled_from(WORDS) | st.text(max_size=8)
    anything = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=20
    )
    # The shape of Meta's envelope with anything inside reaches the handlers; pure noise mostly ends at the door.
    shaped = st.builds(
        lambda field, value, number: {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": "900000000000001",
                    "changes": [
                        {
                            "field": field,
                            "value": {**value, "metadata": {"phone_number_id": number, "display_phone_number": "12025550142"}},
                        }
                    ],
                }
            ],
        },
        st.sampled_from(("messages", "account_update", "user_preferences", "message_template_status_update", "nonsense")),
        st.dictionaries(keys, anything, max_size=5),
        st.sampled_from(("900000000000101", "", "x")),
    )

    @tagged("post_install", "-at_install", "wa", "wa_http")
    class TestWebhookAnything(WaHttpCase):
        """Any JSON whatsoever."""

        @settings(
            max_examples=60,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(payload=anything | shaped)
        def test_any_json_leaves_an_event_and_no_exception(self, payload):
            body = json.dumps(payload).encode()
            before = self.env["wa.webhook.event"].search([])
            self.assertEqual(self.post_webhook(body).status_code, 200)
            self.env.invalidate_all()
            stored = self.env["wa.webhook.event"].search([("account_id", "=", self.account.id)])
            self.assertTrue(stored, "a signed webhook left no row")
            for event in stored - before:
                self.assertEqual(json.loads(event.body), payload)
                event._process()
                self.assertEqual(event.state, "done", event.error)
                self.assertFalse(event.error)
