"""Customers are found by name and by phone, in every search box and chooser."""

from ast import literal_eval

from lxml import etree

from odoo.tests import tagged

from ..common import WaCase

#: (stored, typed): the same number as WhatsApp has it and as people write it.
SPELLINGS = [
    ("447700900209", "+44 7700 900209"),
    ("447700900209", "+447700900209"),
    ("447700900209", "0044 7700 900209"),
    ("447700900209", "+44 (0)7700-900.209"),
    ("447700900209", "07700 900209"),
    ("447700900209", "900209"),
    ("12025550167", "(202) 555-0167"),
    ("12025550167", "202.555.0167"),
    ("12025550167", "\u202a+1\u00a0202\u2011555\u20110167\u202c"),
    ("12025550167", "tel:+1-202-555-0167"),
    ("12025550167", "550167"),
    ("12025550167", "٢٠٢ ٥٥٥ ٠١٦٧"),
    ("12025550167", "+۱۲۰۲۵۵۵۰۱۶۷"),
    ("5511987654321", "+55 11 8765-4321"),
    ("5511987654321", "11 8765-4321"),
    ("5511987654321", "+55 (11) 98765-4321"),
    ("551187654321", "+55 11 98765-4321"),
    ("5511987654321", "+55 11 8765"),
    ("5215512345678", "+52 55 1234 5678"),
    ("5491123456789", "+54 11 2345-6789"),
]


