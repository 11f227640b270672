"""The pure-Python heart of the addon: what Meta says and what Meta wants to hear.

Nothing below this package imports Odoo, so that every rule can be read, typed
and tested without a database. It needs the standard library, ``requests`` and
``phonenumbers``. ``graph`` is the only place that knows Meta's Graph API,
``webhook`` the only place that knows Meta's payloads, and the two do not know
each other: they share the small modules beside this file.
"""
