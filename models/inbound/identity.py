from odoo import api, models

from ...tools.bidi import neutralise, one_line
from ...tools.webhook.events import Person
from ...tools.window import CLOCK_AHEAD, moment_of

#: Changes that give the person new ids; the others only say that something is different.
REKEYING = ("user_changed_number", "customer_changed_number", "user_changed_user_id", "user_id_update")
#: The person may have a new phone or reinstalled WhatsApp: worth a look before secrets are sent.
IDENTITY_CHECKS = ("user_identity_changed", "customer_identity_changed")


class WaInboundIdentity(models.AbstractModel):
    """A customer changed their number, so WhatsApp gave them a new id."""

    _name = "wa.inbound.identity"
    _description = "WhatsApp Inbound: Identity Changes"

    @api.model
    def _handle(self, event, item):
        """Re-key the contact of the person, keeping history and partner, and say so in the thread.

        :param event: ``wa.webhook.event`` it came in.
        :param IdentityEvent item: new ids and what is known of the old ones.
        Source: cloud-api reference §5.4 and §6.7.
        """
        number = self.env["wa.inbound.message"]._find_number(event, item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        if item.change in IDENTITY_CHECKS:
            return self._warn(event, number, item)
        if item.change not in REKEYING:
            return self._show_unknown(event, number, item)
        contacts = self.env["wa.contact"]
        former = Person(bsuid=item.previous_bsuid, wa_id=item.previous_wa_id)
        contact = contacts._find(number.account_id._get_portfolio_key(), former)
        if not contact:
            return [f"{item.change} of a person we do not know"]
        before = contact._get_address_label()
        contact = contact._rekey(item.person)
        after = contact._get_address_label()
        if after == before:
            return [f"{item.change}: nothing new"]
        words = self.env._(
            "🔁 %(name)s changed their WhatsApp number from %(before)s to %(after)s",
            name=contact.display_name,
            before=before,
            after=after,
        )
        self.env["wa.inbound.note"]._post(contact.conversation_ids, words)
        return []

    @api.model
    def _warn(self, event, number, item):
        """Tell colleagues that the customer's phone or installation is a different one."""
        contact = self.env["wa.contact"]._find(number.account_id._get_portfolio_key(), item.person)
        if not contact:
            return [f"{item.change} of a person we do not know"]
        words = self.env._(
            "🔐 %s may use a new phone or installed WhatsApp anew. "
            "Make sure whom you talk to before you send anything confidential.",
            contact.display_name,
        )
        self._tell_once(event, number, item, contact, words)
        return []

    @api.model
    def _show_unknown(self, event, number, item):
        """Say in the thread what WhatsApp says about somebody, where we do not know what follows from it."""
        contact = self.env["wa.contact"]._find(number.account_id._get_portfolio_key(), item.person)
        words = one_line(item.text) or one_line(item.change)
        self._tell_once(event, number, item, contact, f"ℹ {words[:500]}")
        return [f"identity change not handled yet: {item.change}"]

    @api.model
    def _tell_once(self, event, number, item, contact, words):
        """Show a line in the person's threads; processing the webhook again adds none.

        The line is a message of the kind ``system`` where the person has a thread with this number.
        """
        rows = self.env["wa.message"].sudo()
        if item.wamid and rows.search_count([("number_id", "=", number.id), ("wamid", "=", item.wamid)], limit=1):
            return
        conversations = contact.conversation_ids
        notes = self.env["wa.inbound.note"]._post(conversations, words)
        for conversation, note in zip(conversations, notes, strict=True):
            if item.wamid and conversation.number_id == number:
                rows.create(
                    {
                        "conversation_id": conversation.id,
                        "number_id": number.id,
                        "mail_message_id": note.id,
                        "direction": "in",
                        "state": "received",
                        "kind": "system",
                        "wamid": item.wamid,
                        "content": item.raw,
                        "text": neutralise(item.text) or False,
                        "preview": words[:200],
                        "event_id": event.id,
                        "sent_at": moment_of(item.timestamp, event.received_at),
                    }
                )


class WaInboundPreference(models.AbstractModel):
    """A customer stopped or resumed marketing messages inside WhatsApp."""

    _name = "wa.inbound.preference"
    _description = "WhatsApp Inbound: Preferences"

    @api.model
    def _handle(self, event, item):
        """Keep the wish of the customer; the gate obeys it.

        ``signup``: the customer asked for marketing through a link of ours, which also
        takes back an earlier stop.

        :param PreferenceEvent item: category and value. Source: cloud-api reference §5.9.
        """
        number = self.env["wa.inbound.message"]._find_number(event, item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        if item.category != "marketing_messages" or item.value not in ("stop", "resume", "signup"):
            return [f"preference not handled yet: {item.category} {item.value}"]
        if not item.person.has_own_id:
            return ["preference of nobody"]
        contact, _new = self.env["wa.contact"]._ensure(number.account_id, item.person)
        said_at = moment_of(item.timestamp, event.received_at, CLOCK_AHEAD)
        self._keep(contact, number, item, said_at)
        if contact.marketing_preference_at and contact.marketing_preference_at >= said_at:
            # Webhooks come in any order: the latest word of the customer counts.
            return ["an older wish than the one we know"] if contact.marketing_preference_at > said_at else []
        contact.write({"opted_out_marketing": item.value == "stop", "marketing_preference_at": said_at})
        self.env["wa.inbound.note"]._post(contact.conversation_ids, self._words(contact, item))
        return []

    @api.model
    def _keep(self, contact, number, item, said_at):
        """Write down what was said, also when a later word is known already (hook)."""

    @api.model
    def _words(self, contact, item):
        name = contact.display_name
        if item.value == "stop":
            return self.env._("🔕 %s stopped marketing messages in WhatsApp", name)
        if item.value == "signup":
            return self.env._(
                "🔔 %(name)s signed up for marketing messages (link %(link)s)",
                name=name,
                link=one_line(item.signup_id or "?"),
            )
        return self.env._("🔔 %s allowed marketing messages again in WhatsApp", name)
