import requests

from odoo.tests import Form

from .account_case import APP_ID
from .common import ACCESS_TOKEN, WABA_ID, WaSandboxCase

#: What the sandbox starts with.
CATALOG = "970000000000001"
VISIT, DRAFT, DEPRECATED = "960000000000101", "960000000000102", "960000000000103"


class TemplateCase(WaSandboxCase):
    """Templates that are approved by the sandbox, sent from here and answered on the phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.sandbox.control("POST", "switches", review="approve", review_delay_s=0, sent_ms=0, delivered_ms=0)
        # That WhatsApp delivers no marketing in the United States is not what these tests are about.
        self.sandbox.control("POST", "switches", us_marketing_pause=False)
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.give_consent(self.conversation.contact_id, "marketing")
        self.lead = self.conversation.lead_id
        self.lead.user_id = self.ana

    # ------------------------------------------------------------------ helpers

    def handle(self, file_format):
        """Upload a sample for a header at the sandbox; returns its handle."""
        mime_type = {"IMAGE": "image/png", "VIDEO": "video/mp4", "GIF": "video/mp4", "DOCUMENT": "application/pdf"}[file_format]
        return self.account._get_transport().upload_sample(APP_ID, b"sample", mime_type, "sample")

    def with_samples(self, components):
        """Return components in which each header with a file has an uploaded sample, also in cards."""
        out = []
        for part in components:
            part = dict(part)
            if "cards" in part:
                part["cards"] = [{**card, "components": self.with_samples(card["components"])} for card in part["cards"]]
            elif part.get("format") in ("IMAGE", "VIDEO", "GIF", "DOCUMENT"):
                part["example"] = {"header_handle": [self.handle(part["format"])]}
            out.append(part)
        return out

    def approved(self, name, *components, category="UTILITY", language="en", **vals):
        """Hand a template in at the sandbox and take it over; returns the ``wa.template``."""
        body = {"name": name, "language": language, "category": category, "components": self.with_samples(components), **vals}
        answer = requests.post(
            f"{self.sandbox.url}/v24.0/{WABA_ID}/message_templates",
            json=body,
            headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
            timeout=10,
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        self.sandbox.control("POST", f"templates/{answer.json()['id']}", status="APPROVED")
        self.env["wa.template.sync"]._sync_account(self.account)
        return self.env["wa.template"].search(
            [("account_id", "=", self.account.id), ("name", "=", name), ("language", "=", language)]
        )

    def body(self, text="Here it is, as we said.", *examples):
        return {"type": "BODY", "text": text, **({"example": {"body_text": [list(examples)]}} if examples else {})}

    def parameter(self, template, key):
        found = template.parameter_ids.filtered(lambda p: p.key == key)
        self.assertTrue(found, template.parameter_ids.mapped("key"))
        return found

    def send(self, template, overrides=None, user=None, origin="manual"):
        [outcome] = template.with_user(user or self.ana)._send_to_records(
            self.lead.with_user(user or self.ana), origin=origin, overrides=overrides
        )
        self.assertEqual(outcome.status, "queued", outcome.reason)
        self.run_sender()
        row = outcome.message
        self.assertEqual((row.state, row.error_detail), ("sent", False))
        return row, self.phone_messages(self.ada)[-1]["card"]

    def refused(self, template, overrides=None):
        [outcome] = template._send_to_records(self.lead, overrides=overrides)
        self.assertEqual(outcome.status, "refused")
        self.assertFalse(self.last_outgoing(self.conversation))
        return outcome

    def attachment(self, name, raw, **vals):
        return self.env["ir.attachment"].with_user(self.ana).create({"name": name, "raw": raw, **vals})

    def card(self, state="sent"):
        """Run the sender; return our newest message and the one on the phone."""
        self.run_sender()
        row = self.last_outgoing(self.conversation)
        self.assertEqual(row.state, state, row.error_text)
        return row, self.phone_messages(self.ada)[-1]

    def send_by_wizard(self, template, **values):
        """Fill in and send the template as a salesperson does.

        :param values: what is typed, by the variable's key with ``__`` for a dot.
        """
        form = Form(self.env["wa.template.send"].with_user(self.ana).with_context(default_conversation_id=self.conversation.id))
        form.template_id = template
        typed = {key.replace("__", "."): value for key, value in values.items()}
        for index in range(len(form.value_ids)):
            with form.value_ids.edit(index) as line:
                if line.parameter_id.key in typed:
                    line.value = typed.pop(line.parameter_id.key)
        for key, value in typed.items():
            # Optional ones are not asked for: an administrator gives them a value.
            self.parameter(template, key).fallback = value
        form.save().action_send()

    def tap(self, message, **given):
        """Tap on the phone; return what arrives here."""
        self.sandbox.control("POST", f"customers/{self.ada['id']}/messages", tap={"message_id": message["id"], **given})
        self.deliver()
        return self.env["wa.message"].search([("direction", "=", "in")], limit=1)
