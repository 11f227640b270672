"""What people see in lists and search boxes: filters that mean what they say, order, words that fit, names for all."""

import importlib.util
import time
from ast import literal_eval
from pathlib import Path

from lxml import etree

from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..common import WaCase

#: Fields that are one choice for people: filters on them are alternatives.
ONE_CHOICE = {"code": "state", "outcome": "state"}
#: Shown on one line in lists, whatever their length.
ONE_LINE = {"wa_words", "char", "badge", "boolean_toggle", "CopyClipboardURL"}


@tagged("post_install", "-at_install", "wa")
class TestViews(WaCase):
    """Every view of ours, as the server sends it."""

    def our_views(self, kind):
        """Yield ``(record, model, arch)`` of every view of a kind that is ours or that we extended."""
        views = self.env["ir.ui.view"].search([("type", "=", kind)])
        for view in views.filtered(lambda v: (v.xml_id or "").startswith("crm_whatsapp.") and v.model in self.env):
            root = view
            while root.inherit_id and root.mode == "extension":
                root = root.inherit_id
            yield view, self.env[view.model], etree.fromstring(self.env[view.model].get_view(root.id, kind)["arch"])

    def groups(self, arch):
        """Return the filters with a domain that the web client ORs: lists of lists."""
        groups, current = [], []
        for node in arch:
            if node.tag == "filter" and node.get("domain"):
                current.append(node)
            elif node.tag in ("separator", "group"):
                groups.append(current)
                current = []
        return [group for group in (*groups, current) if group]

    def fields_of(self, node):
        domain = safe_eval(node.get("domain"), {"uid": self.env.uid, "context_today": None})
        names = {leaf[0].split(".")[0] for leaf in domain if isinstance(leaf, (tuple, list))}
        return {ONE_CHOICE.get(name, name) for name in names}

    def test_filters_that_ask_different_things_are_anded(self):
        """U10: what stands together in a filter menu is about one field; everything else is behind a separator."""
        seen = 0
        for view, _model, arch in self.our_views("search"):
            ours = {node.get("name") for node in etree.fromstring(view.arch_db).iter("filter")}
            for group in self.groups(arch):
                if not ours & {node.get("name") for node in group}:
                    continue
                seen += 1
                with self.subTest(view=view.xml_id, filters=[node.get("name") for node in group]):
                    self.assertTrue(set.intersection(*(self.fields_of(node) for node in group)))
        self.assertGreater(seen, 20)

    def test_waiting_narrows_the_default_filter(self):
        """U10: *Waiting for an answer* on top of *Not closed* leaves those who wait."""
        waiting = self.receive(self.inbound("Hi"))
        answered = self.receive(self.inbound("Hi", wa_id="12025550199", bsuid="US.2"))
        answered.waiting_since = False
        arch = next(arch for view, _m, arch in self.our_views("search") if view.model == "wa.conversation")
        chosen = {"waiting", "not_closed"}
        domain = Domain.AND(
            Domain.OR(Domain(literal_eval(node.get("domain"))) for node in group if node.get("name") in chosen)
            for group in self.groups(arch)
            if chosen & {node.get("name") for node in group}
        )
        found = self.env["wa.conversation"].search(domain & Domain("id", "in", (waiting | answered).ids))
        self.assertEqual(found, waiting)

    def test_who_waits_comes_first_and_empty_ones_last(self):
        """U19: the list of conversations is sorted by what waits; empties are at the end, whoever sorts."""
        early, late, answered, empty = (
            self.receive(self.inbound("Hi", wa_id=f"1202555019{n}", bsuid=f"US.{n}", at=time.time() - 500 + n * 100))
            for n in (1, 2, 3, 4)
        )
        answered.waiting_since = False
        empty.write({"waiting_since": False, "last_message_at": False})
        conversations = early | late | answered | empty
        arch = etree.fromstring(self.env["wa.conversation"].get_view(False, "list")["arch"])
        for order, expected in (
            (arch.get("default_order"), early + late + answered + empty),
            ("last_message_at desc", answered + late + early + empty),
            (None, answered + late + early + empty),
        ):
            with self.subTest(order=order):
                found = self.env["wa.conversation"].search([("id", "in", conversations.ids)], order=order)
                self.assertEqual(found.ids, expected.ids)

    def test_long_words_stay_on_their_line(self):
        """U19: texts of any length take one line in every list of ours, and say all of it when asked."""
        seen = 0
        for kind in ("list", "form"):
            for view, model, arch in self.our_views(kind):
                for lists in [arch] if kind == "list" else arch.iter("list"):
                    parent = lists.getparent()
                    shown = model
                    if parent is not None and parent.tag == "field":
                        shown = self.env[self.env[view.model]._fields[parent.get("name")].comodel_name]
                    for node in lists.findall("field"):
                        field = shown._fields.get(node.get("name"))
                        if field and field.type in ("text", "html") and node.get("column_invisible") not in ("1", "True"):
                            seen += 1
                            with self.subTest(view=view.xml_id, field=node.get("name")):
                                self.assertIn(node.get("widget"), ONE_LINE)
        self.assertGreater(seen, 3)

    def test_icons_have_names(self):
        """U20: a button that shows only an icon has a text, too: the web client gives it no other name."""
        seen = 0
        for kind in ("list", "form", "kanban"):
            for view, _model, _arch in self.our_views(kind):
                # What we wrote, not what core wrote around it.
                for node in etree.fromstring(view.arch_db).iter("button"):
                    if node.get("icon"):
                        seen += 1
                        with self.subTest(view=view.xml_id, button=node.get("name")):
                            self.assertTrue(node.get("string") or "".join(node.itertext()).strip() or len(node))
        self.assertGreater(seen, 4)

    def test_somebody_is_told_when_nobody_gets_the_conversations(self):
        """U13: a number without a team: its administrators are told once; again only after the team was changed."""
        self.number.team_id = False
        conversation = self.receive(self.inbound("Anybody there?"))
        self.assertFalse(conversation.user_id)
        self.receive(self.inbound("Hello?"))
        told = self.number.message_ids.filtered(lambda m: "given to nobody" in (m.body or ""))
        self.assertEqual(len(told), 1)
        self.assertIn(self.admin_user.partner_id, told.notified_partner_ids)
        empty = self.env["crm.team"].create({"name": "Nobody Yet", "user_id": self.lead_manager.id})
        self.number.team_id = empty
        self.receive(self.inbound("Hi", wa_id="12025550199", bsuid="US.2"))
        told = self.number.message_ids.filtered(lambda m: "given to nobody" in (m.body or ""))
        self.assertEqual(len(told), 2)
        self.assertEqual(told[0].notified_partner_ids, self.lead_manager.partner_id)


