from markupsafe import Markup


class TrustedHtml(Markup):
    """HTML that this addon built around escaped words: there is nothing in it to clean away.

    Like ``Markup`` it escapes what is put into it with ``%``. Only builders whose every part
    is escaped make one, and a test compares with what Odoo's cleaning would leave. No JSON
    of a client becomes an instance.
    """

    __slots__ = ()
