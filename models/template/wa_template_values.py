from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytz

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.bidi import one_line
from ...tools.empty_like import is_empty_like
from ...tools.template_memory import TemplateMemory
from ..media.media_placeholders import media_placeholder
from ..media.wa_file import SendableFile
from .wa_value_source import WORDS


@dataclass(eq=False)
class FileSource:
    """Where the file of a template's header comes from; a report is printed only when it is sent."""

    #: ``image``, ``video``, ``document`` or ``gif``
    kind: str
    #: ``ir.attachment``, or an empty set for a report
    attachment: models.BaseModel
    #: The attachment is the template's own, the same for everybody.
    is_fixed: bool = False
    report: models.BaseModel = None
    record: models.BaseModel = None

    @property
    def name(self):
        return self.attachment.name or self.report.name or ""


class WaTemplateValues(models.AbstractModel):
    """Values of all kinds for templates: from what a person typed, the record, a report, or what the template has."""

    _name = "wa.template.values"
    _description = "Values of WhatsApp Templates"

    @api.model
    def _get_value(self, kind: str, source: models.BaseModel, record: models.BaseModel | None, given: Any) -> Any:
        """Return the value of a variable that is no file, or None.

        :param source: ``wa.template.parameter`` or ``wa.action.value``.
        """
        candidates = [lambda: self._parse(kind, given)] if given else [
            lambda: self._value_at(kind, record, source) if source.field_path and record else None,
            lambda: self._parse(kind, source.fallback),
        ]  # fmt: skip
        for candidate in candidates:
            value = candidate()
            says_nothing = source.if_empty_like == "refuse" and kind in WORDS and is_empty_like(value)
            if value and not says_nothing:
                return value
        return None

    @api.model
    def _value_at(self, kind: str, record: models.BaseModel, source: models.BaseModel) -> Any:
        """Return the value at a source's field path in the form its kind needs, or None."""
        path, words = source.field_path, self.env["wa.value.text"]
        source._check_setter(record, path)
        if kind in ("location", "expiration"):
            words._check_readable(record, path)
        if kind == "location":
            place = record.mapped(path)
            return self._place_of(place[:1]) if isinstance(place, models.BaseModel) else self._parse(kind, place[:1])
        if kind == "expiration":
            found = record.mapped(path)
            return self._milliseconds(found[0]) if found else None
        return self._parse(kind, words._at(record, path))

    @api.model
    def _place_of(self, record: models.BaseModel) -> dict | None:
        """Return where a partner is, if Odoo's geolocation knows it."""
        if "partner_latitude" not in record._fields or not (record.partner_latitude or record.partner_longitude):
            return None
        return {
            "latitude": record.partner_latitude,
            "longitude": record.partner_longitude,
            "name": record.display_name,
            "address": one_line(record.contact_address_inline or "") if "contact_address_inline" in record._fields else "",
        }

    @api.model
    def _parse(self, kind: str, given: Any) -> Any:
        """Return what a person wrote in the form its kind needs, or None when it does not fit."""
        text = one_line(given[0] if isinstance(given, list) and given else given or "")
        if not text:
            return None
        if kind in WORDS:
            return text
        if kind == "location":
            return self._parse_place(text)
        if kind == "product":
            retailer_id, _comma, catalog_id = (part.strip() for part in text.partition(","))
            return {"product_retailer_id": retailer_id, "catalog_id": catalog_id} if catalog_id else None
        if kind == "expiration":
            return self._parse_moment(text)
        value = self._parse_json(text)
        if value is None and kind == "flow":
            return {"flow_token": text}
        if value is None and kind == "mpm":
            return self._parse_products(text)
        return value

    @api.model
    def _parse_products(self, text: str) -> dict | None:
        """Return products a person wrote: sections with a title and article numbers, as ``Chairs: A1, A2; Lamps: B7``.

        One section needs no title.
        """
        sections = []
        for part in filter(str.strip, text.split(";")):
            title, colon, numbers = part.partition(":")
            title, numbers = (title, numbers) if colon else (self.env._("Products"), part)
            products = [number.strip() for number in numbers.split(",") if number.strip()]
            sections.append({"title": title.strip(), "products": products})
        return {"sections": sections} if sections else None

    @api.model
    def _parse_place(self, text: str) -> dict | None:
        latitude, longitude, name, address = (*(part.strip() for part in text.split(",", 3)), "", "", "", "")[:4]
        try:
            fits = abs(float(latitude)) <= 90 and abs(float(longitude)) <= 180
        except ValueError:
            return None
        return {"latitude": latitude, "longitude": longitude, "name": name, "address": address} if fits else None

    @api.model
    def _parse_moment(self, text: str) -> int | None:
        """Return a moment a person wrote, in their time zone, as epoch milliseconds."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        if moment.tzinfo is None:
            # The context has the customer's, who did not write this.
            zone = self.env.user.tz or self.env.company.partner_id.tz or "UTC"
            moment = pytz.timezone(zone).localize(moment)
        return int(moment.timestamp() * 1000)

    @api.model
    def _milliseconds(self, value: date | bool | None) -> int | None:
        """Return a date (its end, where the customer is) or naive UTC datetime as epoch milliseconds, or None."""
        if not value:
            return None
        if not isinstance(value, datetime):
            value = self.env["wa.value.text"]._last_second(self.env, value)
        return int(pytz.utc.localize(value).timestamp() * 1000)

    @api.model
    def _parse_json(self, text: str) -> dict | None:
        try:
            value = json.loads(text)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    # -------------------------------------------------------------------- files

    @api.model
    def _get_file(
        self, kind: str, source: models.BaseModel, record: models.BaseModel | None, given: models.BaseModel | None
    ) -> FileSource | None:
        """Return where the file of a header comes from, or None.

        :param source: ``wa.template.parameter`` or ``wa.action.value``.
        """
        nothing = self.env["ir.attachment"]
        if given:
            return FileSource(kind, given)
        if record and source.report_id and source.report_id.model == record._name:
            source._check_report_setter()
            return FileSource(kind, nothing, report=source.report_id, record=record)
        if record and source.field_path:
            source._check_setter(record, source.field_path)
            attachment = self._attachment_at(record, source.field_path)
            if attachment:
                return FileSource(kind, attachment)
        fixed = source._file_attachment()
        return FileSource(kind, fixed, is_fixed=True) if fixed else None

    @api.model
    def _attachment_at(self, record: models.BaseModel, path: str) -> models.BaseModel:
        """Return the attachment at a field path: a file field, or a relation to attachments."""
        self.env["wa.value.text"]._check_readable(record, path)
        *steps, last = path.split(".")
        holder = record.mapped(".".join(steps))[:1] if steps else record
        if not holder:
            return self.env["ir.attachment"]
        field = holder._fields[last]
        if field.comodel_name == "ir.attachment":
            return holder[last].sorted("id")[-1:]
        if field.type != "binary" or not field.attachment or not holder[last]:
            return self.env["ir.attachment"]
        return (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", holder._name), ("res_id", "=", holder.id), ("res_field", "=", last)], limit=1)
        )

    @api.model
    def _take_files(
        self, conversation: models.BaseModel, values: dict, memory: TemplateMemory | None = None
    ) -> tuple[dict, list]:
        """Turn the file sources among values into files that are ready to be sent.

        :returns: ``(values, files)``: values with stand-ins for media ids, and the list of
            ``SendableFile`` they stand for
        :raises UserError: a file cannot be sent; says why.
        """
        values, files = dict(values), []
        for key, source in values.items():
            if not isinstance(source, FileSource):
                continue
            if source.is_fixed:
                file = self._shared_file(source, conversation.account_id, memory)
            else:
                attachment = source.attachment or self._print(source)
                file = self.env["wa.file"]._prepare(attachment, conversation.channel_id, source.kind)
            values[key] = {"id": media_placeholder(len(files)), "filename": file.filename}
            files.append(file)
        return values, files

    @api.model
    def _shared_file(self, source: FileSource, account: models.BaseModel, memory: TemplateMemory | None = None) -> SendableFile:
        """Return a template's own file, ready to be sent, as the one attachment that all threads show.

        What ten thousand people get alike is not copied ten thousand times. It belongs to the
        account: colleagues may open it and none of them may change it, and it stays as it was
        when the template gets another file.

        :param FileSource source: of a fixed file.
        :returns: ``SendableFile``
        """
        files = {} if memory is None else memory.files
        key = (source.attachment.id, source.attachment.checksum, source.kind, account.id)
        if key not in files:
            fixed = source.attachment
            domain = [
                ("res_model", "=", account._name),
                ("res_id", "=", account.id),
                ("checksum", "=", fixed.checksum),
                ("name", "=", fixed.name),
                ("mimetype", "=", fixed.mimetype),
            ]
            owner = {"res_model": account._name, "res_id": account.id, "res_field": False}
            shared = fixed.search(domain, limit=1) or fixed.copy(owner)
            files[key] = self.env["wa.file"]._prepare(shared, None, source.kind)
        return files[key]

    @api.model
    def _imagine_files(self, values: dict) -> dict:
        """Return values with stand-ins for files, for looking only: nothing is printed or stored."""
        return {
            key: {"id": media_placeholder(0), "filename": value.name} if isinstance(value, FileSource) else value
            for key, value in values.items()
        }

    @api.model
    def _print(self, source: FileSource) -> models.BaseModel:
        """Return the report of a record as a new attachment.

        Printed with the rights of the current user: nobody sends what they may not see.
        """
        content, extension = self.env["ir.actions.report"]._render_qweb_pdf(source.report, source.record.ids)
        if extension != "pdf":
            raise UserError(self.env._("“%s” could not be printed as a PDF.", source.report.name))
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{source.record.display_name}.pdf".replace("/", "_"),
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": "mail.compose.message",
                    "res_id": 0,
                }
            )
        )
