from . import wa_contact, wa_contact_identity, wa_contact_partner
