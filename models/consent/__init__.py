from . import wa_consent, wa_keyword, wa_optin_box, wa_optin_link, wa_optout
