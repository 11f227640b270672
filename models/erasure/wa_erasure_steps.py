import re
from collections.abc import Iterable, Iterator, Mapping

from odoo import Command, models
from odoo.tools import SQL

from ...tools.erasing import ERASED, exact_pattern, name_pattern, without_lines, without_person
from ...tools.phone import digits

#: Rows removed in one transaction: about a second's work.
BATCH = 500
#: Webhooks looked at in one transaction.
WEBHOOK_BATCH = 2000

PARTNER_FIELDS = (
    "phone email website street street2 zip city state_id function vat ref comment company_name company_registry "
    "image_1920 barcode"
).split()
LEAD_FIELDS = (
    "contact_name partner_name email_from email_cc phone website street street2 zip city state_id function referred "
    "description wa_optin_page wa_optin_service_words wa_optin_marketing_words wa_ctwa_clid"
).split()

#: Texts that stay, and may name the person: table -> columns.
TEXTS = {
    "mail_message": ("body", "subject", "email_from", "reply_to", "outgoing_email_to", "incoming_email_to"),
    "mail_mail": ("body_html", "email_to", "email_cc", "headers", "failure_reason"),
    "mail_tracking_value": ("old_value_char", "new_value_char", "old_value_text", "new_value_text"),
    "mail_activity": ("summary", "note", "res_name", "feedback"),
    "mail_compose_message": ("body", "subject"),
    "mail_scheduled_message": ("body", "subject"),
    "sms_sms": ("number", "body"),
    "calendar_event": ("name", "description"),
    "ir_logging": ("message",),
    "wa_webhook_event": ("error", "note"),
    "wa_rule_run": ("error", "reason"),
    "wa_scheduled_message": ("detail",),
    "wa_refusal": ("detail",),
    "wa_message": ("error_detail",),
}
#: Columns of those with HTML in them.
HTML = frozenset(("body", "body_html", "note", "feedback", "description"))
#: What stands in more rows of others is no name there, whatever the customer called themselves: "Good morning".
COMMON = 100
#: Shorter first names are parts of everything.
SHORTEST_WORD = 3
#: Rows that live for hours and are nobody's record: they go when they name the person: table -> columns.
PASSING = {
    "mail_push": ("payload",),
    "wa_dry_run_line": ("record_name", "customer", "address", "text"),
    "wa_consent_import_line": ("phone", "e164", "evidence"),
    "wa_consent_import": ("text",),
    "wa_consent_record": ("evidence",),
    "wa_template_send_value": ("value",),
    "phone_blacklist_remove": ("phone",),
    "sms_composer": ("recipient_single_number_itf", "numbers"),
}
#: Models whose rows are about one record, which they name by model and id.
ABOUT_RECORDS = (
    "mail.activity",
    "mail.scheduled.message",
    "wa.consent.record",
    "wa.dry.run.line",
    "wa.template.send",
)
#: A notification that old was delivered, or its receiver reloads everything.
DELIVERED_AFTER = "1 minute"


