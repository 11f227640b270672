from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from odoo.models import BaseModel

from ...tools.phone import phone_key
from ...tools.webhook.events import Person


class ContactLookup:
    """The contacts of many webhook persons of one account, found together.

    Same order of keys as :meth:`WaContact._find`: BSUID, then phone; a phone whose
    contact carries another BSUID is no match.
    """

    def __init__(self, contacts: BaseModel, account: BaseModel, persons: Iterable[Person]) -> None:
        self._contacts, self._account = contacts, account
        self._by_bsuid: dict[str, BaseModel] = {}
        self._by_phone: dict[str, BaseModel] = {}
        key = account._get_portfolio_key()
        bsuids = [person.bsuid for person in persons if person.bsuid]
        phones = [phone_key(person.wa_id) for person in persons if person.wa_id]
        found = contacts.search([("portfolio_key", "=", key), "|", ("bsuid", "in", bsuids), ("phone_key", "in", phones)])
        for contact in found:
            self._remember(contact)

    def _remember(self, contact: BaseModel) -> None:
        if contact.bsuid:
            self._by_bsuid[contact.bsuid] = contact
        if contact.phone_key:
            self._by_phone[contact.phone_key] = contact

    def find(self, person: Person) -> BaseModel | None:
        """Return the contact of a person as known by now, or None."""
        contact = self._by_bsuid.get(person.bsuid) if person.bsuid else None
        if not contact and person.wa_id:
            contact = self._by_phone.get(phone_key(person.wa_id))
            if contact and person.bsuid and contact.bsuid and contact.bsuid != person.bsuid:
                contact = None
        return contact

    def add_strangers(self, persons: Iterable[Person]) -> BaseModel:
        """Create the contacts of those nobody knows, together; returns them.

        Left to :meth:`ensure`, one by one: whoever shares an id with a known contact, or
        with somebody else among these.
        """
        strangers: dict[tuple[str | None, str | None], Person] = {}
        for person in persons:
            strangers.setdefault((person.bsuid or None, phone_key(person.wa_id) or None), person)
        uses: Counter[str | None] = Counter(id_ for ids in strangers for id_ in ids if id_)
        created = self._contacts._create_for_persons(
            self._account,
            [
                person
                for (bsuid, phone), person in strangers.items()
                if (bsuid or phone)
                and bsuid not in self._by_bsuid
                and phone not in self._by_phone
                and max(uses[bsuid], uses[phone]) == 1
            ],
        )
        for contact in created:
            self._remember(contact)
        return created

    def ensure(self, person: Person) -> tuple[BaseModel, bool]:
        """Return ``(contact, is_new)``, completed with what is new about the person."""
        contact = self.find(person)
        if contact:
            contact._update_identity(person)
            contact._relink_partner(self._account.company_id)
            is_new = False
        else:
            contact, is_new = self._contacts._ensure(self._account, person)
        self._remember(contact)
        return contact, is_new
