-- A copied database must not write to customers, nor answer for the original.
DELETE FROM wa_secret;
UPDATE wa_account
   SET state = 'draft', state_code = NULL, state_facts = NULL, findings = NULL, webhook_key = md5(random()::text || clock_timestamp()::text);
UPDATE wa_number SET is_blocked = TRUE, blocked_code = 'database_copy', blocked_facts = NULL;
DELETE FROM wa_problem;
UPDATE wa_message
   SET state = 'cancelled'
 WHERE direction = 'out' AND state IN ('queued', 'sending');
UPDATE wa_scheduled_message SET state = 'cancelled', code = 'cancelled_by_person' WHERE state = 'planned';
UPDATE ir_cron SET active = FALSE WHERE id IN (SELECT sender_cron_id FROM wa_number);
