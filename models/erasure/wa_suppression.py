import hashlib
import hmac
import secrets

from odoo import api, fields, models

from ...tools.phone import variants

KEY = "crm_whatsapp.suppression_key"
PURPOSES = [("service", "Service and utility"), ("marketing", "Marketing"), ("blocked", "Blocked by the business")]


class WaSuppression(models.Model):
    """That somebody does not want to be written to, kept when everything else about them was erased.

    A keyed hash of the number or id: it recognises a person who comes back, and tells
    nobody who they are without the key and the number itself. See decision 76.
    """

    _name = "wa.suppression"
    _description = "WhatsApp Opt-out of an Erased Person"
    _order = "id desc"
    _rec_name = "purpose"

    digest = fields.Char(required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    number_id = fields.Many2one("wa.number", readonly=True, ondelete="cascade")
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    happened_at = fields.Datetime("Since", required=True, readonly=True)

    # --------------------------------------------------------------- person → digest

    @api.model
    def _digests(self, wa_id: str | None = None, bsuid: str | None = None, make_key: bool = False) -> set[str]:
        """Return the hashes of a person's ids; none while nobody was ever erased."""
        parameters = self.env["ir.config_parameter"].sudo()
        key = parameters.get_param(KEY)
        if not key:
            if not make_key:
                return set()
            key = secrets.token_hex(32)
            parameters.set_param(KEY, key)
        names = {f"phone:{variant}" for variant in variants(wa_id)} | ({f"bsuid:{bsuid}"} if bsuid else set())
        return {hmac.new(key.encode(), name.encode(), hashlib.sha256).hexdigest() for name in names}

    # -------------------------------------------------------------------- business

    @api.model
    def _remember(self, contacts: models.BaseModel) -> None:
        """Keep what holds now for people whose consents are about to be erased: every *no*, and no *yes*."""
        latest = self.env["wa.consent"]._latest(contacts)
        for contact in contacts:
            digests = self._digests(contact.wa_id, contact.bsuid, make_key=True)
            company = contact.company_id or contact.conversation_ids[:1].company_id or self.env.company
            self.sudo().search([("digest", "in", list(digests)), ("company_id", "=", company.id)]).unlink()
            refusals = [
                {"company_id": company, "number_id": number, "purpose": purpose, "happened_at": word.happened_at}
                for (company, number, purpose), word in latest.get(contact.id, {}).items()
                if word.action == "withdrawn"
            ]
            if contact.is_blocked:
                now = fields.Datetime.now()
                refusals.append({"company_id": company.id, "purpose": "blocked", "happened_at": now})
            self.sudo().create([{**vals, "digest": digest} for digest in digests for vals in refusals])

    @api.model
    def _apply(self, contacts: models.BaseModel) -> None:
        """Give people who come back what they had refused before they were erased."""
        digests = {contact: self._digests(contact.wa_id, contact.bsuid) for contact in contacts}
        wanted = list(set().union(*digests.values()))
        if not wanted:
            return
        by_digest = self.sudo().search([("digest", "in", wanted)]).grouped("digest")
        vals_list = []
        for contact, own in digests.items():
            found = self.sudo().union(*(by_digest[digest] for digest in own if digest in by_digest))
            if contact.company_id:
                found = found.filtered(lambda row, company=contact.company_id: row.company_id == company)
            if "blocked" in found.mapped("purpose"):
                contact.sudo().is_blocked = True
            scopes = {(row.company_id, row.number_id, row.purpose): row for row in found if row.purpose != "blocked"}
            vals_list += [
                {
                    "contact_id": contact.id,
                    "company_id": company.id,
                    "number_id": number.id,
                    "purpose": purpose,
                    "action": "withdrawn",
                    "source": "erasure",
                    "evidence": self.env._("Said before the customer's data were erased."),
                    "happened_at": row.happened_at,
                }
                for (company, number, purpose), row in scopes.items()
            ]
        if vals_list:
            self.env["wa.consent"]._record(vals_list)
