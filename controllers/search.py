from odoo.addons.mail.controllers.discuss.search import SearchController
from odoo.addons.mail.tools.discuss import Store
from odoo.http import request


class ConversationSearch(SearchController):
    """The quick search of Discuss finds conversations by the customer's phone and other names, too."""

    def get_search_store(self, store: Store, search_term: str, limit: int) -> Store:
        result = super().get_search_store(store, search_term, limit)
        conversations = request.env["wa.conversation"]
        if search_term and conversations.has_access("read"):
            found = conversations.search([("contact_id", "ilike", search_term)], limit=limit)
            # Titles are the customer's name: the client compares them with what was typed, unless told.
            store.add(found.channel_id, [Store.Attr("wa_found_by", search_term)])
            store.add(found.channel_id)
        return result
