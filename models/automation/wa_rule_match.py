from collections.abc import Iterable
from datetime import timedelta, timezone
from functools import cached_property

from odoo import fields, models
from odoo.tools import SQL

from ...tools import words
from ...tools.webhook import reading
from ..inbound.content import FILE_KINDS
from ..inbound.context import EFFECTS, THIN

#: What a rule calls a kind, by Meta's type and, for interactive answers, by its sub-type.
KINDS = {
    "text": "text",
    "button": "button",
    "interactive/button_reply": "button",
    "interactive/list_reply": "list",
    "interactive/nfm_reply": "form",
    "location": "location",
    "contacts": "contacts",
    "order": "order",
    "reaction": "reaction",
    **dict.fromkeys(FILE_KINDS, "media"),
}
#: States of a message of ours that no customer can be answering.
NEVER_SEEN = ("queued", "failed", "cancelled")
#: Templates sent within this time are questions asked together.
TOGETHER = timedelta(minutes=10)
#: Messages before one of ours among which such a template is looked for.
TOGETHER_LOOKED_AT = 20
#: WhatsApp's clock is not ours: an answer may seem a little older than what it answers.
CLOCKS_DIFFER = timedelta(minutes=1)


class Facts:
    """What conditions of rules ask about messages, looked up once for all of them, if at all."""

    def __init__(self, rows: models.BaseModel):
        self.rows = rows
        self.env = rows.env
        self.now = fields.Datetime.now()
        self._open: dict[models.BaseModel, bool] = {}

    # --------------------------------------------------------------- conditions

    def is_received(self, rule: models.BaseModel, row: models.BaseModel) -> bool:
        """Tell whether a customer's message is one a rule waits for.

        Messages to a group start nothing: an answer would go to one of its members.

        :param rule: ``base.automation`` with trigger "message received".
        :param row: ``wa.message``
        """
        return (
            not row.group_uid
            and self._has_kind(rule, row)
            and self._is_about(rule, row, self._answered(row) if rule.wa_has_template else None)
            and self._has_text(rule, row)
            and self._is_button(rule, row)
            and (not rule.wa_is_answer or self._is_answer(row))
            and (not rule.wa_first_only or row.id in self.first_ids)
            and (not rule.wa_hours or self._is_at_work(rule, row) == (rule.wa_hours == "inside"))
            and not self._pauses(rule, row)
        )

    @classmethod
    def is_report(cls, rule: models.BaseModel, row: models.BaseModel, statuses: set[str]) -> bool:
        """Tell whether a message of ours reached a status a rule waits for.

        :param statuses: those it reached just now.
        """
        return (
            bool(statuses & rule._wa_wanted_statuses())
            and (not rule.wa_origin or row.origin == rule.wa_origin)
            and cls._is_about(rule, row, row)
        )

    # -------------------------------------------------------------------- parts

    @staticmethod
    def _has_kind(rule, row) -> bool:
        kind = KINDS.get(f"{row.kind}/{row.subkind}" if row.kind == "interactive" else row.kind)
        if rule.wa_kind == "any":
            return row.kind not in (*EFFECTS, *THIN)
        return kind == rule.wa_kind

    @staticmethod
    def _is_about(rule, row, ours) -> bool:
        """Tell whether number and template are those of a rule; ``ours``: the message with the template."""
        if rule.wa_number_ids and row.number_id not in rule.wa_number_ids:
            return False
        if not rule.wa_has_template:
            return True
        template = rule.wa_template_id
        return bool(
            template
            and ours
            and ours.kind == "template"
            and (ours.content or {}).get("name") == template.name
            and ours.number_id.account_id == template.account_id
        )

    @staticmethod
    def _has_text(rule, row) -> bool:
        if not rule.wa_text_mode:
            return True
        return words.matches(rule.wa_text_mode, words.terms(rule.wa_text, ",;\n"), row.text or "")

    def _is_button(self, rule, row) -> bool:
        wanted = set(words.terms(rule.wa_button))
        if not wanted:
            return True
        if KINDS.get(f"{row.kind}/{row.subkind}" if row.kind == "interactive" else row.kind) not in ("button", "list"):
            return False
        label = words.bare((row.text or "").split("\n")[0])
        said = {label, words.bare(row.payload or ""), *self._same_button(rule, row, label)}
        return bool(said & wanted)

    def _same_button(self, rule, row, label: str) -> Iterable[str]:
        """Return the labels that a tapped button of a template has in the template's other languages."""
        tapped = self._answered(row).template_id
        if not rule.wa_template_id or not tapped:
            return ()
        labels = [words.bare(button.text) for button in tapped.button_ids]
        if label not in labels:
            return ()
        place = labels.index(label)
        variants = (
            self.env["wa.template"]
            .sudo()
            .with_context(active_test=False)
            .search([("account_id", "=", tapped.account_id.id), ("name", "=", tapped.name)])
        )
        return [words.bare(v.button_ids[place].text) for v in variants if len(v.button_ids) > place]

    def _answered(self, row) -> models.BaseModel:
        """Return our message that a customer answers: the one quoted or reacted to, else the one just before.

        What is about a message that is not here answers none that is.
        """
        if row.kind == "reaction":
            return row.target_id
        if row.quoted_id or reading.mapping((row.content or {}).get("context")).get("id"):
            return row.quoted_id
        previous = self._previous(row)
        return previous if previous.direction == "out" and not self._is_one_of_several(previous) else previous.browse()

    @staticmethod
    def _is_one_of_several(ours) -> bool:
        """Tell whether another template was sent together with this one, so that words alone answer either.

        Taps and quotes say what they are about; "yes" to two questions is a person's matter.
        """
        if ours.kind != "template":
            return False
        asked = ours.sent_at or ours.create_date
        recent = ours.search(
            [("conversation_id", "=", ours.conversation_id.id), ("id", "<", ours.id)], order="id desc", limit=TOGETHER_LOOKED_AT
        )
        for other in recent.filtered(lambda row: row.kind not in (*EFFECTS, *THIN) and row.state not in NEVER_SEEN):
            if other.direction == "in" or (other.sent_at or other.create_date) < asked - TOGETHER:
                return False
            if other.kind == "template" and (other.content or {}).get("name") != (ours.content or {}).get("name"):
                return True
        return False

    def _is_answer(self, row) -> bool:
        """Tell whether a message answers us; who says "stop" does not answer, but goes."""
        return self._previous(row).direction == "out" and row.id not in self.stop_ids

    def _is_at_work(self, rule, row) -> bool:
        """Tell whether it is working time now; without working hours it always is."""
        calendar = rule.wa_calendar_id or row.conversation_id.team_id.wa_calendar_id or row.company_id.resource_calendar_id
        if not calendar:
            return True
        if calendar not in self._open:
            start = self.now.replace(tzinfo=timezone.utc)
            self._open[calendar] = bool(calendar._work_intervals_batch(start, start + timedelta(minutes=1))[False])
        return self._open[calendar]

    def _pauses(self, rule, row) -> bool:
        if not rule.wa_pause_hours:
            return False
        run = self.env["wa.rule.run"]._of(rule, row.conversation_id)
        return bool(run.ran_at) and run.ran_at > self.now - timedelta(hours=rule.wa_pause_hours)

    # -------------------------------------------------------------------- facts

    def _previous(self, row) -> models.BaseModel:
        return self.env["wa.message"].browse(self.previous_ids.get(row.id, ()))

    @cached_property
    def previous_ids(self) -> dict[int, int]:
        """``{id: id of the last message before it}`` in its conversation, of either side."""
        self.env["wa.message"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT row.id, previous.id
                      FROM wa_message row
                CROSS JOIN LATERAL (
                           SELECT p.id FROM wa_message p
                            WHERE p.conversation_id = row.conversation_id AND p.id < row.id
                              AND p.is_history IS NOT TRUE
                              AND COALESCE(p.sent_at, p.create_date) <= COALESCE(row.sent_at, row.create_date) + %(skew)s
                              AND p.kind != ALL(%(no_message)s) AND p.state != ALL(%(never_seen)s)
                         ORDER BY COALESCE(p.sent_at, p.create_date) DESC, p.id DESC LIMIT 1) previous
                     WHERE row.id = ANY(%(ids)s)
                    """,
                    ids=self.rows.ids,
                    skew=CLOCKS_DIFFER,
                    no_message=[*EFFECTS, *THIN],
                    never_seen=list(NEVER_SEEN),
                )
            )
        )

    @cached_property
    def stop_ids(self) -> set[int]:
        """Ids of those messages that end a consent by a keyword."""
        consents = (
            self.env["wa.consent"]
            .sudo()
            .search([("message_id", "in", self.rows.ids), ("action", "=", "withdrawn"), ("source", "=", "keyword")])
        )
        return set(consents.message_id.ids)

    @cached_property
    def first_ids(self) -> set[int]:
        """Ids of those messages that are the first of their customer, the imported past included."""
        self.env["wa.message"].flush_model()
        return {
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT row.id FROM wa_message row
                     WHERE row.id = ANY(%(ids)s)
                       AND NOT EXISTS (
                           SELECT 1 FROM wa_message p
                            WHERE p.contact_id = row.contact_id AND p.direction = 'in' AND p.id != row.id
                              AND (p.id < row.id OR p.is_history) AND p.kind != ALL(%(no_message)s))
                    """,
                    ids=self.rows.ids,
                    no_message=[*EFFECTS, *THIN],
                )
            )
        }