@tagged("post_install", "-at_install", "wa")
class TestMergedViews(WaCase):
    """Views of ours that extended views of ours are gone; what others built on them is not."""

    def test_what_extends_a_merged_view_is_moved_to_where_its_content_stands(self):
        path = Path(__file__).parents[2] / "migrations" / "19.0.1.5.0" / "pre-names.py"
        spec = importlib.util.spec_from_file_location("pre_names", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        name, parent = next(iter(script.MERGED_VIEWS.items()))
        for gone, kept in script.MERGED_VIEWS.items():
            self.assertFalse(self.env.ref(f"crm_whatsapp.{gone}", raise_if_not_found=False), gone)
            self.assertTrue(self.env.ref(f"crm_whatsapp.{kept}"))
        kept = self.env.ref(f"crm_whatsapp.{parent}")
        vals = {"model": kept.model, "type": kept.type, "arch": '<data><field name="waba_id" position="after"/></data>'}
        merged = self.env["ir.ui.view"].create({**vals, "name": "as it was", "inherit_id": kept.id})
        theirs = self.env["ir.ui.view"].create({**vals, "name": "theirs", "inherit_id": merged.id})
        self.env["ir.model.data"].create(
            {"module": "crm_whatsapp", "name": name, "model": "ir.ui.view", "res_id": merged.id, "noupdate": False}
        )
        self.env.flush_all()
        for _twice in range(2):
            script._merge_views(self.env.cr)
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertFalse(merged.exists())
        self.assertEqual(theirs.inherit_id, kept)
