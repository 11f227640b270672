from odoo import api, models

from ...tools.webhook.events import TemplateEvent


class WaInboundTemplate(models.AbstractModel):
    """WhatsApp decided something about a template."""

    _name = "wa.inbound.template"
    _description = "WhatsApp Inbound: Templates"

    @api.model
    def _handle(self, event: models.BaseModel, item: TemplateEvent) -> list[str]:
        """Take over status, quality or category of the template; changed content is read again.

        :param item: what WhatsApp says about it.
        """
        templates = self.env["wa.template"].with_context(active_test=False)
        accounts = event.account_id._sharing_app()
        template = templates.search(
            [("account_id", "in", accounts.ids), ("template_uid", "=", item.template_id)], limit=1
        ) or templates.search(
            [
                ("account_id", "in", accounts.ids),
                ("account_id.waba_id", "=", item.waba_id),
                ("name", "=", item.name),
                ("language", "=", item.language),
            ],
            limit=1,
        )
        if not template:
            # Made in WhatsApp Manager, say: it is read with all the others.
            accounts.filtered(lambda account: account.waba_id == item.waba_id)._have_templates_read()
            return [f"template {item.name} ({item.language}) is not known here yet; the templates are being read"]
        self.env["wa.template.review"]._apply(template, item)
        return []
