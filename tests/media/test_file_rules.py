from unittest.mock import patch

from odoo.addons.mail.tools.discuss import Store
from odoo.tests import new_test_user, tagged

from ...models.media import wa_file_rules
from ...tools.graph.errors import InvalidMessage
from ...tools.graph.media import check_file
from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestFileRules(WaCase):
    """What browsers say about a file before the upload is what the server says after it."""

    def rules_of(self, user):
        store = Store()
        self.env["res.users"].with_user(user)._init_store_data(store)
        return store.get_result().get("Store", {}).get("wa_file_rules")

    def test_colleagues_alone_are_told(self):
        self.assertTrue(self.rules_of(self.ana)["kinds"])
        portal = new_test_user(self.env, "wa_portal", groups="base.group_portal")
        self.assertIsNone(self.rules_of(portal))
        self.assertIsNone(self.rules_of(self.env.ref("base.public_user")))

    def test_limits_are_those_of_the_upload(self):
        for rule in self.rules_of(self.ana)["kinds"]:
            for mime_type in rule["types"]:
                with self.subTest(mime_type):
                    check_file(rule["kind"], mime_type, rule["limit"])
                    with self.assertRaises(InvalidMessage):
                        check_file(rule["kind"], mime_type, rule["limit"] + 1)

    def test_what_is_converted_depends_on_the_server(self):
        pictures = self.rules_of(self.ana)["converted"]
        self.assertIn("image/webp", pictures)
        self.assertIn("image/gif", pictures)
        self.assertNotIn("image/svg+xml", pictures)
        for converter, expected in (("/usr/bin/ffmpeg", True), (None, False)):
            with self.subTest(converter), patch.object(wa_file_rules, "find_converter", return_value=converter):
                converted = self.rules_of(self.ana)["converted"]
                self.assertEqual(("audio/*" in converted, "video/quicktime" in converted), (expected, expected))
        self.assertIn("image/heic", pictures, "pillow-heif is in dev/requirements.lock")
