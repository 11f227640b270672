from odoo.addons.mail.tools.discuss import Store
from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestStoreQueries(WaCase):
    """The web client loads all pinned conversations at once: their number must not cost queries."""

    def queries_for(self, channels):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        data = Store().add(channels.with_user(self.ana)).get_result()
        self.assertEqual(len(data["discuss.channel"]), len(channels))
        self.assertTrue(all(row["wa_conversation_id"] for row in data["discuss.channel"]))
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_conversations(self):
        for index in range(30):
            self.store_webhook(self.inbound("Hi", wa_id=f"120255501{index:02d}", bsuid=None, name=f"Customer {index}"))
        self.process_webhooks()
        conversations = self.env["wa.conversation"].search([("number_id", "=", self.number.id)])
        conversations.user_id = self.ana
        channels = self.env["discuss.channel"].browse(conversations.channel_id.ids)
        self.assertEqual(len(channels), 30)
        self.queries_for(channels[:2])
        few, many = self.queries_for(channels[:5]), self.queries_for(channels)
        self.assertLessEqual(many, few + 3, f"{few} queries for 5 conversations, {many} for 30")
