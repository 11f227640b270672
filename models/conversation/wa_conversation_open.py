from odoo import api, models

from ..concurrency import retry_lost_race


class WaConversation(models.Model):
    """How a conversation comes about: found or created, many at once, with its channel."""

    _inherit = "wa.conversation"

    @api.model
    def _ensure(self, number, contact):
        """Return the conversation of a contact with a number, created if there is none.

        :returns: ``(conversation, is_new)``
        """
        pairs = [(number, contact)]
        known = self._find_all(pairs)
        [conversation] = self._ensure_all(pairs).values()
        return conversation, not known

    @api.model
    def _find_all(self, pairs):
        """Return ``{(number id, contact id): wa.conversation}`` for those that there are.

        :param pairs: list of ``(wa.number, wa.contact)``
        """
        found = self.search(
            [
                ("number_id", "in", list({number.id for number, _contact in pairs})),
                ("contact_id", "in", list({contact.id for _number, contact in pairs if contact._origin.id})),
            ]
        )
        return {(c.number_id.id, c.contact_id.id): c for c in found}

    @api.model
    def _ensure_all(self, pairs, prepare=None):
        """Return ``{(number id, contact id): wa.conversation}``, created together where missing.

        :param pairs: list of ``(wa.number, wa.contact)``
        :param prepare: function that returns further values of a new conversation from
            the place of its pair in the list.
        :raises ConcurrencyError: somebody else creates one of them at this moment.
        """
        known, missing = self._find_all(pairs), {}
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
    def _imagine_all(self, pairs):
        """Return what :meth:`_ensure_all` does, with missing ones only thought up (``new()``)."""
        known = self._find_all(pairs)
        for number, contact in pairs:
            if (number.id, contact.id) not in known:
                known[number.id, contact.id] = self.new({"contact_id": contact, "number_id": number})
        return known

    @api.model
    def _ensure_for_records(self, records, pairs, create=True):
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
    def _create_channels(self, contacts):
        """Create the Discuss channels of conversations.

        As the public user, or the job's own user (OdooBot) would join every
        conversation; without uuid, or ``/chat/<id>/<uuid>`` would let anonymous
        visitors in. Source: mail/models/discuss/discuss_channel.py ``create``,
        mail/controllers/discuss/public_page.py.

        :param contacts: list of ``wa.contact``; one channel each, in order
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

    @api.model
    def _prepare_adoption(self, record, company):
        """Return owner, team and lead of a conversation we start from the record it is about.

        :param company: ``res.company`` of the conversation; what belongs to another one is left out.
        """
        lead = record if record._name == "crm.lead" else self.env["crm.lead"]
        if lead.company_id and lead.company_id != company:
            lead = lead.browse()
        owner = record["user_id"] if "user_id" in record._fields else self.env["res.users"]
        vals = {}
        if lead and self._is_open_lead(lead):
            vals["lead_id"] = lead.id
        if lead.team_id and lead.team_id.company_id in (company, company.browse()):
            vals["team_id"] = lead.team_id.id
        if owner and owner._name == "res.users" and self._can_own(owner, company):
            vals["user_id"] = owner.id
        return vals
