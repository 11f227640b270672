from __future__ import annotations

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError

from ...tools import placeholders
from .wa_value_text import UNSPEAKABLE

#: Values that are words as they stand.
WORDS = ("text", "url_suffix", "code", "coupon_code", "payload", "catalog")


class WaValueSource(models.AbstractModel):
    """Where the value of a template's variable comes from: a field, a fallback, a report or a file."""

    _name = "wa.value.source"
    _description = "Source of a WhatsApp Template Value"

    field_path = fields.Char("Field", help="For example partner_id.name: fields of the record, joined by dots.")
    path_user_id = fields.Many2one(
        "res.users",
        "Chosen By",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Stands for the field and the report: nothing leaves that this person may not read.",
    )
    fallback = fields.Char(translate=True, help="Used when the field is empty. Without it, nothing is sent half-empty.")
    report_id = fields.Many2one(
        "ir.actions.report",
        "PDF Report",
        ondelete="set null",
        help="Printed for the record when the template is sent, such as its quotation.",
    )
    file = fields.Binary(attachment=True, help="Sent to everybody, unless another file is chosen.")
    file_name = fields.Char()
    if_empty_like = fields.Selection(
        [("warn", "Warn"), ("refuse", "Take as empty"), ("send", "Send")],
        "If It Is Zero",
        required=True,
        default="warn",
        help="What happens with a value that is there and says nothing: zero, a dash, n/a. “Take as empty”: the "
        "fallback is sent, and without one nothing.",
    )

    # -------------------------------------------------------------------- hooks

    def _value_model(self) -> str:
        """Return the name of the model whose records the field path starts from (hook)."""
        raise NotImplementedError

    def _value_kind(self) -> str:
        """Return what WhatsApp expects here: text, image, document, … (hook)."""
        raise NotImplementedError

    # -------------------------------------------------------------- constraints

    def _check_own_paths(self):
        """Check the paths of these sources with the rights of who chose them.

        :raises ValidationError: see :meth:`_check_path`.
        """
        for source in self.filtered("field_path"):
            source._check_path(source.field_path, source._value_model(), source.path_user_id, source._value_kind())

    @api.model
    def _check_path(self, path: str, model_name: str, user: models.BaseModel | None = None, kind: str = "text") -> None:
        """Refuse a path that does not lead to a field, or to one that whoever chooses it may not read.

        :param user: ``res.users`` who stands for it; default: the current one, whatever rights the code has.
        :param str kind: what the value is for, see ``_value_kind``.
        :raises ValidationError: says which path, and of which model it is no field.
        """
        user = user or self.env.user
        model = start = self.env.get(model_name)
        names = path.split(".")
        for position, name in enumerate(names):
            if model is None or name not in model._fields:
                raise ValidationError(
                    self.env._(
                        "“%(path)s” is no field of %(model)s.",
                        path=path,
                        model=self.env["ir.model"]._get(model_name).name if start is not None else "",
                    )
                )
            field = model._fields[name]
            if field.groups:
                raise ValidationError(self.env._("“%(path)s” is not for everybody to read.", path=path))
            self._check_model_access(path, model, field, user)
            if field.type == "properties":
                # The rest is the name of a property; which there are depends on the record.
                return
            if position == len(names) - 1:
                self._check_sayable(path, field, kind)
            model = self.env.get(field.comodel_name) if field.comodel_name else None
        if model is not None:
            self._check_model_access(path, model, None, user)

    @api.model
    def _check_model_access(self, path, model, field, user):
        """Refuse a model or field on the way that a person may not read.

        :raises ValidationError: with the model's name.
        """
        own = model.with_user(user)
        if own.has_access("read") and (field is None or own._has_field_access(field, "read")):
            return
        raise ValidationError(
            self.env._(
                "“%(path)s” leads to “%(model)s”, which you may not read, so it cannot go into a message. "
                "Choose another field.",
                path=path,
                model=self.env["ir.model"]._get(model._name).sudo().name or model._name,
            )
        )

    @api.model
    def _check_sayable(self, path, field, kind):
        """Refuse a field that cannot be put into words.

        :raises ValidationError: the same.
        """
        if kind in WORDS and field.type in UNSPEAKABLE:
            raise ValidationError(
                self.env._("“%s” holds a file or data that cannot be written as words. Choose another field.", path)
            )

    def _check_setter(self, record: models.BaseModel, path: str) -> None:
        """Raise unless whoever chose the field of this source may read it, now and on this record.

        A person who sends is asked themselves, too; with all rights, as for a rule or a
        sequence, this is all that is asked.

        :raises AccessError: says who chose it, and what to do.
        """
        user = self.sudo().path_user_id
        if user.id == SUPERUSER_ID:
            return
        words = self.env["wa.value.text"]
        if record.env.su or not user:
            words._check_author(record, path, user)
            return
        try:
            self._check_path(path, record._name, user, self._value_kind())
        except ValidationError:
            words._refuse_reader(user, path)

    def _check_report_setter(self) -> None:
        """Raise unless whoever chose the report of this source may print it.

        :raises AccessError: says who chose it.
        """
        user, report = self.sudo().path_user_id, self.sudo().report_id
        if user.id == SUPERUSER_ID or (user and (not report.group_ids or report.group_ids & user.all_group_ids)):
            return
        self.env["wa.value.text"]._refuse_reader(user, report.name)

    @api.model
    def _readable(self, text: str, model_name: str) -> str:
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
            elif sendable.kind == "document" and source.file_name != sendable.filename:
                source.file_name = sendable.filename  # what customers will see

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Note who chose the field."""
        return super().create([self._with_setter(vals) for vals in vals_list])

    def write(self, vals):
        """Note who chose the field."""
        return super().write(self._with_setter(vals))

    @api.model
    def _with_setter(self, vals):
        """Return values with who stands for the field they choose; nobody says that of somebody else.

        What this addon brings itself, it writes with all rights and in nobody's name.
        """
        own = {key: value for key, value in vals.items() if key != "path_user_id" or self.env.su}
        if {"field_path", "report_id"} & own.keys():
            own.setdefault("path_user_id", self.env.uid)
        return own

    # ----------------------------------------------------------------- business

    def _file_attachment(self) -> models.BaseModel:
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
