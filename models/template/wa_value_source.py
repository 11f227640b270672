from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import placeholders


class WaValueSource(models.AbstractModel):
    """Where the value of a template's variable comes from: a field, a fallback, a report or a file."""

    _name = "wa.value.source"
    _description = "Source of a WhatsApp Template Value"

    field_path = fields.Char("Field", help="For example partner_id.name: fields of the record, joined by dots.")
    fallback = fields.Char(
        translate=True, help="Used when the field is empty. Without it, nothing is sent half-empty."
    )
    report_id = fields.Many2one(
        "ir.actions.report",
        "PDF Report",
        ondelete="set null",
        help="Printed for the record when the template is sent, such as its quotation.",
    )
    file = fields.Binary(attachment=True, help="Sent to everybody, unless another file is chosen.")
    file_name = fields.Char()

    # -------------------------------------------------------------------- hooks

    def _value_model(self):
        """Return the name of the model whose records the field path starts from (hook)."""
        raise NotImplementedError

    def _value_kind(self):
        """Return what WhatsApp expects here: text, image, document, … (hook)."""
        raise NotImplementedError

    # -------------------------------------------------------------- constraints

    @api.model
    def _check_path(self, path, model_name):
        """Refuse a path that does not lead to a field everybody may read.

        :raises ValidationError: says which path, and of which model it is no field.
        """
        model = start = self.env.get(model_name)
        for name in path.split("."):
            if model is None or name not in model._fields:
                raise ValidationError(
                    self.env._(
                        "“%(path)s” is no field of %(model)s.",
                        path=path,
                        model=self.env["ir.model"]._get(model_name).name if start is not None else "",
                    )
                )
            if model._fields[name].groups:
                raise ValidationError(self.env._("“%(path)s” is not for everybody to read.", path=path))
            comodel = model._fields[name].comodel_name
            model = self.env.get(comodel) if comodel else None

    @api.model
    def _readable(self, text, model_name):
        """Return a text for people to read: ``{{ partner_id.name | there }}`` becomes ``[Customer]``."""

        def label(path):
            model, words = self.env.get(model_name), []
            for name in path.split("."):
                field = model._fields.get(name) if model is not None else None
                if field is None:
                    return f"[{path}]"
                # "Name" after a relation adds nothing.
                if not words or name not in ("name", "display_name"):
                    words.append(field._description_string(self.env))
                model = self.env.get(field.comodel_name) if field.comodel_name else None
            return f"[{' '.join(words)}]"

        return placeholders.fill(text or "", label)[0]

    @api.constrains("file")
    def _check_file(self):
        """Check a fixed file while the person who chose it is here, and convert it once for all."""
        for source in self.filtered("file"):
            attachment = source._file_attachment()
            sendable = self.env["wa.file"]._prepare(attachment, None, source._value_kind())
            if sendable.attachment != attachment:
                source.write({"file_name": sendable.attachment.name, "file": sendable.attachment.datas})
                sendable.attachment.unlink()

    # ----------------------------------------------------------------- business

    def _file_attachment(self):
        """Return the attachment behind the fixed file, named as the person named it."""
        self.ensure_one()
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", "file")], limit=1)
        )
        if attachment and self.file_name and attachment.name != self.file_name:
            attachment.name = self.file_name
        return attachment