class WaErasure(models.Model):
    """What is erased, step by step. Each step may be repeated, and says whether it is done."""

    _inherit = "wa.erasure"

    # ------------------------------------------------------------ at the press of the button

    def _erase_identity(self, contacts: models.BaseModel, partners: models.BaseModel, leads: models.BaseModel) -> None:
        """Let nothing recognise or address the person any more: contacts, customers, leads, plans, consents."""
        contacts, partners, leads = (records.with_context(**self.env.context) for records in (contacts, partners, leads))
        # What waits to be processed would make the person known again.
        self._clean_webhooks(SQL("event.state = 'new'"))
        self._erase_plans(contacts.conversation_ids, partners, leads)
        self.env["wa.suppression"]._remember(contacts)
        self._erase_consents(contacts)
        self._erase_blacklist(contacts)
        leads.write({"name": self.env._("Erased customer"), **self._emptied(leads, LEAD_FIELDS)})
        partners.write({"name": self.env._("Erased customer"), "active": False, **self._emptied(partners, PARTNER_FIELDS)})
        self._count("leads", len(leads))
        self._count("customers", len(partners))
        for contact in contacts:
            contact.write(
                {
                    "bsuid": f"erased-{contact.id}",
                    "is_blocked": True,
                    **dict.fromkeys(
                        ("wa_id", "phone_key", "dialled", "parent_bsuid", "username", "profile_name", "partner_id"), False
                    ),
                }
            )
        conversations = contacts.conversation_ids
        # Quotes what they wrote, on a record that may stay.
        conversations.stop_activity_id.unlink()
        for conversation in conversations:
            conversation.channel_id.name = self.env._("Erased customer")
        conversations.write(
            {
                "state": "closed",
                **dict.fromkeys(("lead_id", "waiting_since", "last_preview", "read_wamid", "typing_wamid"), False),
            }
        )
        conversations.channel_id.active = False
        self.env.flush_all()

    def _emptied(self, records: models.BaseModel, names: Iterable[str]) -> dict[str, bool]:
        return {name: False for name in names if name in records._fields and records._fields[name].store}

    def _erase_plans(self, conversations: models.BaseModel, partners: models.BaseModel, leads: models.BaseModel) -> None:
        """Remove planned messages, refusals, places in sequences, and what rules remember."""
        plans = self.env["wa.scheduled.message"].sudo()
        own = plans.search(
            [
                "|",
                "|",
                ("message_id.conversation_id", "in", conversations.ids),
                ("lead_id", "in", leads.ids),
                "&",
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partners.ids),
            ]
        )
        self.env["wa.sequence.run"].sudo().search(
            ["|", ("lead_id", "in", leads.ids), ("conversation_id", "in", conversations.ids)]
        ).unlink()
        self._count("plans", len(own))
        own.exists().unlink()
        self.env["wa.refusal"].sudo().search(
            [
                "|",
                "|",
                ("contact_id", "in", conversations.contact_id.ids),
                ("conversation_id", "in", conversations.ids),
                ("lead_id", "in", leads.ids),
            ]
        ).unlink()

    def _erase_consents(self, contacts: models.BaseModel) -> None:
        """Remove what was said; *no* is kept as :meth:`wa.suppression._remember` says."""
        consents = contacts.consent_ids
        files = consents.attachment_id
        self._count("consents", len(consents))
        consents.unlink()
        shared = self.env["wa.consent"].sudo().search([("attachment_id", "in", files.ids)]).attachment_id
        (files - shared).unlink()
        numbers = [digits(text) for text in (*self.names["ids"], *self.names["texts"])]
        for file in shared:
            try:
                text = (file.raw or b"").decode()
            except UnicodeDecodeError:
                self._count("kept_files", 1)
            else:
                file.raw = without_lines(text, numbers).encode()

    def _erase_blacklist(self, contacts: models.BaseModel) -> None:
        """Take numbers off Odoo's list that are there because of WhatsApp alone; others put them there for a reason."""
        numbers = [number for contact in contacts for number in contact._blacklist_numbers()]
        entries = self.env["phone.blacklist"].sudo().with_context(active_test=False)
        entries.search([("number", "in", numbers), ("wa_is_ours", "=", True)]).unlink()

    # --------------------------------------------------------------------------- in the job

    def _selected(self, query: SQL) -> list[int]:
        return [row_id for (row_id,) in self.env.execute_query(query)]

    def _erase_files(self) -> bool:
        """Remove files of the conversations, of the leads and customers, and what was made of them."""
        conversations = self.contact_ids.conversation_ids.ids
        ids = self._selected(
            SQL(
                """
                SELECT id FROM ir_attachment
                 WHERE res_model = 'discuss.channel' AND res_id = ANY(%(channels)s)
                    OR res_model = 'crm.lead' AND res_id = ANY(%(leads)s)
                    OR res_model = 'res.partner' AND res_id = ANY(%(partners)s)
                    OR res_model = 'wa.message'
                       AND res_id IN (SELECT id FROM wa_message WHERE conversation_id = ANY(%(conversations)s))
                    OR id IN (SELECT media.attachment_id FROM wa_media media JOIN wa_message row ON row.id = media.message_id
                               WHERE row.conversation_id = ANY(%(conversations)s) AND media.direction = 'in')
                 LIMIT %(limit)s
                """,
                channels=self.channel_ids.ids,
                leads=self.lead_ids.ids,
                partners=self.partner_ids.ids,
                conversations=conversations,
                limit=BATCH,
            )
        )
        made = self._selected(SQL("SELECT id FROM ir_attachment WHERE res_model = 'ir.attachment' AND res_id = ANY(%s)", ids))
        self.env["ir.attachment"].browse([*made, *ids]).unlink()
        self._count("files", len(ids))
        return len(ids) < BATCH

    def _erase_messages(self) -> bool:
        """Remove the thread: what Discuss shows, and the rows behind it."""
        conversations = self.contact_ids.conversation_ids.ids
        shown = self._selected(
            SQL(
                "SELECT id FROM mail_message WHERE model = 'discuss.channel' AND res_id = ANY(%s) ORDER BY id LIMIT %s",
                self.channel_ids.ids,
                BATCH,
            )
        )
        self._unlink_mail(shown)
        rows = self._selected(
            SQL("SELECT id FROM wa_message WHERE conversation_id = ANY(%s) ORDER BY id LIMIT %s", conversations, BATCH)
        )
        self.env["wa.message"].browse(rows).unlink()
        self._count("messages", len(rows))
        return len(shown) < BATCH and len(rows) < BATCH

    def _unlink_mail(self, ids: list[int]) -> None:
        messages = self.env["mail.message"].browse(ids)
        previews = messages.message_link_preview_ids.link_preview_id
        messages.unlink()
        previews.filtered(lambda preview: not preview.message_link_preview_ids).unlink()

    def _erase_channels(self) -> bool:
        """Remove conversations with their channels; what is left of a running rule goes with them."""
        conversations = self.contact_ids.conversation_ids
        channels = self.channel_ids
        conversations.unlink()
        self.env.flush_all()
        channels.unlink()
        return True

    def _erase_webhooks(self) -> bool:
        """Take the person out of webhooks that came before; what is about others in the same body stays."""
        [(last,)] = self.env.execute_query(
            SQL(
                "SELECT max(id) FROM (SELECT id FROM wa_webhook_event WHERE id > %s ORDER BY id LIMIT %s) AS batch",
                self.cursor,
                WEBHOOK_BATCH,
            )
        )
        if not last:
            return True
        self._clean_webhooks(SQL("event.id > %s AND event.id <= %s", self.cursor, last))
        self.write({"cursor": last})
        return False

    def _clean_webhooks(self, which: SQL) -> None:
        """Take the person out of the webhooks among ``which`` (SQL) that came before."""
        ids, usernames = self.names["ids"], self.names["usernames"]
        if not ids and not usernames:
            return
        self.env["wa.webhook.event"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT event.id, body FROM wa_webhook_event event JOIN wa_account account ON account.id = event.account_id
                 WHERE %s AND received_at <= %s AND body LIKE ANY(%s)
                   -- Another company's that were not read yet are not ours to change.
                   AND (event.state = 'done' OR account.company_id = ANY(%s))
                   FOR UPDATE OF event
                """,
                which,
                self.requested_at,
                [f"%{_like(id_)}%" for id_ in (*ids, *usernames)],
                (self.company_id | self.contact_ids.company_id).ids,
            )
        )
        changed = 0
        for event_id, body in rows:
            cleaned = without_person(body, ids, usernames)
            if cleaned != body:
                self.env["wa.webhook.event"].browse(event_id).write({"body": cleaned, "error": False, "note": False})
                changed += 1
        self._count("webhooks", changed)

    def _erase_chatter(self) -> bool:
        """Remove what was noted, mailed and planned on the person's leads and customer records, and dialogs about them."""
        own = [("crm.lead", self.lead_ids.ids), ("res.partner", self.partner_ids.ids)]
        done = True
        for model, ids in own:
            found = self._selected(
                SQL("SELECT id FROM mail_message WHERE model = %s AND res_id = ANY(%s) ORDER BY id LIMIT %s", model, ids, BATCH)
            )
            self._unlink_mail(found)
            done = done and len(found) < BATCH
            for other in ABOUT_RECORDS:
                name = "res_model" if "res_model" in self.env[other]._fields else "model"
                self.env[other].search([(name, "=", model), ("res_id", "in", ids)]).unlink()
        return done

    def _erase_traces(self) -> bool:
        """Take the person's name, numbers and ids out of texts that stay, and remove what is passing."""
        self.env.flush_all()
        texts, names = self._searched("texts"), self._searched("names")
        common = set()
        for table, columns in self._existing(TEXTS):
            for column in columns:
                called = {name: name_pattern(name, column in HTML) for name in names}
                common |= (found := self._common(table, column, called))
                patterns = {text: exact_pattern(text) for text in texts}
                patterns |= {name: pattern for name, pattern in called.items() if name not in found}
                self._count("texts", self._replace(table, column, patterns))
        self._count("common_names", len(common))
        words = [word for word in self._searched("words") if len(word) >= SHORTEST_WORD]
        searched = [*texts, *names, *words]
        pattern = "|".join([*map(exact_pattern, texts), *map(name_pattern, (*names, *words))])
        for table, columns in self._existing(PASSING):
            self._remove_naming(table, columns, searched, pattern)
        channels = [f'%"discuss.channel", {channel}]%' for channel in self.channel_ids.ids]
        shown = rf'"(id|res_id|channel_id|thread_id)": ({"|".join(map(str, self.channel_ids.ids)) or 0})\y'
        self.env.cr.execute(
            """
            DELETE FROM bus_bus
             WHERE channel LIKE ANY(%(channels)s)
                OR message LIKE '%%discuss.channel%%' AND message ~ %(shown)s
                OR message LIKE ANY(%(texts)s)
                OR create_date < now() AT TIME ZONE 'UTC' - %(old)s::interval AND message LIKE ANY(%(words)s)
            """,
            {
                "channels": channels,
                "shown": shown,
                "texts": [f"%{_like(text)}%" for text in (*texts, *names)],
                "words": [f'%"{_like(word)}"%' for word in searched],
                "old": DELIVERED_AFTER,
            },
        )
        self.env.invalidate_all()
        return True

    def _existing(self, tables: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, list[str]]]:
        """Return those tables and columns that this database has: modules differ."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT table_name, column_name FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name IN %s
                """,
                tuple(tables),
            )
        )
        known = set(rows)
        for table, columns in tables.items():
            if existing := [column for column in columns if (table, column) in known]:
                yield table, existing

    def _common(self, table: str, column: str, names: dict[str, str]) -> set[str]:
        """Return those of these names that stand in so many rows of a column that they are words of others there.

        :param dict names: ``{name: regular expression of PostgreSQL that finds it}``
        """
        if not names:
            return set()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT named.name FROM (SELECT %(column)s AS text FROM %(table)s WHERE %(column)s LIKE ANY(%(likes)s)) AS found
                  JOIN unnest(%(names)s, %(patterns)s) AS named (name, pattern) ON found.text ~ named.pattern
              GROUP BY named.name HAVING COUNT(*) > %(limit)s
                """,
                column=SQL.identifier(column),
                table=SQL.identifier(table),
                likes=[f"%{_like(name)}%" for name in names],
                names=list(names),
                patterns=list(names.values()),
                limit=COMMON,
            )
        )
        return {name for (name,) in rows}

    def _replace(self, table: str, column: str, patterns: dict[str, str]) -> int:
        """Replace texts in one column; returns in how many rows.

        :param dict patterns: ``{text: regular expression of PostgreSQL that finds it}``
        """
        if not patterns:
            return 0
        name, pattern = SQL.identifier(column), "|".join(patterns.values())
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = regexp_replace(%s, %s, %s, 'g') WHERE %s LIKE ANY(%s) AND %s ~ %s",
                SQL.identifier(table),
                name,
                name,
                pattern,
                ERASED,
                name,
                [f"%{_like(text)}%" for text in patterns],
                name,
                pattern,
            )
        )
        return self.env.cr.rowcount

    def _remove_naming(self, table: str, columns: Iterable[str], texts: Iterable[str], pattern: str) -> None:
        """Remove rows in which one of these texts stands, as a word of its own.

        :param str pattern: the regular expression of PostgreSQL that finds them.
        """
        if not texts:
            return
        likes = [f"%{_like(text)}%" for text in texts]
        conditions = SQL(" OR ").join(
            SQL("%s LIKE ANY(%s) AND %s ~ %s", SQL.identifier(column), likes, SQL.identifier(column), pattern)
            for column in columns
        )
        self.env.cr.execute(SQL("DELETE FROM %s WHERE %s", SQL.identifier(table), conditions))

    def _erase_contacts(self) -> bool:
        """Remove the contacts themselves: the last that points to the person."""
        contacts = self.contact_ids
        self.write({"contact_ids": [Command.clear()]})
        contacts.unlink()
        return True


def _like(text: str) -> str:
    """Return a text for LIKE: its own percent signs, underscores and backslashes are meant."""
    return re.sub(r"([\\%_])", r"\\\1", text)
