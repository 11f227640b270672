import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.erasing import in_files, spellings
from ...tools.phone import digits, variants
from ..concurrency import CONFLICTS, attempt, start_over
from ..cron_trigger import trigger_once

_logger = logging.getLogger(__name__)

#: Steps of the job in their order: methods ``_erase_<step>``, which return whether they are done.
STEPS = ("files", "messages", "channels", "webhooks", "chatter", "traces", "contacts")
#: In a row, what nobody could finish: then a person has to look.
MAX_FAILURES = 5
#: Minutes after which a request that left has been answered, or its sender is dead.
ON_ITS_WAY = 5


class WaErasure(models.Model):
    """One person whose data an administrator had erased: by whom, when, how much; nothing about the person.

    At the press of the button everything that would recognise or address the person goes,
    in one transaction: whoever writes from then on is somebody new. What is bulky follows
    in a job, in steps that may be repeated. See decision 76.
    """

    _name = "wa.erasure"
    _description = "WhatsApp Erasure"
    _order = "id desc"
    _rec_name = "requested_at"

    user_id = fields.Many2one("res.users", "Erased By", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    requested_at = fields.Datetime("When", required=True, readonly=True, default=fields.Datetime.now)
    done_at = fields.Datetime("Finished", readonly=True)
    state = fields.Selection(
        [("running", "Under Way"), ("done", "Done"), ("failed", "Stopped")],
        required=True,
        readonly=True,
        default="running",
        index=True,
    )
    with_customer = fields.Boolean("Customer Record, Too", readonly=True)
    summary = fields.Text(compute="_compute_summary")
    removed = fields.Json(readonly=True, help="How many of what.")
    failures = fields.Integer(readonly=True)
    error = fields.Char("Problem", readonly=True)

    # What the job still needs to know about the person; emptied by its last step.
    step = fields.Char(readonly=True, default=STEPS[0])
    cursor = fields.Integer(readonly=True)
    names = fields.Json(readonly=True, groups="base.group_system", help="What is looked for; emptied at the end.")
    contact_ids = fields.Many2many("wa.contact", readonly=True, groups="base.group_system")
    channel_ids = fields.Many2many("discuss.channel", readonly=True, groups="base.group_system")
    partner_ids = fields.Many2many("res.partner", readonly=True, groups="base.group_system")
    lead_ids = fields.Many2many("crm.lead", readonly=True, groups="base.group_system")

    # ------------------------------------------------------------------ compute

    @api.depends("removed", "state", "step")
    @api.depends_context("lang")
    def _compute_summary(self):
        labels = {
            "conversations": self.env._("Conversations"),
            "messages": self.env._("Messages"),
            "files": self.env._("Files"),
            "webhooks": self.env._("Webhooks from which the person was taken out"),
            "plans": self.env._("Planned messages"),
            "consents": self.env._("Consents"),
            "leads": self.env._("Leads"),
            "customers": self.env._("Customer records"),
            "texts": self.env._("Other texts"),
            "common_names": self.env._("Names that are ordinary words here, and were left in other people's texts"),
            "kept_files": self.env._("Lists that are proof for other people, and could not be opened to take out a line"),
        }
        for erasure in self:
            counts = erasure.removed or {}
            erasure.summary = "\n".join(f"{label}: {counts[key]}" for key, label in labels.items() if counts.get(key))

    # ------------------------------------------------------------------ request

    @api.model
    def _request(self, contacts: models.BaseModel, partners: models.BaseModel, with_customer: bool = True) -> models.BaseModel:
        """Have a person erased. What identifies them goes at once, the rest in a job.

        :param contacts: ``wa.contact`` of one person.
        :param partners: their customer records; may be empty.
        :param bool with_customer: erase those and all their leads, not only what came over WhatsApp.
        :returns: the ``wa.erasure``
        :raises AccessError: not an administrator, or not for these records.
        :raises UserError: something is being sent to them at this moment, or the customer is a user.
        """
        self._check_rights(contacts, partners, with_customer)
        contacts, partners = contacts.sudo(), partners.sudo()
        if with_customer:
            contacts |= self._contacts_of(partners)
        conversations = contacts.conversation_ids
        self._check_quiet(conversations)
        leads = self._leads_of(conversations, partners, with_customer)
        erased = partners | partners.filtered(lambda p: not p.is_company).child_ids if with_customer else partners.browse()
        company = contacts[:1].company_id or conversations[:1].company_id or self.env.company
        erasure = self.sudo().create(
            {
                "user_id": self.env.uid,
                "company_id": company.id,
                "with_customer": with_customer,
                "names": self._names_of(contacts, erased, leads),
                "contact_ids": contacts.ids,
                "channel_ids": conversations.channel_id.ids,
                "partner_ids": erased.ids,
                "lead_ids": leads.ids,
                "removed": {"conversations": len(conversations)},
            }
        )
        quiet = erasure.with_context(tracking_disable=True, mail_notrack=True, mail_activity_automation_skip=True)
        quiet._erase_identity(contacts, erased, leads)
        trigger_once(self.env.ref("crm_whatsapp.ir_cron_wa_erasure"), fields.Datetime.now())
        _logger.info("Erasure %s was requested by user %s.", erasure.id, self.env.uid)
        return erasure

    @api.model
    def _check_rights(self, contacts: models.BaseModel, partners: models.BaseModel, with_customer: bool) -> None:
        if not self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_admin"):
            raise AccessError(self.env._("Only administrators of WhatsApp may erase a person."))
        contacts.check_access("write")
        # Each company has its own contact of a person, and may share the customer record.
        known = contacts.sudo()
        if with_customer:
            known |= self._contacts_of(partners)
        if (known.company_id | known.conversation_ids.company_id) - self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "This person also talks to a company you may not work in. Leave the customer as it is, or ask somebody "
                    "who may work in all of them."
                )
            )
        if not with_customer:
            return
        try:
            partners.check_access("write")
            self._leads_of(contacts.sudo().conversation_ids, partners.sudo(), True).sudo(False).check_access("write")
        except AccessError as error:
            raise AccessError(
                self.env._(
                    "You may not change this customer, or one of their leads. Ask somebody who may, or leave the "
                    "customer as it is."
                )
            ) from error
        if partners.sudo().with_context(active_test=False).user_ids:
            raise UserError(
                self.env._("This customer can sign in here. Delete the user first, or leave the customer as it is.")
            )

    @api.model
    def _contacts_of(self, partners: models.BaseModel) -> models.BaseModel:
        """Return all contacts of customers, of every company; as superuser."""
        # Searched: what somebody's rights left of the field may be what is remembered of it.
        return self.env["wa.contact"].sudo().search([("partner_id", "in", partners.ids)])

    @api.model
    def _check_quiet(self, conversations: models.BaseModel) -> None:
        """Refuse while a request is on its way; what waits is called off for good.

        What WhatsApp has accepted and holds back, and what a dead sender left behind, may stay as it is
        for ever: nobody waits for those.

        :raises UserError: a message is being sent at this moment.
        """
        self.env["wa.message"].flush_model(["claimed_at", "submitted_at", "state", "wamid"])
        self.env.cr.execute(
            """
            SELECT state = 'sending' AND wamid IS NULL AND GREATEST(claimed_at, submitted_at) > %s
              FROM wa_message WHERE conversation_id = ANY(%s) AND state IN ('queued', 'sending') FOR UPDATE
            """,
            [fields.Datetime.now() - timedelta(minutes=ON_ITS_WAY), conversations.ids],
        )
        if any(is_leaving for (is_leaving,) in self.env.cr.fetchall()):
            raise UserError(self.env._("A message to this person is being sent at this moment. Wait a minute, then try again."))
        waiting = conversations.message_ids.search([("conversation_id", "in", conversations.ids), ("state", "=", "queued")])
        waiting.write({"state": "cancelled"})

    @api.model
    def _leads_of(self, conversations: models.BaseModel, partners: models.BaseModel, with_customer: bool) -> models.BaseModel:
        """Return the leads that are about the person; without the customer: those that a message made."""
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        own = conversations.lead_id | conversations.message_ids.lead_id
        if with_customer:
            return own | (leads.search([("partner_id", "in", partners.ids)]) if partners else leads)
        source = self.env.ref("crm_whatsapp.utm_source_whatsapp", raise_if_not_found=False)
        return own.filtered(lambda lead: source and lead.source_id == source)

    @api.model
    def _names_of(
        self, contacts: models.BaseModel, partners: models.BaseModel, leads: models.BaseModel
    ) -> dict[str, list[str]]:
        """Return what the person is called and reached by.

        ``ids`` are exact, and ``usernames`` where a webhook says that it is one; ``texts`` (numbers, addresses)
        unmistakable wherever they stand. ``names`` of two words or more may be ordinary words, which the customer
        chose, and ``words`` (first names) other people's as well.
        """
        ids, texts = set(), set()
        for contact in contacts:
            ids |= set(variants(contact.wa_id)) | {contact.wa_id, contact.dialled, contact.bsuid, contact.parent_bsuid}
        phones = {phone for contact in contacts for phone in (contact.wa_id, contact.dialled)} | {
            digits(record.phone_sanitized) for record in (*partners, *leads) if record.phone_sanitized
        }
        for phone in phones - {False, ""}:
            texts |= spellings(phone)
        texts |= {record.phone for record in (*partners, *leads) if len(digits(record.phone)) > 6}
        # "-" and "n/a" are no addresses.
        texts |= {text for p in partners if p.email_normalized for text in (p.email, p.email_normalized)}
        texts |= {contact.bsuid for contact in contacts if contact.bsuid}
        called = {contact.profile_name for contact in contacts} | {partner.name for partner in partners}
        called |= {name for lead in leads for name in (lead.contact_name, lead.partner_name)}
        called = {name.strip() for name in called if name} - {self.env._("Erased customer"), ""}
        return {
            "ids": sorted(ids - {False, None, ""}),
            "usernames": sorted({contact.username for contact in contacts if contact.username}),
            "texts": sorted(texts),
            "names": sorted(name for name in called if len(name.split()) > 1),
            "words": sorted(name for name in called if len(name.split()) == 1),
        }

    # ---------------------------------------------------------------------- job

    @api.model
    def _cron_process(self) -> None:
        """Go on with what is being erased, a batch a transaction. Body of a scheduled job."""
        left = float("inf")
        running = self.search([("state", "=", "running")], order="id")
        for erasure in running:
            while left > 0 and erasure.state == "running":
                went_well = erasure._work_safely()
                left = self.env["ir.cron"]._commit_progress(1)
                if not went_well:
                    break  # again at the next run
        if left <= 0 and self.search_count([("state", "=", "running")], limit=1):
            trigger_once(self.env.ref("crm_whatsapp.ir_cron_wa_erasure"), fields.Datetime.now())

    def _work_safely(self) -> bool:
        """Do one batch; what goes wrong is counted, and shown without anything about the person.

        :returns: whether it went well
        """
        try:
            _done, error = attempt(self.env, self._work, beyond=CONFLICTS)
        except CONFLICTS:
            start_over(self.env)
            return False
        if error:
            # The words of a database error quote rows, and rows are the person's.
            _logger.warning("Erasure %s: step %s: %s", self.id, self.step, type(error).__name__)
            self.invalidate_recordset()
            failures = self.failures + 1
            self.write(
                {
                    "failures": failures,
                    "error": self.env._("Step “%(step)s”: %(kind)s", step=self.step, kind=type(error).__name__),
                    "state": "failed" if failures >= MAX_FAILURES else "running",
                }
            )
        return not error

    def _work(self) -> None:
        """Do one batch of the current step, and go on to the next one when it is done."""
        self.ensure_one()
        quiet = self.sudo().with_context(tracking_disable=True, mail_notrack=True, active_test=False)
        if getattr(quiet, f"_erase_{self.step}")():
            following = STEPS[STEPS.index(self.step) + 1 :]
            self.write({"step": following[0] if following else False, "cursor": 0, "failures": 0, "error": False})
            if not following:
                self._finish()

    def _finish(self) -> None:
        """Forget whom this was about."""
        self.write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "names": False,
                "contact_ids": [(5,)],
                "channel_ids": [(5,)],
                "partner_ids": [(5,)],
                "lead_ids": [(5,)],
            }
        )

    def _count(self, what: str, number: int) -> None:
        """Add to what was removed."""
        counts = dict(self.removed or {})
        counts[what] = counts.get(what, 0) + number
        self.removed = counts

    def _searched(self, *kinds: str) -> list[str]:
        """Return what is looked for in texts, as it may stand in HTML and JSON, longest first.

        :param kinds: of :meth:`_names_of`.
        """
        names = self.names or {}
        return sorted(in_files(text for kind in kinds for text in names.get(kind, ())), key=len, reverse=True)

    # ------------------------------------------------------------------ actions

    def action_try_again(self):
        """Go on after somebody mended what stopped the job."""
        self.check_access("read")
        if not self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_admin"):
            raise AccessError(self.env._("Only administrators of WhatsApp may erase a person."))
        self.sudo().filtered(lambda e: e.state == "failed").write({"state": "running", "failures": 0, "error": False})
        trigger_once(self.env.ref("crm_whatsapp.ir_cron_wa_erasure"), fields.Datetime.now())
