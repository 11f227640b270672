"""Words that say no were put down as consent to be answered: they prove nothing, and some were a stop.

Whatever holds without those rows follows from what the customer wrote last, as for customers of whom
nothing is on record.
"""

from odoo import SUPERUSER_ID, api

BATCH = 10000


def migrate(cr, version):
    """Take such rows away and read the last messages again; running it again changes nothing."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    listener = env["wa.inbound.consent"]
    wrong, last = [], 0
    while rows := _page(cr, last):
        last = rows[-1][0]
        companies = env["res.company"]
        wrong += [id_ for id_, words, company in rows if not listener._plain(words, companies.browse(company), is_caption=True)]
    if wrong:
        consents = env["wa.consent"].browse(wrong)
        conversations = consents.contact_id.conversation_ids
        consents.unlink()
        env.add_to_compute(conversations._fields["consent_service"], conversations)
        env.add_to_compute(conversations._fields["consent_marketing"], conversations)
        conversations._recompute_recordset(["consent_service", "consent_marketing"])
        listener._record_past()


def _page(cr, after):
    """Return ``(id, words, company id)`` of the next consents that messages gave."""
    cr.execute(
        "SELECT id, evidence, company_id FROM wa_consent"
        " WHERE source = 'message' AND action = 'granted' AND id > %s ORDER BY id LIMIT %s",
        [after, BATCH],
    )
    return cr.fetchall()
