from collections.abc import Callable, Iterable
from datetime import datetime

from odoo import api, models

from ..concurrency import retry_lost_race
from ..discuss.vouching import vouched

#: ``(wa.number, wa.contact)`` of each conversation.
Pairs = list[tuple[models.BaseModel, models.BaseModel]]
#: ``{(number id, contact id): wa.conversation}``
Conversations = dict[tuple[int, int], models.BaseModel]


class WaConversation(models.Model):
    """Which conversation it is: found or created, many at once, with its channel; and two that turn out to be one."""

    _inherit = "wa.conversation"

    # -------------------------------------------------------------- found or created

    @api.model
    def _ensure(self, number: models.BaseModel, contact: models.BaseModel) -> tuple[models.BaseModel, bool]:
        """Return the conversation of a contact with a number, created if there is none.

        :returns: ``(conversation, is_new)``
        """
        pairs = [(number, contact)]
        known = self._find_all(pairs)
        [conversation] = self._ensure_all(pairs).values()
        return conversation, not known

    @api.model
    def _find_all(self, pairs: Pairs) -> Conversations:
        """Return the conversations that there are."""
        found = self.search(
            [
                ("number_id", "in", list({number.id for number, _contact in pairs})),
                ("contact_id", "in", list({contact.id for _number, contact in pairs if contact._origin.id})),
            ]
        )
        return {(c.number_id.id, c.contact_id.id): c for c in found}

    @api.model
    def _ensure_all(self, pairs: Pairs, prepare: Callable[[int], dict] | None = None) -> Conversations:
        """Return the conversations, created together where missing.

        :param prepare: function that returns further values of a new conversation from
            the place of its pair in the list.
        :raises ConcurrencyError: somebody else creates one of them at this moment.
        """
        known = self._find_all(pairs)
        missing: dict[tuple[int, int], int] = {}
        for place, (number, contact) in enumerate(pairs):
            if (number.id, contact.id) not in known:
                missing.setdefault((number.id, contact.id), place)
        if not missing:
            return known
        channels = self._create_channels([pairs[place][1] for place in missing.values()])
        vals_list = []
        for place, channel in zip(missing.values(), channels, strict=True):
            number, contact = pairs[place]
            vals_list.append(
                {
                    "contact_id": contact.id,
                    "number_id": number.id,
                    "channel_id": channel.id,
                    "team_id": number.team_id.id,
                    # Given, so that they are not computed and written afterwards.
                    "account_id": number.account_id.id,
                    "company_id": number.company_id.id,
                    "partner_id": contact.partner_id.id,
                    **(prepare(place) if prepare else {}),
                }
            )
        with retry_lost_race():
            created = self.create(vals_list)
        return known | dict(zip(missing, created, strict=True))

    @api.model
    def _imagine_all(self, pairs: Pairs) -> Conversations:
        """Return what :meth:`_ensure_all` does, with missing ones only thought up (``new()``)."""
        known = self._find_all(pairs)
        for number, contact in pairs:
            if (number.id, contact.id) not in known:
                known[number.id, contact.id] = self.new({"contact_id": contact, "number_id": number})
        return known

    @api.model
    def _ensure_for_records(
        self, records: Iterable, pairs: dict[int, tuple[models.BaseModel, models.BaseModel]], create: bool = True
    ) -> dict[int, models.BaseModel]:
        """Return the conversations in which we start to write about records, created where missing.

        :param records: what the conversations are about: gives owner and lead to new ones.
        :param dict pairs: ``{record id: (wa.number, wa.contact)}``
        :param bool create: False: missing ones are only thought up (``new()``).
        :returns: ``{record id: wa.conversation}``
        """
        # Not by index: a record taken that way is no longer read together with the others.
        listed = list(records)
        ordered = [pairs[record.id] for record in listed]

        def prepare(place):
            return self._prepare_adoption(listed[place], ordered[place][0].company_id)

        known = self._ensure_all(ordered, prepare) if create else self._imagine_all(ordered)
        return {record_id: known[number.id, contact.id] for record_id, (number, contact) in pairs.items()}

    @api.model
    def _create_channels(self, contacts: list[models.BaseModel]) -> models.BaseModel:
        """Create the Discuss channels of conversations.

        As the public user, or the job's own user (OdooBot) would join every
        conversation; without uuid, or ``/chat/<id>/<uuid>`` would let anonymous
        visitors in. Source: mail/models/discuss/discuss_channel.py ``create``,
        mail/controllers/discuss/public_page.py.

        :param contacts: ``wa.contact`` records; one channel each, in order
        """
        public_user = self.env.ref("base.public_user")
        channels = (
            self.env["discuss.channel"]
            .with_user(public_user)
            .sudo()
            # Nobody follows a channel, and nothing of a new one is tracked: half of the time saved.
            .with_context(tracking_disable=True)
            .create(
                [
                    # The group is given, or it would be computed for one channel at a time.
                    {
                        "name": contact.partner_id.name or contact.display_name,
                        "channel_type": "wa",
                        "uuid": False,
                        "group_public_id": False,
                    }
                    for contact in contacts
                ]
            )
        )
        return self.env["discuss.channel"].browse(channels.ids)

    # ------------------------------------------------------------------- two are one

    @api.model
    def _move_all(self, source: models.BaseModel, target: models.BaseModel) -> None:
        """Move the conversations of one contact to another who is the same person.

        Where both have one with the same number, the messages move into the
        target's thread and the emptied conversation goes.
        """
        for conversation in self.search([("contact_id", "=", source.id)]):
            twin = self.search([("contact_id", "=", target.id), ("number_id", "=", conversation.number_id.id)], limit=1)
            if twin:
                twin._merge(conversation)
            else:
                conversation.contact_id = target

    def _merge(self, other: models.BaseModel) -> None:
        """Take over the messages and files of another conversation with the same customer, and delete that one.

        Files first: deleting the emptied channel would delete what is attached to it. Source: odoo/orm/models.py ``unlink``.
        """
        self.ensure_one()
        self.env["ir.attachment"].sudo().search(
            [("res_model", "=", "discuss.channel"), ("res_id", "=", other.channel_id.id)]
        ).write({"res_id": self.channel_id.id})
        messages = (
            self.env["mail.message"].sudo().search([("model", "=", "discuss.channel"), ("res_id", "=", other.channel_id.id)])
        )
        with vouched():
            messages.write({"res_id": self.channel_id.id})
        other.message_ids.write({"conversation_id": self.id})
        leading = (self | other).sorted(lambda c: c._lead_precedence(), reverse=True)[:1]
        moments = ("last_inbound_at", "last_message_at", "last_touch_at")
        self.write(
            {
                **{name: max(filter(None, (self[name], other[name])), default=False) for name in moments},
                "lead_id": leading.lead_id.id,
                "user_id": (leading.user_id or self.user_id or other.user_id).id,
                "waiting_since": min(filter(None, (self.waiting_since, other.waiting_since)), default=False),
                "awaiting_since": self._awaiting_since_of(self | other),
                # What a person has to decide, and what was stopped, holds for whoever they are together.
                "stop_request_id": (self.stop_request_id or other.stop_request_id).id,
                "stop_activity_id": (self.stop_activity_id or other.stop_activity_id).id,
                "machine_since": self.machine_since or other.machine_since,
            }
        )
        self.env.flush_all()
        emptied = other.channel_id.sudo()
        other.sudo().unlink()
        emptied.unlink()

    @api.model
    def _awaiting_since_of(self, conversations: models.BaseModel) -> datetime | bool:
        """Return since when one customer owes us an answer, whichever of these conversations it is in, or False."""
        since = max(filter(None, conversations.mapped("awaiting_since")), default=False)
        # Where we wrote last they have not answered, or it would be empty: what counts is an answer elsewhere.
        answered = any(
            c.last_inbound_at and c.last_inbound_at > since for c in conversations if since and c.awaiting_since != since
        )
        return False if answered else since
