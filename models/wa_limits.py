"""Limits an administrator can change, and their defaults. Apart from the models, which import one another in order."""

#: WhatsApp repeats a webhook for seven days; one that is forgotten earlier could not be recognised.
SHORTEST_EVENT_DAYS = 8
DEFAULT_EVENT_DAYS = 30

#: The most WhatsApp itself allows for a received file.
DEFAULT_MAX_MB = 100
#: Programs and scripts, by the end of their name; nobody needs to get these over WhatsApp.
DEFAULT_REFUSED = ".apk .bat .cmd .com .exe .hta .jar .js .lnk .msi .ps1 .scr .vbs"
