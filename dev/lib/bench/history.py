"""Stored messages of earlier days, written by SQL: what a database looks like after months of work."""

from __future__ import annotations

from lib.bench.database import Database


def fill(database: Database, count: int, *, state: str = "read", direction: str = "out", events: bool = False) -> None:
    """Spread so many messages evenly over the conversations there are, each with its message in Discuss.

    :param events: store a processed webhook for each, too.
    """
    subtype = database.value("SELECT res_id FROM ir_model_data WHERE module = 'mail' AND name = 'mt_comment'")
    database.sql(
        """
        WITH target AS (
            SELECT v.id, v.channel_id, v.number_id, v.company_id, v.contact_id, p.partner_id,
                   row_number() OVER (ORDER BY v.id) - 1 AS place, count(*) OVER () AS many
              FROM wa_conversation v JOIN wa_contact p ON p.id = v.contact_id
        ), job AS (
            SELECT n, target.*, gen_random_uuid()::text AS uuid,
                   now() AT TIME ZONE 'UTC' - make_interval(secs => 60 * (%(count)s - n) + 86400) AS at
              FROM generate_series(0, %(count)s - 1) n JOIN target ON target.place = n %% target.many
        ), shown AS (
            INSERT INTO mail_message (model, res_id, body, message_type, subtype_id, author_id, date, message_id,
                                      create_date, write_date, create_uid, write_uid)
            SELECT 'discuss.channel', channel_id, '<p>Earlier message ' || n || '</p>', 'comment', %(subtype)s,
                   CASE WHEN %(direction)s = 'in' THEN partner_id ELSE 2 END, at, '<' || uuid || '@bench>', at, at, 1, 1
              FROM job ORDER BY n RETURNING id, message_id
        )
        INSERT INTO wa_message (conversation_id, number_id, company_id, contact_id, mail_message_id, direction, kind, state,
                                uuid, wamid, content, preview, origin, priority, attempts, sent_at, is_supported,
                                create_date, write_date, create_uid, write_uid)
        SELECT job.id, number_id, company_id, contact_id, shown.id, %(direction)s, 'text', %(state)s,
               uuid, 'wamid.HISTORY' || replace(uuid, '-', ''), jsonb_build_object('body', 'Earlier message ' || n),
               'Earlier message ' || n, 'chat', 0, 1, at, TRUE, at, at, 1, 1
          FROM job JOIN shown ON shown.message_id = '<' || uuid || '@bench>' ORDER BY n
        """.replace("%(count)s", str(int(count)))
        .replace("%(subtype)s", str(int(subtype)))
        .replace("%(direction)s", f"'{direction}'")
        .replace("%(state)s", f"'{state}'")
        .replace("%%", "%")
    )
    if events:
        database.sql(
            """INSERT INTO wa_webhook_event (account_id, digest, body, state, received_at, processed_at, attempts)
               SELECT (SELECT min(id) FROM wa_account), md5('history' || n) || md5(random()::text), repeat('{"n": 1}', 99),
                      'done', now() AT TIME ZONE 'UTC' - interval '1 day', now() AT TIME ZONE 'UTC' - interval '1 day', 0
                 FROM generate_series(1, %s) n""",
            count,
        )
    for table in ("mail_message", "wa_message", "wa_webhook_event"):
        database.sql(f"ANALYZE {table}")
