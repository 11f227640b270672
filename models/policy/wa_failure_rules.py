"""What to say when a message breaks one of Meta's rules before anything was sent.

Keys are the rules of ``tools/graph/rules.py``; a test keeps both lists together.
"""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

FILL_IN = _lt("Fill it in.")
SHORTEN = _lt("Shorten it.")
NAME_ALL = _lt("Give each its own text.")
REPORT = _lt("Show the details to an administrator.")
SYNC_TEMPLATES = _lt("Synchronise the templates and try again.")
ADD_OR_REMOVE = _lt("Add or remove some.")

#: Rule -> (what is wrong, what to do).
RULE_SENTENCES = {
    # --- texts people write
    "body_missing": (_lt("The message has no text."), _lt("Write a text.")),
    "body_too_long": (_lt("The text is too long."), SHORTEN),
    "caption_missing": (_lt("The caption is empty."), FILL_IN),
    "caption_too_long": (_lt("The caption is too long."), SHORTEN),
    "carousel_card_body_missing": (_lt("The text of a card is empty."), FILL_IN),
    "carousel_card_body_too_long": (_lt("The text of a card is too long."), SHORTEN),
    "footer_missing": (_lt("The footer is empty."), FILL_IN),
    "footer_too_long": (_lt("The footer is too long."), SHORTEN),
    "header_missing": (_lt("The header is empty."), FILL_IN),
    "header_too_long": (_lt("The header is too long."), SHORTEN),
    "header_not_allowed": (_lt("This kind of message cannot have such a header."), _lt("Leave the header out.")),
    "label_missing": (_lt("A label is empty."), FILL_IN),
    "label_too_long": (_lt("A label is too long."), SHORTEN),
    "label_emoji": (_lt("The label of a form cannot have an emoji."), _lt("Leave it out.")),
    "emoji_missing": (_lt("The reaction has no emoji."), _lt("Choose one.")),
    "emoji_too_long": (_lt("A reaction is one single emoji."), _lt("Choose one.")),
    "coupon_code_missing": (_lt("The coupon code is empty."), FILL_IN),
    "coupon_code_too_long": (_lt("The coupon code is too long."), SHORTEN),
    # --- buttons and lists
    "button_title_missing": (_lt("A button has no text."), FILL_IN),
    "button_title_too_long": (_lt("The text of a button is too long."), SHORTEN),
    "button_title_duplicate": (_lt("Two buttons have the same text."), NAME_ALL),
    "button_id_missing": (_lt("A button has no id."), REPORT),
    "button_id_too_long": (_lt("The id of a button is too long."), REPORT),
    "button_id_duplicate": (_lt("Two buttons have the same id."), REPORT),
    "buttons_count": (_lt("WhatsApp does not take this number of buttons."), ADD_OR_REMOVE),
    "list_button_missing": (_lt("The button that opens the list has no text."), FILL_IN),
    "list_button_too_long": (_lt("The text of the button that opens the list is too long."), SHORTEN),
    "section_title_missing": (_lt("A section of the list has no title."), FILL_IN),
    "section_title_too_long": (_lt("The title of a section is too long."), SHORTEN),
    "sections_count": (_lt("WhatsApp does not take this number of sections."), ADD_OR_REMOVE),
    "row_title_missing": (_lt("A line of the list has no title."), FILL_IN),
    "row_title_too_long": (_lt("The title of a line is too long."), SHORTEN),
    "row_description_missing": (_lt("The description of a line is empty."), FILL_IN),
    "row_description_too_long": (_lt("The description of a line is too long."), SHORTEN),
    "row_id_missing": (_lt("A line of the list has no id."), REPORT),
    "row_id_too_long": (_lt("The id of a line is too long."), REPORT),
    "row_id_duplicate": (_lt("Two lines of the list have the same id."), REPORT),
    "rows_count": (_lt("WhatsApp does not take this number of lines."), ADD_OR_REMOVE),
    "payload_missing": (_lt("A button does not say what it means."), REPORT),
    "payload_too_long": (_lt("What a button means is too long."), REPORT),
    "url_invalid": (_lt("This is not a web address."), _lt("Enter one that begins with https://.")),
    "url_too_long": (_lt("The web address is too long."), SHORTEN),
    "flow_exchange": (
        _lt("A form that asks its endpoint for the first screen takes neither a screen nor values for it."),
        REPORT,
    ),
    "flow_missing": (_lt("No form was chosen."), _lt("Choose a form.")),
    "cards_count": (_lt("WhatsApp does not take this number of cards."), ADD_OR_REMOVE),
    "carousel_card_lines": (_lt("The text of a card has too many line breaks."), _lt("Write it on fewer lines.")),
    "cards_differ": (_lt("The cards do not have the same parts."), _lt("Give all cards the same kind of header and buttons.")),
    # --- products, places and people
    "product_missing": (_lt("No product was chosen."), _lt("Choose a product.")),
    "product_too_long": (_lt("The id of the product is too long."), REPORT),
    "products_count": (_lt("WhatsApp does not take this number of products."), ADD_OR_REMOVE),
    "location_invalid": (_lt("The place has no valid coordinates."), _lt("Choose the place again.")),
    "contacts_count": (_lt("WhatsApp does not take this number of contact cards."), ADD_OR_REMOVE),
    "contact_name_missing": (_lt("A contact card has no name."), FILL_IN),
    # --- files
    "media_empty": (_lt("The file is empty."), _lt("Choose another file.")),
    "media_too_large": (_lt("The file is too large."), _lt("Use a smaller one.")),
    "media_type_unsupported": (_lt("WhatsApp does not take files of this type."), _lt("Use another format.")),
    "media_link_invalid": (_lt("The address of the file is not a web address."), _lt("Attach the file instead.")),
    "media_source": (_lt("The file is not there any more."), _lt("Attach it again.")),
    # --- templates
    "parameter_missing": (_lt("A variable of the template is empty."), _lt("Fill it in or give it a fallback.")),
    "parameter_too_long": (_lt("The value of a variable is too long."), SHORTEN),
    "parameter_invalid": (_lt("The value of a variable does not fit."), _lt("Enter another value.")),
    "expiration_invalid": (_lt("The end of the offer is not a moment in the future."), _lt("Choose a later one.")),
    "ttl_invalid": (_lt("The time the message is valid for is not possible."), _lt("Choose another one.")),
    "template_header_too_long": (
        _lt("With these values the header of the template is too long."),
        _lt("Shorten the values."),
    ),
    "template_body_too_long": (_lt("With these values the text of the template is too long."), _lt("Shorten the values.")),
    "template_name_missing": (_lt("The template has no name."), SYNC_TEMPLATES),
    "template_name_too_long": (_lt("The name of the template is too long."), SYNC_TEMPLATES),
    "template_language_missing": (_lt("The template has no language."), SYNC_TEMPLATES),
    "template_language_too_long": (_lt("The language of the template is not one of WhatsApp's."), SYNC_TEMPLATES),
    # --- whom and which
    "recipient_missing": (_lt("There is nobody to send the message to."), _lt("Choose a customer with a phone number.")),
    "uuid_missing": (_lt("The message has no id of ours."), REPORT),
    "uuid_too_long": (_lt("Our id of the message is too long."), REPORT),
    "wamid_missing": (_lt("WhatsApp does not know the message this is about."), _lt("Choose another message.")),
    "wamid_too_long": (_lt("The id of the message this is about is too long."), REPORT),
}
