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


class WaOptinBox(models.AbstractModel):
    """Boxes of a form that creates leads: ticked, they are a consent, with the words beside the box as proof.

    Where Odoo's website is installed both boxes can be put on any form that creates
    leads. Other websites create leads over RPC and give the words themselves. The fields
    are those of ``crm.lead``.
    """

    _name = "wa.optin.box"
    _description = "WhatsApp Boxes on Forms"

    @api.model
    def _on_created(self, leads) -> None:
        """Record what was ticked in forms that made these ``crm.lead`` just now."""
        if ticked := self._waiting(leads):
            self._keep_shown_words(ticked)
            self._record(ticked, is_new=True)

    @api.model
    def _waiting(self, leads):
        """Return those of these leads with a ticked box that is not recorded yet."""
        return leads.filtered(lambda lead: (lead.wa_optin_service or lead.wa_optin_marketing) and not lead.wa_optin_recorded_at)

    # -------------------------------------------------------------- words shown

    @api.model
    def _keep_shown_words(self, leads) -> None:
        """Copy what the page says beside the boxes, from the page itself: a form sends only that they were ticked."""
        page = (request.httprequest.referrer if request else "") or ""
        for lead in leads:
            vals = {} if lead.wa_optin_page or not page else {"wa_optin_page": page[:500]}
            for box, (_purpose, words) in BOXES.items():
                if lead[box] and not lead[words]:
                    vals[words] = self._words_beside(box, page) or lead._fields[box]._description_string(self.env)
            lead.write(vals)

    @api.model
    def _words_beside(self, box: str, page: str) -> str:
        """Return the text beside a box on a page of our website, or ``""``."""
        if not page or "website.page" not in self.env:
            return ""
        path = urlsplit(page).path.rstrip("/") or "/"
        # The second without the language in front: /fr/contactus
        paths = [path, "/" + path.lstrip("/").partition("/")[2]]
        pages = self.env["website.page"].sudo().search([("url", "in", paths)])
        found = (self._words_in(page.view_id.arch, box) for page in pages.sorted(lambda p: p.website_id.id, reverse=True))
        return next(filter(None, found), "")

    @api.model
    def _words_in(self, arch: str, box: str) -> str:
        """Return the text of the form field with a box in the source of a page, or ``""``.

        Source: website, snippet ``s_website_form``.
        """
        fields_ = etree.fromstring(arch).xpath(
            "//*[@name=$box]/ancestor::*[contains(@class, 's_website_form_field')][1]", box=box
        )
        return " ".join(" ".join(fields_[0].itertext()).split())[:2000] if fields_ else ""

    # ---------------------------------------------------------------- recording

    @api.model
    def _record(self, leads, is_new: bool = False, about=None) -> None:
        """Record the ticked boxes as consents of whoever has the lead's phone.

        Without a usable phone they wait on the lead, with a note, until it has one.

        :param leads: ``crm.lead`` with ticked boxes, see :meth:`_waiting`.
        :param is_new: they were created just now: what cannot be recorded is said in their chatter.
        :param about: lead into which these are merged: its phone tells whose consents they are.
        """
        for lead in leads:
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
            theirs = contacts - self._out_of_reach(contacts, company)
            if not theirs:
                if is_new:
                    lead._message_log(body=self.env["wa.failure"]._sentence("optin_of_others"))
                continue
            said = [
                self._consent_vals(lead, contact, company, purpose, lead[words])
                for contact in theirs
                for box, (purpose, words) in BOXES.items()
                if lead[box]
            ]
            lead.env["wa.consent"]._record(self._without_stopped(lead, said))
            lead.sudo().wa_optin_recorded_at = fields.Datetime.now()

    @api.model
    def _out_of_reach(self, contacts, company):
        """Return the contacts whose consent a colleague who ticks a box may not note: customers of other colleagues.

        Forms are handed in by nobody we know; what they prove is judged in :meth:`_without_stopped`.
        """
        reach = self.env["wa.reach"]
        person = reach._person()
        if not person or person._is_public() or person.share:
            return contacts.browse()
        return reach._contacts_out_of_reach(person, contacts, company)

    @api.model
    def _without_stopped(self, lead, said: list[dict]) -> list[dict]:
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
            lead._message_log(
                body=self.env._(
                    "A box for WhatsApp was ticked, but the owner of this number has stopped such messages before, and a "
                    "form proves nothing about who filled it in. They can write to you on WhatsApp, or tell you: then "
                    "record their consent."
                )
            )
        return [vals for vals in said if vals not in stopped]

    @api.model
    def _consent_vals(self, lead, contact, company, purpose: str, words: str) -> dict:
        """Return the values of the ``wa.consent`` that a ticked box is."""
        # A form is handed in by nobody: whoever creates a lead under their own name says it themselves.
        is_form = lead.create_uid == self.env.ref("base.user_root") or lead.create_uid._is_public()
        return {
            "contact_id": contact.id,
            "company_id": company.id,
            "purpose": purpose,
            "action": "granted",
            "source": "form" if is_form else "person",
            "evidence": words or self.env._("Box ticked"),
            "place": lead.wa_optin_page or False,
            "user_id": False if is_form else lead.create_uid.id,
            "happened_at": lead.create_date,
        }

    # ------------------------------------------------------------------ website

    @api.model
    def _offer_on_website(self) -> None:
        """Offer both boxes in the website's form builder, whenever the website is installed.

        Source: website/models/website_form.py, ``formbuilder_whitelist``.
        """
        if "website_form_blacklisted" in self.env["ir.model.fields"]._fields:
            self.env.cr.execute(
                SQL(
                    "UPDATE ir_model_fields SET website_form_blacklisted = FALSE"
                    " WHERE model = 'crm.lead' AND name = ANY(%s) AND website_form_blacklisted IS NOT FALSE",
                    list(BOXES),
                )
            )
