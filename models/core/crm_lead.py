from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

#: A new phone or customer may tell at last whose consent it is.
WHOSE = {"phone", "partner_id"}
#: A change of these may end a sequence.
ENDED_BY = {"stage_id", "active", "probability", "won_status", "lost_reason_id"}


class CrmLead(models.Model):
    """The WhatsApp side of a lead: its conversations, what is planned, who agreed to what, and since when nobody touched it."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "wa.facts.mixin", "wa.consent.holder"]

    wa_conversation_ids = fields.One2many("wa.conversation", "lead_id", "WhatsApp Conversations")
    wa_conversation_count = fields.Integer(compute="_compute_wa_conversation_count")
    wa_scheduled_message_ids = fields.One2many("wa.scheduled.message", "lead_id", "Planned WhatsApp Messages")
    wa_planned_count = fields.Integer(compute="_compute_wa_planned_count")
    wa_waiting_since = fields.Datetime(
        "WhatsApp Waiting Since",
        compute="_compute_wa_waiting_since",
        help="The oldest customer message nobody has answered yet.",
    )
    wa_idle_since = fields.Datetime(
        "Untouched Since",
        compute="_compute_wa_idle_since",
        store=True,
        index="btree_not_null",
        help="The last change of stage or WhatsApp message of a person, whichever is later.",
    )
    wa_awaiting_since = fields.Datetime(
        "Waiting for the Customer Since",
        compute="_compute_wa_awaiting_since",
        store=True,
        index="btree_not_null",
        help="Our last WhatsApp message, of whatever origin, as long as the customer has not answered it.",
    )
    # The ad or post behind a lead, beside the standard UTM fields.
    wa_referral_uid = fields.Char("Ad ID", readonly=True, copy=False, index="btree_not_null")
    wa_referral_headline = fields.Char("Ad Headline", readonly=True, copy=False)
    wa_referral_url = fields.Char("Ad Address", readonly=True, copy=False)
    wa_ctwa_clid = fields.Char("Click ID", readonly=True, copy=False)
    # Boxes of a form, see wa.optin.box.
    wa_optin_service = fields.Boolean("Send me messages about my request on WhatsApp", copy=False)
    wa_optin_marketing = fields.Boolean("Send me news and offers on WhatsApp", copy=False)
    wa_optin_service_words = fields.Text("Words of the Box for Service", copy=False)
    wa_optin_marketing_words = fields.Text("Words of the Box for Marketing", copy=False)
    wa_optin_page = fields.Char("Page of the Form", copy=False)
    wa_optin_recorded_at = fields.Datetime("Consent Recorded", readonly=True, copy=False)
    wa_sequence_run_ids = fields.One2many("wa.sequence.run", "lead_id", "WhatsApp Sequences", readonly=True)
    wa_sequence_count = fields.Integer(compute="_compute_wa_sequence_plan")
    wa_sequence_plan = fields.Json(
        compute="_compute_wa_sequence_plan", help="What the page of sequences shows: each with its messages, past and coming."
    )

    # ------------------------------------------------------------------ compute

    def _compute_wa_conversation_count(self):
        for lead in self:
            lead.wa_conversation_count = len(lead._wa_visible_conversations())

    @api.depends("wa_scheduled_message_ids.state")
    def _compute_wa_planned_count(self):
        counts = dict(
            self.env["wa.scheduled.message"]
            .sudo()
            ._read_group([("lead_id", "in", self.ids), ("state", "=", "planned")], ["lead_id"], ["__count"])
        )
        for lead in self:
            lead.wa_planned_count = counts.get(lead._origin, 0)

    @api.depends("wa_conversation_ids.waiting_since")
    def _compute_wa_waiting_since(self):
        for lead in self:
            waiting = lead.sudo().wa_conversation_ids.filtered("waiting_since").mapped("waiting_since")
            lead.wa_waiting_since = min(waiting, default=False)

    @api.depends("date_last_stage_update", "wa_conversation_ids.last_touch_at")
    def _compute_wa_idle_since(self):
        for lead in self:
            moments = [lead.date_last_stage_update, *lead.sudo().wa_conversation_ids.mapped("last_touch_at")]
            lead.wa_idle_since = max(filter(None, moments), default=False)

    @api.depends("wa_conversation_ids.awaiting_since", "wa_conversation_ids.last_inbound_at")
    def _compute_wa_awaiting_since(self):
        for lead in self:
            conversations = lead.sudo().wa_conversation_ids
            lead.wa_awaiting_since = conversations._awaiting_since_of(conversations)

    @api.depends("wa_sequence_run_ids.state", "wa_scheduled_message_ids.state")
    @api.depends_context("lang", "uid")
    def _compute_wa_sequence_plan(self):
        runs = self.env["wa.sequence.run"]
        visible = runs.search([("lead_id", "in", self.ids)]) if runs.has_access("read") else runs
        by_lead = visible.grouped("lead_id")
        for lead in self:
            own = by_lead.get(lead._origin, runs)
            lead.wa_sequence_count = len(own)
            lead.wa_sequence_plan = [run._describe() for run in own]

    @api.model
    def _search_display_name(self, operator, value):
        """Leads are found by phone wherever one is chosen."""
        return self._wa_or_by_phone(super()._search_display_name(operator, value), operator, value)

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Record the consents that come with leads of forms."""
        leads = super().create(vals_list)
        self.env["wa.optin.box"]._on_created(leads)
        return leads

    def write(self, vals):
        """Consents that waited for a phone are recorded; leads that are closed or move on leave the sequences that end so."""
        result = super().write(vals)
        boxes = self.env["wa.optin.box"]
        if WHOSE & vals.keys() and (waiting := boxes._waiting(self)):
            boxes._record(waiting)
        if ENDED_BY & vals.keys() and (runs := self.env["wa.sequence.run"]._under_way(self)):
            runs._leave_if_due(("sequence_closed", "sequence_stage"))
        return result

    def _merge_dependences(self, opportunities):
        """Keep consents, conversations, messages and sequences of merged leads reachable from the one that stays."""
        boxes = self.env["wa.optin.box"]
        # They go: what still waited for a phone is recorded now.
        boxes._record(boxes._waiting(opportunities), about=self)
        result = super()._merge_dependences(opportunities)
        merged = [("lead_id", "in", opportunities.ids)]
        for model in ("wa.conversation", "wa.message"):
            self.env[model].sudo().search(merged).write({"lead_id": self.id})
        plans = self.env["wa.scheduled.message"].sudo().search(merged)
        plans.write({"lead_id": self.id})
        plans.filtered(lambda plan: plan.res_model == self._name).write({"res_id": self.id})
        self._wa_cancel_doubles()
        self.env["wa.sequence.run"].sudo().search(merged)._move_to(self)
        return result

    @api.model
    def _register_hook(self):
        super()._register_hook()
        self.env["wa.optin.box"]._offer_on_website()

    # ----------------------------------------------------------------- business

    def _wa_visible_conversations(self) -> models.BaseModel:
        """Return the conversations with this lead's customer that the user may see, latest first."""
        self.ensure_one()
        if not self._origin.id:
            return self.env["wa.conversation"]
        domain = Domain("lead_id", "=", self._origin.id)
        if self.partner_id:
            domain |= Domain("partner_id", "=", self.partner_id.id)
        conversations = self.env["wa.conversation"]
        if not conversations.has_access("read"):
            return conversations
        return conversations.search(domain).sorted(
            lambda c: (c.lead_id == self._origin, c.last_message_at or c.create_date), reverse=True
        )

    def _wa_consent_contacts(self) -> dict[int, models.BaseModel]:
        contacts_of = super()._wa_consent_contacts()
        for lead in self.sudo()._origin:
            contacts_of[lead.id] |= lead.wa_conversation_ids.contact_id
        return contacts_of

    def _wa_latest_conversations(self, partners: dict[int, models.BaseModel], domain: Domain) -> dict[int, models.BaseModel]:
        """The lead's own conversations come before others of its customer."""
        own = self._wa_index_latest(domain & Domain("lead_id", "in", self.ids), "lead_id")
        return super()._wa_latest_conversations(partners, domain) | own

    def _wa_endings(self) -> dict[int, list[str]]:
        """A lead that was lost or won since is not written to about what was planned before; nor one whose team is gone."""
        endings = super()._wa_endings()
        for lead in self.sudo():
            if lead.won_status in ("lost", "won"):
                endings[lead.id].insert(0, f"lead_{lead.won_status}")
            if lead.team_id and not lead.team_id.active:
                endings[lead.id].append("team_archived")
        return endings

    def _wa_log_creation(self) -> None:
        """Say in the chatter that these leads were created, for all at once where nobody else has to be told.

        Core posts one message for each lead, which takes longer than the lead itself; that is kept
        where somebody follows a team's new leads. Source: mail/models/mail_thread.py ``create``.
        """
        followed = (
            self.env["mail.followers"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("subtype_ids", "in", self._creation_subtype().ids),
                ]
            )
        )
        heard = self.browse(followed.mapped("res_id"))
        for lead in heard:
            body = Markup('<div summary="o_mail_notification"><p>%s</p></div>') % lead._creation_message()
            lead.sudo().message_post(subtype_id=lead._creation_subtype().id, author_id=self.env.user.partner_id.id, body=body)
        if others := self - heard:
            others._message_log_batch(bodies={lead.id: lead._creation_message() for lead in others})

    def _wa_person_name(self) -> str:
        return self.contact_name or self.partner_name or ""

    def _wa_log_failure(self, message) -> None:
        """Say in the chatter that a message of this lead did not arrive, and why."""
        for lead in self:
            lead._message_log(
                body=self.env._(
                    "WhatsApp message to %(customer)s failed: “%(preview)s”. %(reason)s",
                    customer=message.contact_id.display_name,
                    preview=message.preview or "",
                    reason=message.error_text or "",
                )
            )

    def _wa_cancel_doubles(self) -> None:
        """Call off what rules have planned for two leads that are one now: the customer gets it once."""
        plans = (
            self.env["wa.scheduled.message"]
            .sudo()
            .search([("lead_id", "=", self.id), ("action_id", "!=", False), ("dedupe_key", "!=", False)], order="due_at, id")
        )
        for action, own in plans.grouped("action_id").items():
            planned = own.filtered(lambda plan: plan.state == "planned")
            was_sent = action.wa_repeat == "record" and "queued" in own.mapped("state")
            (planned if was_sent else planned[1:])._cancel("sent_before")

    # ----------------------------------------------------------------- actions

    def action_open_wa_conversation(self):
        """Open the chat with this lead's customer; without one, offer to start it with a template."""
        self.ensure_one()
        conversation = self._wa_visible_conversations()[:1]
        if conversation:
            return conversation.action_open_chat()
        return self.env["wa.template.send"]._action_for(self)

    def action_add_to_wa_sequence(self):
        """Open the wizard that adds leads to a sequence."""
        return self.env["wa.sequence.add"]._action_for(self)

    def action_view_wa_scheduled_messages(self):
        """Open what is planned for this lead, and what was sent or refused before."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_scheduled_message_action")
        return {**action, "domain": [("lead_id", "=", self.id)], "context": {}}

    def action_wa_send_template(self):
        """Open the template wizard for this lead, or the one for several."""
        return self.env["wa.template.send" if len(self) == 1 else "wa.template.send.many"]._action_for(self)
