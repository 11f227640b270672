from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from odoo import api, models
from odoo.exceptions import AccessError


class WaReach(models.AbstractModel):
    """Whom a person may reach over WhatsApp: one answer for every road on which people send or note consents.

    Wizard, list, sequence, action run by hand, rehearsal: each calls these methods by name. What
    runs by itself speaks for the business and asks nobody (``person`` is empty).
    """

    _name = "wa.reach"
    _description = "Whom a Person May Reach over WhatsApp"

    @api.model
    def _person(self) -> models.BaseModel:
        """Return the user whose rights count now; an empty set when the system is at work."""
        return self.env["res.users"] if self.env.su else self.env.user

    # ------------------------------------------------------------------ sending

    @api.model
    def _out_of_reach(
        self, person: models.BaseModel, records: models.BaseModel, targets: dict[int, models.BaseModel | str]
    ) -> dict[int, str]:
        """Return why a person may not write to the customers of records, ``{record id: code}``.

        A person reaches a customer through a record they may change, with a customer they may see, in
        a conversation they may answer in; a conversation that is only begun is whoever's begins it.

        :param person: ``res.users``, see :meth:`_person`.
        :param records: records of one model.
        :param dict targets: ``{record id: wa.conversation or refusal code}``
        """
        if not person:
            return {}
        out = dict.fromkeys(self._not_theirs(person, records).ids, "record_of_others")
        conversations = {id_: target for id_, target in targets.items() if not isinstance(target, str)}
        closed = self._closed_to(person, conversations.values())
        for id_, conversation in conversations.items():
            if conversation.id in closed:
                out.setdefault(id_, "conversation_of_others")
        return out

    @api.model
    def _not_theirs(self, person: models.BaseModel, records: models.BaseModel) -> models.BaseModel:
        """Return the records which a person may not change, or whose customer they may not see."""
        theirs = records.sudo(False).with_user(person)._filtered_access("write")
        partners = theirs.sudo()._wa_partners()
        together = self.env["res.partner"].union(*(partner.sudo(False) for partner in partners.values() if partner))
        seen = set(together.with_user(person)._filtered_access("read").ids)
        kept = {id_ for id_, partner in partners.items() if not partner or partner.id in seen}
        return records.filtered(lambda record: record.id not in kept)

    @api.model
    def _closed_to(self, person: models.BaseModel, conversations: Iterable[models.BaseModel]) -> set[int]:
        """Return ids of those of the conversations with anything in them in which a person may not answer."""
        begun = (
            self.env["wa.conversation"]
            .sudo()
            .browse(
                {conversation.id for conversation in conversations if conversation.id and conversation.sudo().last_message_at}
            )
        )
        return set(begun.ids) - set(begun.sudo(False).with_user(person)._filtered_access("write").ids)

    @api.model
    def _check_records(self, person: models.BaseModel, records: models.BaseModel) -> None:
        """Refuse, before anything is planned, that a person writes to customers of records that are not theirs.

        :raises AccessError: names some of what is out of reach, as far as the person may know the names.
        """
        if person and (out := self._not_theirs(person, records)):
            self._refuse(person, out)

    @api.model
    def _check_conversation(self, person: models.BaseModel, conversation: models.BaseModel) -> None:
        """Refuse that a person writes in a conversation that is not theirs.

        :raises AccessError: says whom to ask.
        """
        if person and not conversation.sudo(False).with_user(person).has_access("write"):
            raise AccessError(self.env["wa.failure"]._sentence("conversation_of_others"))

    # ------------------------------------------------------------------ consent

    @api.model
    def _check_consent(
        self, person: models.BaseModel, record: models.BaseModel | None, contacts: models.BaseModel, company: models.BaseModel
    ) -> None:
        """Refuse that a person notes what customers of colleagues agreed to or took back.

        :param record: what the consent was noted from, or None (a list).
        :param contacts: ``wa.contact`` it is about.
        :param company: ``res.company`` to which it is given: its conversations decide.
        :raises AccessError: says whom to ask.
        """
        if not person:
            return
        if record is not None and (out := self._not_theirs(person, record)):
            self._refuse(person, out)
        if self._contacts_out_of_reach(person, contacts, company):
            raise AccessError(self.env["wa.failure"]._sentence("conversation_of_others"))

    @api.model
    def _contacts_out_of_reach(
        self, person: models.BaseModel, contacts: models.BaseModel, company: models.BaseModel
    ) -> models.BaseModel:
        """Return the contacts who talk to a company, and all in conversations that are closed to a person."""
        conversations = (
            self.env["wa.conversation"]
            .sudo()
            .search([("contact_id", "in", contacts.ids), ("company_id", "=", company.id), ("last_message_at", "!=", False)])
        )
        closed = self._closed_to(person, conversations)
        talking = conversations.contact_id
        reached = conversations.filtered(lambda conversation: conversation.id not in closed).contact_id
        return talking - reached

    def _refuse(self, person: models.BaseModel, records: models.BaseModel) -> NoReturn:
        seen = records.sudo(False).with_user(person)._filtered_access("read")[:3].mapped("display_name")
        sentence = self.env["wa.failure"]._sentence("record_of_others", ", ".join(filter(None, seen)) or None)
        raise AccessError(sentence)