@tagged("post_install", "-at_install", "wa")
class TestSearch(WaCase):
    """R7, U8, E1: whoever is looked for is found, and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.us")
        cls.env["crm.lead"].search([]).active = False

    def write_from(self, wa_id, name, bsuid):
        return self.receive(self.inbound(f"Hello from {name}", wa_id=wa_id, name=name, bsuid=bsuid))

    def boxes(self, conversation):
        """What each search box must find: ``{model: record}``."""
        message = conversation.message_ids[:1]
        return {
            "wa.conversation": conversation,
            "wa.contact": conversation.contact_id,
            "wa.message": message,
            "wa.webhook.event": message.event_id,
            # The first message is a consent already.
            "wa.consent": self.give_consent(conversation.contact_id) and conversation.contact_id.consent_ids.sorted(),
            "crm.lead": conversation.lead_id,
            "res.partner": conversation.partner_id,
            "wa.scheduled.message": self.env["wa.scheduled.message"]._plan(
                conversation.lead_id, origin="automation", template=self.template
            ),
        }

    def search_as_typed(self, model, typed, view=None):
        """Type into the search box of a model and press Enter: its first field decides."""
        records = self.env[model]
        arch = etree.fromstring(records.get_view(view and self.env.ref(view).id, "search")["arch"])
        field = arch.find(".//field[@name]")
        domain = field.get("filter_domain")
        if domain:
            domain = literal_eval(domain.replace("self", repr(typed)))
        else:
            domain = [(field.get("name"), "ilike", typed)]
        return records.search(domain)

    def test_every_spelling_in_every_box(self):
        """R7, U8: a customer is found by the number as people write it, wherever one searches."""
        spellings = {}
        for stored, typed in SPELLINGS:
            spellings.setdefault(stored, []).append(typed)
        self.write_from("14155550199", "Somebody Else", "US.9")
        for index, (stored, typings) in enumerate(spellings.items()):
            conversation = self.write_from(stored, f"Person {index}", f"US.{index}00")
            boxes = self.boxes(conversation)
            for typed in typings:
                for model, record in boxes.items():
                    with self.subTest(stored=stored, typed=typed, model=model):
                        self.assertEqual(self.search_as_typed(model, typed), record)
            with self.subTest(stored=stored, box="chooser"):
                for model in ("wa.contact", "wa.conversation", "crm.lead", "res.partner"):
                    names = dict(self.env[model].name_search(typings[0]))
                    self.assertEqual(list(names), boxes[model].ids)
            # The next person may share digits with this one.
            conversation.contact_id.write({"wa_id": f"1000000{index}", "phone_key": f"1000000{index}"})
            conversation.partner_id.phone = conversation.lead_id.phone = False
            conversation.message_ids.event_id.body = "{}"

    def test_search_views_of_leads(self):
        """U8: both search views of the pipeline find a lead by phone."""
        lead = self.write_from("12025550167", "Ada", "US.1").lead_id
        for view in ("crm.view_crm_case_leads_filter", "crm.view_crm_case_opportunities_filter"):
            self.assertEqual(self.search_as_typed("crm.lead", "(202) 555-0167", view), lead)

    def test_customer_whose_number_core_does_not_know(self):
        """R7: numbers that Odoo takes for invalid, or that were typed without country code, are found too."""
        partner = self.env["res.partner"].create({"name": "Kept as typed", "phone": "07700 900209"})
        self.assertFalse(partner.phone_sanitized)
        found = self.env["res.partner"].search([("phone_mobile_search", "ilike", "+44 7700 900209")])
        self.assertIn(partner, found)
        self.assertNotIn(partner, self.env["res.partner"].search([("phone_mobile_search", "not ilike", "+44 7700 900209")]))

    def test_messages_of_a_name_are_hers_only(self):
        """E1: *Messages*, "Lucía" as customer: only hers; negative operators give the others."""
        lucia = self.write_from("12025550167", "Lucía", "US.1")
        other = self.write_from("12025550168", "Otto", "US.2")
        messages = self.env["wa.message"]
        everybody = lucia.message_ids | other.message_ids
        hers, not_hers = lucia.message_ids, other.message_ids
        for operator, value, expected in [
            ("ilike", "Lucía", hers),
            ("=", "Lucía", hers),
            ("in", ["Lucía", "nobody"], hers),
            ("not ilike", "Lucía", not_hers),
            ("!=", "Lucía", not_hers),
            ("not in", ["Lucía"], not_hers),
            ("ilike", "nobody of that name", messages),
            ("not ilike", "nobody of that name", everybody),
            ("=like", "Luc%", hers),
            ("=", "+1 202-555-0167", hers),
            ("ilike", "", everybody),
        ]:
            for field in ("contact_id", "conversation_id", "contact_id.display_name", "conversation_id.display_name"):
                with self.subTest(operator=operator, value=value, field=field):
                    found = messages.search([(field, operator, value), ("id", "in", everybody.ids)])
                    self.assertEqual(found, expected)

    def test_username_with_and_without_at(self):
        """E1: people without a phone are found by their @username."""
        conversation = self.write_from(None, "", "US.77")
        conversation.contact_id.write({"username": "lucia_g", "partner_id": False, "profile_name": False})
        for typed in ("@lucia_g", "lucia_g", "lucia"):
            self.assertEqual(self.env["wa.contact"].search([("display_name", "ilike", typed)]), conversation.contact_id)

    def test_no_model_of_ours_lets_every_name_through(self):
        """E1: a name nobody has finds nothing in any of our models."""
        self.boxes(self.write_from("12025550167", "Ada", "US.1"))
        for name, model in self.env.items():
            if name.startswith("wa.") and not (model._abstract or model._transient) and model._auto:
                with self.subTest(model=name):
                    self.assertFalse(model.sudo().name_search("zzqq nobody zzqq", limit=1))
                    if model.sudo().search_count([], limit=1):
                        self.assertTrue(model.sudo().search([("display_name", "not ilike", "zzqq nobody")], limit=1))

    def test_salespeople_find_only_what_they_may_see(self):
        """R7: looking by phone shows nobody of another team."""
        mine = self.write_from("12025550167", "Ada", "US.1")
        foreign = self.write_from("12025550168", "Otto", "US.2")
        foreign.team_id = self.other_team
        mine.user_id = self.ana
        found = self.env["wa.conversation"].with_user(self.ana).search([("contact_id", "ilike", "+1 202 555")])
        self.assertEqual(found, mine)
