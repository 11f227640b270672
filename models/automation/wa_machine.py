from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...tools import words
from ..concurrency import savepoint

#: Automatic messages in one conversation, with no colleague's between them, after which another machine must be answering.
AN_HOUR, A_DAY = 10, 30
#: The same words so many times in a row, each an answer to an automatic message, are an auto-responder's; short
#: ones are a person who taps or types the same choice again.
SAME_WORDS, SAME_LENGTH = 3, 20
#: Silence of a customer after which they are taken for a person again.
QUIET = timedelta(hours=24)


class WaMachine(models.AbstractModel):
    """Machines that answer each other, or a rule itself: noticed, stopped, told once, and over when a person writes.

    Another business's away text or bot answers our rules, which answer it; a rule for any change may start itself
    with what it sends. Rules that pause would go on every
    day, and a count per hour begins anew with each hour: so what was noticed stays until a colleague has
    written in the conversation, or the other side was silent for a day.
    """

    _name = "wa.machine"
    _description = "WhatsApp: Machines That Answer Each Other"

    @api.model
    def _notice(self, rows: models.BaseModel) -> None:
        """Look whether automatic messages answer automatic messages; one query where nothing is suspicious.

        :param rows: customers' ``wa.message`` that were stored just now.
        """
        conversations = rows.conversation_id.sudo()
        now = fields.Datetime.now()
        for conversation in conversations.filtered("machine_since"):
            earlier = rows.filtered(lambda row, c=conversation: row.conversation_id == c)[:1]
            if self._was_silent(earlier, now):
                conversation.machine_since = False
        self._stop(conversations)

    @api.model
    def _stop(self, conversations: models.BaseModel) -> None:
        """Look whether too much sends itself in these conversations, and stop it; one query if nothing is wrong."""
        now = fields.Datetime.now()
        for conversation in self._answered_by_machines(conversations.sudo().filtered(lambda c: not c.machine_since), now):
            conversation.machine_since = now
            # Who cannot be told must not hold up the message.
            with savepoint(self.env, f"nobody was told that a machine answers in conversation {conversation.id}"):
                self.env["wa.inbound.note"]._post(
                    conversation,
                    self.env._(
                        "Automatic messages went out here again and again, with none of you between them: another machine may "
                        "be answering, or a rule starts itself. Nothing that sends itself goes out any more. As soon as one of "
                        "you writes, automation goes on."
                    ),
                )

    @api.model
    def _was_silent(self, row: models.BaseModel, now: datetime) -> bool:
        """Tell whether the customer said nothing for a day before a message."""
        before = (
            self.env["wa.message"]
            .sudo()
            .search([("conversation_id", "=", row.conversation_id.id), ("direction", "=", "in"), ("id", "<", row.id)], limit=1)
        )
        return not before or before.create_date < now - QUIET

    @api.model
    def _answered_by_machines(self, conversations: models.BaseModel, now: datetime) -> models.BaseModel:
        """Return those of these conversations in which two machines talk."""
        if not conversations.ids:
            return conversations
        self.env["wa.message"].flush_model()
        found = conversations.browse()
        for conversation_id, in_hour, in_day in self.env.execute_query(
            SQL(
                """
                SELECT m.conversation_id, COUNT(*) FILTER (WHERE m.create_date > %(hour)s), COUNT(*)
                  FROM wa_message m
                 WHERE m.conversation_id = ANY(%(ids)s) AND %(automatic)s AND m.create_date > %(day)s
                   AND m.id > %(by_person)s
              GROUP BY m.conversation_id
                """,
                ids=conversations.ids,
                hour=now - timedelta(hours=1),
                day=now - timedelta(days=1),
                automatic=self._automatic_sql(),
                by_person=self._last_by_person_sql(),
            )
        ):
            conversation = conversations.browse(conversation_id)
            if in_hour >= AN_HOUR or in_day >= A_DAY or (in_day >= SAME_WORDS and self._repeats_itself(conversation, now)):
                found |= conversation
        return found

    @api.model
    def _automatic_sql(self) -> SQL:
        """Return the condition on messages ``m`` that a rule sent, or code of one in OdooBot's name."""
        return SQL(
            "(m.direction = 'out' AND (m.origin = 'automation' OR m.origin = 'chat' AND m.author_id = %s))", SUPERUSER_ID
        )

    @api.model
    def _last_by_person_sql(self) -> SQL:
        return SQL(
            """
            COALESCE((SELECT MAX(p.id) FROM wa_message p
                       WHERE p.conversation_id = m.conversation_id AND p.direction = 'out'
                         AND p.origin IN ('chat', 'manual', 'phone') AND p.author_id IS DISTINCT FROM %s), 0)
            """,
            SUPERUSER_ID,
        )

    @api.model
    def _repeats_itself(self, conversation: models.BaseModel, now: datetime) -> bool:
        """Tell whether the customer's last texts are the same long words, each after an automatic message."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT own.text, (SELECT %(automatic)s FROM wa_message m
                                   WHERE m.conversation_id = own.conversation_id AND m.id < own.id
                                     AND m.create_date > %(day)s
                                ORDER BY m.id DESC LIMIT 1)
                  FROM wa_message own
                 WHERE own.conversation_id = %(id)s AND own.direction = 'in' AND own.kind = 'text'
              ORDER BY own.id DESC LIMIT %(limit)s
                """,
                automatic=self._automatic_sql(),
                day=now - timedelta(days=1),
                id=conversation.id,
                limit=SAME_WORDS,
            )
        )
        texts = {words.bare(text or "") for text, _answers in rows}
        return (
            len(rows) == SAME_WORDS
            and all(answers for _text, answers in rows)
            and len(texts) == 1
            and len(texts.pop()) >= SAME_LENGTH
        )
