"""A stand-in for WhatsApp on real sockets: Graph API, webhooks and a customer's phone.

It never imports Odoo nor the addon's ``tools/``, so that a mistake there cannot hide itself here.
"""
