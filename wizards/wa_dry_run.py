from collections import Counter
from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

OUTCOMES = [
    ("get", "Would get it"),
    ("later", "Later"),
    ("not", "Not"),
    ("before", "Sent before"),
]
CATEGORIES = [
    ("UTILITY", "Utility"),
    ("MARKETING", "Marketing"),
    ("AUTHENTICATION", "Authentication"),
    ("TEXT", "Free text"),
]
STYLES = {"get": "success", "later": "info", "not": "danger", "before": "secondary"}


class WaDryRun(models.TransientModel):
    """A rule, action or sequence run dry on the records of a period: who would have got what, and who not and why."""

    _name = "wa.dry.run"
    _description = "Rehearsal of WhatsApp Messages"
    _rec_name = "name"

    res_model = fields.Char("Kind", required=True, readonly=True)
    res_id = fields.Many2oneReference("Rehearsed", model_field="res_model", required=True, readonly=True)
    name = fields.Char(readonly=True)
    date_from = fields.Date("From", required=True, default=lambda self: fields.Date.context_today(self) - timedelta(days=30))
    date_to = fields.Date("To", required=True, default=fields.Date.context_today)
    how = fields.Text(readonly=True)
    unknown = fields.Text(readonly=True)
    problem = fields.Text(readonly=True)
    is_cut = fields.Boolean(readonly=True)
    line_ids = fields.One2many("wa.dry.run.line", "dry_run_id", "Messages", readonly=True)
    line_count = fields.Integer(compute="_compute_summary")
    summary = fields.Html(compute="_compute_summary", sanitize=False)

    # ------------------------------------------------------------------ compute

    @api.depends("line_ids")
    @api.depends_context("lang")
    def _compute_summary(self):
        for dry_run in self:
            dry_run.line_count = len(dry_run.line_ids)
            dry_run.summary = dry_run._render_summary()

    def _render_summary(self):
        """Return the counts as HTML: outcomes, then reasons, then categories."""
        lines = self.line_ids
        outcomes = Counter(lines.mapped("outcome"))
        texts = {
            "get": self.env._("would get it"),
            "later": self.env._("later"),
            "not": self.env._("not"),
            "before": self.env._("sent before"),
        }
        total = self.env._("%s occasions", len(lines)) if len(lines) != 1 else self.env._("1 occasion")
        chips = [self._chip("light", total)]
        chips += [self._chip(STYLES[key], f"{outcomes[key]} {texts[key]}") for key in texts if outcomes[key]]
        html = Markup('<div class="o_wa_dry_run_counts d-flex flex-wrap gap-2 fs-5">%s</div>') % Markup().join(chips)
        rows = [
            (self._label("category", key), number)
            for key, number in Counter(filter(None, lines.mapped("category"))).most_common()
        ]
        html += self._count_table(self.env._("Messages by category"), rows)
        for outcome in ("not", "later"):
            own = lines.filtered(lambda line, outcome=outcome: line.outcome == outcome)
            title = self.env._("Why not") if outcome == "not" else self.env._("Why later")
            html += self._count_table(title, Counter(own.mapped("reason")).most_common())
        return html

    def _label(self, name, key):
        return dict(self.line_ids._fields[name]._description_selection(self.env)).get(key, key)

    @api.model
    def _chip(self, style, text):
        return Markup('<span class="badge text-bg-%s">%s</span>') % (style, text)

    @api.model
    def _count_table(self, title, rows):
        if not rows:
            return Markup()
        body = Markup().join(
            Markup('<tr><td class="text-end pe-2 fw-bold">%s</td><td>%s</td></tr>') % (number, text) for text, number in rows
        )
        return Markup('<div class="mt-2"><div class="text-muted">%s</div><table>%s</table></div>') % (title, body)

    # ----------------------------------------------------------------- business

    @api.model
    def _open(self, subject, **vals):
        """Rehearse something on the last month and return the action that shows it.

        :param subject: ``base.automation``, ``ir.actions.server`` or ``wa.sequence``.
        :raises AccessError: the user is no manager.
        :raises UserError: it cannot be rehearsed; says why.
        """
        self.env["wa.dry.run.rights"]._check()
        dry_run = self.create({"res_model": subject._name, "res_id": subject.id, **vals})
        dry_run.action_run()
        return dry_run._action()

    def _action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rehearsal"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "current",
        }

    def _subject(self):
        """Return what is rehearsed; its records are read with the rights of the user.

        :raises UserError: it was deleted.
        """
        self.ensure_one()
        model = self.env.get(self.res_model)
        subject = model.browse(self.res_id) if model is not None else None
        if subject is None or not subject.sudo().exists():
            raise UserError(self.env._("What you want to rehearse was deleted."))
        return subject

    def _period(self):
        """Return ``(start, end)`` of the chosen days in the user's time zone, as naive UTC.

        :raises UserError: the period ends before it begins.
        """
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins. Choose other dates."))
        zone = pytz.timezone(self.env.context.get("tz") or self.env.user.tz or "UTC")
        return tuple(
            zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (self.date_from, self.date_to + timedelta(days=1))
        )

    @api.model
    def _partners(self, results):
        """Return ``{(model, id): customer}`` of the records of results, looked up together."""
        ids = {}
        for result in results:
            ids.setdefault(result.record._name, set()).add(result.record.id)
        return {
            (model, id_): partner
            for model, own in ids.items()
            for id_, partner in self.env[model].sudo().browse(own)._wa_partners().items()
        }

    def _line_vals(self, result, partner, is_unseen=False):
        what, then = self.env["wa.failure"]._parts(result.code) if result.code else (result.note or False, False)
        if result.detail:
            what = self.env["wa.failure"]._sentence(result.code, result.detail).removesuffix(then or "").strip()
        contact = result.conversation.contact_id if result.conversation else None
        text = result.text
        if is_unseen:
            partner, contact = partner.browse(), None
            text = self.env._("To whom this goes, or what it says, is nothing you have access to.")
        return {
            "dry_run_id": self.id,
            "res_model": result.record._name,
            "res_id": result.record.id,
            "record_name": partner.env[result.record._name].browse(result.record.id).display_name,
            "customer": partner.display_name or (contact and contact.display_name) or False,
            # Who never wrote has no contact yet: one would be made for the phone number.
            "address": contact._get_address_label()
            if contact
            else not is_unseen and result.record.sudo()._wa_phone_label(partner),
            "template_id": result.template.id if result.template else False,
            "language": result.template.language if result.template else False,
            "category": result.category or False,
            "text": text,
            "at": result.at,
            "when": result.when if result.outcome in ("get", "later") else False,
            "outcome": result.outcome,
            "code": result.code,
            "reason": what,
            "next_step": then,
        }

    # ------------------------------------------------------------------ actions

    def action_run(self):
        """Rehearse on the chosen period; what was found before is replaced."""
        self.ensure_one()
        self.env["wa.dry.run.rights"]._check()
        subject = self._subject()
        found = self.env["wa.dry.run.service"]._dry_run(subject, *self._period())
        self.line_ids.unlink()
        self.write(
            {
                "name": subject.sudo().display_name,
                "how": found.how,
                "unknown": "\n".join(
                    [
                        *(found.unknown or ()),
                        self.env._(
                            "Values, consent and settings are those of today; the time of day and the 24 hours "
                            "in which one may write freely are those of then."
                        ),
                    ]
                ),
                "problem": found.problem,
                "is_cut": found.is_cut,
            }
        )
        partners = self._partners(found.results)
        unseen = self.env["wa.dry.run.rights"]._unseen(found.results)
        self.env["wa.dry.run.line"].create(
            [
                self._line_vals(result, partners[result.record._name, result.record.id], result in unseen)
                for result in found.results
            ]
        )

    def action_view_lines(self):
        """Open the messages as a list of their own, to filter and group."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_dry_run_line_action")
        return {**action, "name": self.name, "domain": [("dry_run_id", "=", self.id)]}

    def action_open_subject(self):
        """Open the rule, action or sequence itself."""
        subject = self._subject()
        subject.check_access("read")
        return {"type": "ir.actions.act_window", "res_model": subject._name, "res_id": subject.id, "views": [[False, "form"]]}


class WaDryRunLine(models.TransientModel):
    """One message that would have been sent, or not."""

    _name = "wa.dry.run.line"
    _description = "Message of a WhatsApp Rehearsal"
    _order = "at, id"
    _rec_name = "record_name"

    dry_run_id = fields.Many2one("wa.dry.run", required=True, readonly=True, index=True, ondelete="cascade")
    res_model = fields.Char("Kind of Record", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    record_name = fields.Char("About", readonly=True)
    customer = fields.Char(readonly=True)
    address = fields.Char("Goes To", readonly=True)
    template_id = fields.Many2one("wa.template", readonly=True, ondelete="cascade")
    language = fields.Char(readonly=True)
    category = fields.Selection(CATEGORIES, readonly=True)
    text = fields.Text("Message", readonly=True)
    at = fields.Datetime("Happened", readonly=True)
    when = fields.Datetime("Would Leave", readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    code = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    next_step = fields.Char("What to Do", readonly=True)

    def action_open_record(self):
        """Open what the message would be about.

        :raises UserError: it was deleted.
        """
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("This record was deleted."))
        return {"type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id, "views": [[False, "form"]]}
