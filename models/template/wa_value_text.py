from __future__ import annotations

from datetime import datetime
from typing import NoReturn

import babel
import babel.dates
import babel.lists
import babel.numbers
import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import babel_locale_parse, format_amount, format_date, format_datetime, format_duration, get_lang
from odoo.tools.translate import code_translations

from ...tools import languages
from ...tools.html_text import html_to_text

#: In the context: the locale of a text whose language Odoo does not speak here; dates and numbers follow it all the same.
LOCALE = "wa_locale"
#: What no sentence can say.
UNSPEAKABLE = ("binary", "json", "properties_definition", "many2one_reference")


class WaValueText(models.AbstractModel):
    """Says what stands in a field the way it stands in a sentence to a customer.

    The context says how: ``lang`` and ``tz`` (see :meth:`_voice`). Nothing is ever said in
    the time zone of a job, and a moment of which nobody knows a zone names UTC.
    """

    _name = "wa.value.text"
    _description = "Field Values in Words"

    # -------------------------------------------------------------------- voice

    @api.model
    def _voice(self, partner: models.BaseModel, company: models.BaseModel, language: str | None = None) -> dict:
        """Return the context in which values for a customer are put into words.

        :param partner: ``res.partner``; may be empty.
        :param company: whose time zone holds when the customer's is not known.
        :param str language: of the text the values go into, as WhatsApp writes it; None: the customer's.
        :returns: dict with ``lang`` and ``tz``, and with :data:`LOCALE` for a language Odoo does not speak here
        """
        partner, company = partner.sudo(), company.sudo()
        spoken = [code for code, _name in self.env["res.lang"].get_installed()]
        lang = languages.of_text(language, partner.lang, spoken)
        return {
            "lang": lang or (partner.lang if partner.lang in spoken else get_lang(self.env).code),
            "tz": partner.tz or company.partner_id.tz or company.resource_calendar_id.tz or "UTC",
            LOCALE: None if lang or not language else language,
        }

    @api.model
    def _locale(self, env):
        """Return the ``babel.Locale`` of a context's language."""
        return self._foreign_locale(env) or babel_locale_parse(get_lang(env).code)

    @api.model
    def _foreign_locale(self, env):
        """Return the ``babel.Locale`` of a language that Odoo does not speak here, or None: its own settings hold."""
        foreign = env.context.get(LOCALE)
        for code in (foreign, languages.base(foreign)) if foreign else ():
            try:
                return babel.Locale.parse(code)
            except (ValueError, babel.UnknownLocaleError):
                continue
        return None

    # -------------------------------------------------------------------- paths

    @api.model
    def _at(self, record: models.BaseModel, path: str) -> str:
        """Return the value at a dotted field path as text; "" when empty.

        Of several records on the way all are named, each value once, as the language joins a list.

        :raises AccessError: the current user may not read what stands there.
        :raises KeyError: a field is gone.
        """
        self._check_readable(record, path)
        holders, name, rest = self._walk(record, path)
        texts = [self._property(holder, name, rest) if rest else self._value(holder, name) for holder in holders]
        return self._join(record.env, texts)

    @api.model
    def _walk(self, record: models.BaseModel, path: str) -> tuple[models.BaseModel, str, str]:
        """Return ``(records, last field, rest)``: where a path ends; the rest is the name of a property."""
        *steps, last = path.split(".")
        for position, step in enumerate(steps):
            if record._fields[step].type == "properties":
                return record, step, ".".join([*steps[position + 1 :], last])
            record = record.mapped(step)
        return record, last, ""

    @api.model
    def _check_readable(self, record: models.BaseModel, path: str, user: models.BaseModel | None = None) -> None:
        """Raise unless a user may read what stands at a field path of a record.

        Asked here, because Odoo hands out values that are in memory without asking, and
        finding the customer reads records with higher rights.

        :param user: ``res.users``; None: the current one, who with all rights is not asked.
        :raises AccessError: they may not.
        """
        if user is None and record.env.su:
            return
        for name in path.split("."):
            asked = record if user is None else record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            asked.check_access("read")
            field = record._fields[name]
            asked._check_field_access(field, "read")
            if not field.relational:
                return
            record = record.mapped(name)
        asked = record if user is None else record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        asked.check_access("read")

    # ------------------------------------------------------------------- values

    @api.model
    def _value(self, record: models.BaseModel, name: str) -> str:
        """Return the value of one field of one record as text; "" when empty."""
        field = record._fields[name]
        if field.type == "html":
            return html_to_text(record[name])
        if field.type == "monetary":
            currency = record[field.get_currency_field(record)] or self.env.company.currency_id
            return self._amount(record.env, record[name], currency)
        if field.type == "float":
            if name == "duration" or name.endswith("_duration"):
                return format_duration(record[name])
            return self._number(record.env, record[name], (field.get_digits(self.env) or (0, 2))[1])
        if field.type == "selection":
            labels = dict(field._description_selection(record.env))
            return str(labels.get(record[name]) or record[name] or "")
        if field.type == "properties":
            return self._properties(record, name)
        if field.type in UNSPEAKABLE:
            return ""
        return self._plain(record.env, field.type, record[name])

    @api.model
    def _plain(self, env, kind, value):
        """Return a value that needs nothing but its type to be said."""
        if isinstance(value, models.BaseModel):
            return self._join(env, value.mapped("display_name"))
        if kind == "boolean":
            return self._yes_or_no(env, bool(value))
        if kind == "integer":
            return str(value or 0)
        if not value:
            return ""
        if kind == "date":
            return self._date(env, fields.Date.to_date(value))
        if kind == "datetime":
            return self._moment(env, fields.Datetime.to_datetime(value))
        return str(value)

    @api.model
    def _join(self, env, texts):
        """Return texts as a list in the language of the context; empty ones are left out, equal ones named once."""
        kept = list(dict.fromkeys(text for text in texts if text))
        if len(kept) < 2:
            return "".join(kept)
        return babel.lists.format_list(kept, "standard", self._locale(env))

    @api.model
    def _yes_or_no(self, env, value):
        """Return the word for a box that is ticked or not, as CRM says it: it is translated into most languages."""
        word = "Yes" if value else "No"
        for code in filter(None, (env.context.get(LOCALE), env.lang)):
            if found := code_translations.get_python_translations("crm", code).get(word):
                return found
        return word

    @api.model
    def _date(self, env, value):
        locale = self._foreign_locale(env)
        return babel.dates.format_date(value, "medium", locale) if locale else format_date(env, value)

    @api.model
    def _moment(self, env, value):
        """Return a moment in the time zone of the context; where there is none, UTC is named."""
        zone = env.context.get("tz") or "UTC"
        if locale := self._foreign_locale(env):
            local = pytz.utc.localize(value).astimezone(pytz.timezone(zone))
            text = babel.dates.format_datetime(local, "short", tzinfo=local.tzinfo, locale=locale)
        else:
            text = format_datetime(env, value, tz=zone, dt_format="short")
        return f"{text} UTC" if zone == "UTC" else text

    @api.model
    def _amount(self, env, value, currency):
        if locale := self._foreign_locale(env):
            return babel.numbers.format_currency(currency.round(value), currency.name, locale=locale)
        # Odoo marks the minus with a character that no phone shows.
        return format_amount(env, value, currency).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")

    @api.model
    def _number(self, env, value, digits):
        if locale := self._foreign_locale(env):
            pattern = "#,##0" + (f".{'0' * digits}" if digits else "")
            return babel.numbers.format_decimal(value, pattern, locale=locale)
        return env["res.lang"].browse(get_lang(env).id).format(f"%.{digits}f", value, grouping=True)

    # --------------------------------------------------------------- properties

    @api.model
    def _properties(self, record, name):
        """Return all properties that are filled in, each with its name: ``Colour: Red, Size: L``."""
        said = [(item["string"], self._property_value(record.env, item)) for item in self._items(record, name)]
        return self._join(record.env, [f"{label}: {text}" for label, text in said if text])

    @api.model
    def _property(self, record, name, wanted):
        """Return one property as text; "" when it is empty or this record has none of that name."""
        found = [item for item in self._items(record, name) if item["name"] == wanted]
        return self._property_value(record.env, found[0]) if found else ""

    @api.model
    def _items(self, record, name):
        """Return the properties of a record with their values, as Odoo describes them to its own screens."""
        items = record.read([name])[0][name] or []
        return [item for item in items if item.get("type") != "separator"]

    @api.model
    def _property_value(self, env, item):
        """Return the value of a property as text; an unticked box nobody ever touched is no answer."""
        kind, value = item.get("type"), item.get("value")
        if value is None or (value is False and kind != "boolean"):
            return ""
        if kind == "selection":
            return str(dict(item.get("selection") or ()).get(value, value))
        if kind == "tags":
            labels = {tag[0]: tag[1] for tag in item.get("tags") or ()}
            return self._join(env, [labels.get(tag, tag) for tag in value])
        if kind == "many2one":
            return str(value[1] or "") if isinstance(value, (list, tuple)) else ""
        if kind == "many2many":
            return self._join(env, [pair[1] for pair in value])
        if kind == "float":
            return self._number(env, value, 2)
        if kind == "html":
            return html_to_text(value)
        return self._plain(env, kind, value)

    # ------------------------------------------------------------------ moments

    @api.model
    def _last_second(self, env, day):
        """Return the last second of a day where the customer is, as naive UTC."""
        zone = pytz.timezone(env.context.get("tz") or "UTC")
        last = zone.localize(datetime.combine(day, datetime.max.time()))
        return last.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _check_author(self, record: models.BaseModel, path: str, user: models.BaseModel) -> None:
        """Raise unless whoever chose a path may read what it leads to, on this record.

        :param user: ``res.users``; empty when nobody stands for the path.
        :raises AccessError: says who chose it, and what to do.
        """
        if not user:
            self._refuse_reader(user, path)
        try:
            self._check_readable(record, path, user)
        except AccessError:
            self._refuse_reader(user, path)

    @api.model
    def _refuse_reader(self, user: models.BaseModel, path: str) -> NoReturn:
        """Raise that whoever chose a path may not read what it leads to.

        :param user: ``res.users``; empty when nobody stands for the path.
        :raises AccessError: always.
        """
        if not user:
            raise AccessError(
                self.env._("Nobody stands for the field “%s” of this message. Ask a manager to choose the field again.", path)
            )
        raise AccessError(
            self.env._(
                "%(person)s chose the field “%(path)s” for this message and may not read it. Ask somebody who may to "
                "choose the field again, or choose another one.",
                person=user.name,
                path=path,
            )
        )
