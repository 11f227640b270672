from urllib.parse import urlsplit

from lxml import etree

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

#: Box of a form -> (purpose, field that keeps what the box said).
BOXES = {
    "wa_optin_service": ("service", "wa_optin_service_words"),
    "wa_optin_marketing": ("marketing", "wa_optin_marketing_words"),
}
#: A new phone or customer may tell at last whose consent it is.
WHOSE = {"phone", "partner_id"}


class CrmLead(models.Model):
    """Boxes of a form that creates leads: ticked, they are a consent, with the words beside the box as proof.

    Where Odoo's website is installed both boxes can be put on any form that creates
    leads. Other websites create leads over RPC and give the words themselves.
    """

    _inherit = "crm.lead"

    wa_optin_service = fields.Boolean("Send me messages about my request on WhatsApp", copy=False)
    wa_optin_marketing = fields.Boolean("Send me news and offers on WhatsApp", copy=False)
    wa_optin_service_words = fields.Text("Words of the Box for Service", copy=False)
    wa_optin_marketing_words = fields.Text("Words of the Box for Marketing", copy=False)
    wa_optin_page = fields.Char("Page of the Form", copy=False)
    wa_optin_recorded_at = fields.Datetime("Consent Recorded", readonly=True, copy=False)

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        ticked = leads._wa_unrecorded_optins()
        if ticked:
            ticked._wa_keep_shown_words()
            ticked._wa_record_optins(is_new=True)
        return leads

    def write(self, vals):
        result = super().write(vals)
        if WHOSE & vals.keys() and (waiting := self._wa_unrecorded_optins()):
            waiting._wa_record_optins()
        return result

    # ----------------------------------------------------------------- business

    def _wa_unrecorded_optins(self):
        return self.filtered(lambda lead: (lead.wa_optin_service or lead.wa_optin_marketing) and not lead.wa_optin_recorded_at)

    def _wa_keep_shown_words(self):
        """Copy what the page says beside the boxes, from the page itself: a form sends only that they were ticked."""
        page = request.httprequest.referrer if request else False
        for lead in self:
            vals = {} if lead.wa_optin_page or not page else {"wa_optin_page": page[:500]}
            for box, (_purpose, words) in BOXES.items():
                if lead[box] and not lead[words]:
                    vals[words] = self._wa_words_beside(box, page) or self._fields[box]._description_string(self.env)
            lead.write(vals)

    @api.model
    def _wa_words_beside(self, box, page):
        """Return the text beside a box on a page of our website, or ``""``."""
        if not page or "website.page" not in self.env:
            return ""
        path = urlsplit(page).path.rstrip("/") or "/"
        # The second without the language in front: /fr/contactus
        paths = [path, "/" + path.lstrip("/").partition("/")[2]]
        pages = self.env["website.page"].sudo().search([("url", "in", paths)])
        found = (self._wa_words_in(page.view_id.arch, box) for page in pages.sorted(lambda p: p.website_id.id, reverse=True))
        return next(filter(None, found), "")

    @api.model
    def _wa_words_in(self, arch, box):
        """Return the text of the form field with a box in the source of a page, or ``""``.

        Source: website, snippet ``s_website_form``.
        """
        fields_ = etree.fromstring(arch).xpath(
            "//*[@name=$box]/ancestor::*[contains(@class, 's_website_form_field')][1]", box=box
        )
        return " ".join(" ".join(fields_[0].itertext()).split())[:2000] if fields_ else ""

    def _wa_record_optins(self, is_new=False, about=None):
        """Record the ticked boxes as consents of whoever has the lead's phone.

        Without a usable phone they wait on the lead, with a note, until it has one.

        :param about: lead into which these are merged: its phone tells whose consents they are.
        """
        for lead in self:
            company = lead.company_id or self.env.company
            contacts = self.env["wa.contact"].sudo()._of_record((about or lead).sudo(), company)
            if not contacts:
                if is_new:
                    lead._message_log(
                        body=self.env._(
                            "A box for WhatsApp was ticked, but the lead has no phone number that can be used. "
                            "The consent is recorded as soon as it has one."
                        )
                    )
                continue
            theirs = contacts - lead._wa_optins_out_of_reach(contacts, company)
            if not theirs:
                if is_new:
                    lead._message_log(body=self.env["wa.failure"]._sentence("optin_of_others"))
                continue
            said = [
                lead._wa_optin_vals(contact, company, purpose, lead[words])
                for contact in theirs
                for box, (purpose, words) in BOXES.items()
                if lead[box]
            ]
            lead.env["wa.consent"]._record(lead._wa_without_stopped(said))
            lead.sudo().wa_optin_recorded_at = fields.Datetime.now()

    def _wa_optins_out_of_reach(self, contacts, company):
        """Return the contacts whose consent a colleague who ticks a box may not note: customers of other colleagues.

        Forms are handed in by nobody we know; what they prove is judged in :meth:`_wa_without_stopped`.
        """
        reach = self.env["wa.reach"]
        person = reach._person()
        if not person or person._is_public() or person.share:
            return contacts.browse()
        return reach._contacts_out_of_reach(person, contacts, company)

    def _wa_without_stopped(self, said):
        """Leave out what people with these numbers have stopped, and say so on the lead.

        Anybody can type anybody's number into a form: it does not take back what the owner of the number said.
        """
        contacts = self.env["wa.contact"].sudo()
        companies = self.env["res.company"].sudo()
        stopped = [
            vals
            for vals in said
            if vals["source"] == "form"
            and contacts.browse(vals["contact_id"])._consent_state(vals["purpose"], companies.browse(vals["company_id"]))
            == "withdrawn"
        ]
        if stopped:
            self._message_log(
                body=self.env._(
                    "A box for WhatsApp was ticked, but the owner of this number has stopped such messages before, and a "
                    "form proves nothing about who filled it in. They can write to you on WhatsApp, or tell you: then "
                    "record their consent."
                )
            )
        return [vals for vals in said if vals not in stopped]

    def _merge_dependences(self, opportunities):
        """Record what still waited for a phone on merged leads: they go."""
        opportunities._wa_unrecorded_optins()._wa_record_optins(about=self)
        return super()._merge_dependences(opportunities)

    def _wa_optin_vals(self, contact, company, purpose, words):
        # A form is handed in by nobody: whoever creates a lead under their own name says it themselves.
        is_form = self.create_uid == self.env.ref("base.user_root") or self.create_uid._is_public()
        return {
            "contact_id": contact.id,
            "company_id": company.id,
            "purpose": purpose,
            "action": "granted",
            "source": "form" if is_form else "person",
            "evidence": words or self.env._("Box ticked"),
            "place": self.wa_optin_page or False,
            "user_id": False if is_form else self.create_uid.id,
            "happened_at": self.create_date,
        }

    @api.model
    def _register_hook(self):
        """Offer both boxes in the website's form builder, whenever the website is installed.

        Source: website/models/website_form.py, ``formbuilder_whitelist``.
        """
        super()._register_hook()
        if "website_form_blacklisted" in self.env["ir.model.fields"]._fields:
            self.env.cr.execute(
                SQL(
                    "UPDATE ir_model_fields SET website_form_blacklisted = FALSE"
                    " WHERE model = 'crm.lead' AND name = ANY(%s) AND website_form_blacklisted IS NOT FALSE",
                    list(BOXES),
                )
            )
