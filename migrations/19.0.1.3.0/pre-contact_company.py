"""A contact belongs to one company: the scope in which people are told apart names it."""


def migrate(cr, version):
    """Put the company into the scope and beside it, by SQL: there may be a hundred thousand of them.

    Of several companies that have talked to somebody, the one of the customer's record has
    the contact, else the one that wrote last; ``post-contact_company.py`` makes the others theirs.
    """
    if not version:
        return
    cr.execute("ALTER TABLE wa_contact ADD COLUMN IF NOT EXISTS company_id int4")
    cr.execute(
        """
        WITH used AS (
            SELECT v.contact_id, v.company_id, v.last_message_at AS at FROM wa_conversation v
             UNION ALL
            SELECT s.contact_id, s.company_id, NULL FROM wa_consent s
        ), owner AS (
            SELECT DISTINCT ON (c.id) c.id, u.company_id
              FROM wa_contact c
              JOIN used u ON u.contact_id = c.id
         LEFT JOIN res_partner p ON p.id = c.partner_id
          ORDER BY c.id, (u.company_id = p.company_id) IS TRUE DESC, u.at DESC NULLS LAST, u.company_id
        ), fallback AS (
            SELECT COALESCE(portfolio_id, 'waba:' || waba_id) AS key, MIN(company_id) AS company_id
              FROM wa_account GROUP BY 1
        )
        UPDATE wa_contact c
           SET company_id = found.company_id, portfolio_key = found.company_id || '/' || c.portfolio_key
          FROM (
            SELECT c.id, COALESCE(o.company_id, f.company_id, (SELECT MIN(id) FROM res_company)) AS company_id
              FROM wa_contact c
         LEFT JOIN owner o ON o.id = c.id
         LEFT JOIN fallback f ON f.key = c.portfolio_key
          ) found
         WHERE found.id = c.id AND c.portfolio_key NOT LIKE '%/%'
        """
    )
