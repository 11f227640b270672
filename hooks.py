import logging
import re

from markupsafe import Markup

from odoo.tools import sql

_logger = logging.getLogger(__name__)

#: What starts rules, and what actions do, only while this addon is there.
TRIGGERS = ("on_wa_received", "on_wa_status")
KINDS = ("wa_template", "wa_sequence")
#: Names of our fields, models and methods in domains and code that people wrote.
OURS = re.compile(r"\bwa_[a-z]\w*|\bwa\.[a-z][\w.]*|\baction_(?:\w+_)?wa_\w+|\bcrm_whatsapp\b")


def post_init_hook(env):
    """Read numbers that were typed before their country changed them: those customers will write."""
    for model in ("res.partner", "crm.lead"):
        env[model]._wa_renew_former_numbers()


def uninstall_hook(env):
    """Remove what no data file owns, and put to rest what people made that cannot work without this addon.

    The sender jobs of the numbers, and the rules behind our settings, were made by code. The channels go before the tables of
    the conversations that hold on to them in daily life.
    """
    crons = env["wa.number"].with_context(active_test=False).search([]).sender_cron_id
    crons.unlink()
    # The rules behind stages, sequences and recipes: they would go on being looked at and do nothing.
    rules = env["base.automation"].with_context(active_test=False)
    owned = rules.search([("wa_stage_role", "!=", False)])
    owned |= env["wa.sequence"].with_context(active_test=False).search([]).automation_id
    owned |= env["wa.recipe"].search([]).automation_id
    owned.unlink()
    put_to_rest(env)
    sql.drop_constraint(env.cr, "wa_conversation", "wa_conversation_channel_id_fkey")


def put_to_rest(env):
    """Leave nothing active of people's own that points at what goes with this addon.

    Actions and jobs that send go. Rules, other actions' jobs and saved filters that ask for something of ours stay as
    they were written, archived, so that nothing breaks and nothing of people's work is lost; rules say why.
    """
    rules = env["base.automation"].with_context(active_test=False)
    _rest_rules(env, rules.search([("model_name", "not like", r"wa.%")]).filtered(_needs_us))
    _remove_actions(env)
    _rest_jobs(env)
    _rest_filters(env)


def _needs_us(rule):
    """Tell whether a rule cannot do what it says without this addon."""
    dates = rule.trg_date_id | rule.trigger_field_ids | rule.on_change_field_ids
    actions, todo = rule.action_server_ids, rule.action_server_ids
    while todo := todo.child_ids - actions:
        actions |= todo
    words = (rule.filter_domain, rule.filter_pre_domain, *(action.code for action in actions if action.state == "code"))
    paths = [action.update_path for action in actions if action.state == "object_write"]
    return (
        rule.trigger in TRIGGERS
        or any(name.startswith("wa_") for name in dates.mapped("name"))
        or any(action.state in KINDS for action in actions)
        or any(OURS.search(text or "") for text in (*words, *paths))
    )


def _rest_rules(env, rules):
    for rule in rules:
        trigger = dict(rule._fields["trigger"]._description_selection(env)).get(rule.trigger, rule.trigger)
        what = ", ".join(filter(None, rule.action_server_ids.mapped("name")))
        note = env._(
            "Archived when WhatsApp CRM was uninstalled. It was started by “%(trigger)s” and did: %(what)s.",
            trigger=trigger,
            what=what,
        )
        # As safe as it was: Odoo sanitizes this field.
        former = Markup(rule.description or "")  # noqa: S704
        vals = {"active": False, "description": former + Markup("<p>%s</p>") % note}
        _logger.info("WhatsApp CRM is uninstalled: automation rule %r (%s) is archived", rule.name, rule.id)
        rule.write(vals)
        if rule.trigger in TRIGGERS or any(name.startswith("wa_") for name in rule.trg_date_id.mapped("name")):
            # A trigger that goes would take the rule, and all that people put into it, along.
            domain = rule.filter_domain
            rule.write({"trigger": "on_create"})
            rule.filter_domain = domain


def _remove_actions(env):
    """Remove the actions that send, with the jobs and the lists of actions that are nothing without them."""
    actions = env["ir.actions.server"].with_context(active_test=False)
    jobs = env["ir.cron"].with_context(active_test=False).search([("state", "in", KINDS)])
    gone = actions.search([("state", "in", KINDS)])
    parents = gone.parent_id - gone
    names = gone.mapped("name")
    # First the jobs: they hold on to their actions, and leave them behind.
    jobs.unlink()
    gone.unlink()
    while empty := parents.exists().filtered(lambda action: not action.child_ids):
        parents = (parents - empty) | (empty.parent_id - empty)
        names += empty.mapped("name")
        empty.unlink()
    if names:
        _logger.info("WhatsApp CRM is uninstalled: actions and jobs that send are removed: %s", ", ".join(names))


def _rest_jobs(env):
    """Switch off people's scheduled jobs and unbind their menu actions whose code asks for something of ours."""
    ours = set(
        env["ir.model.data"].search([("module", "=", "crm_whatsapp"), ("model", "=", "ir.actions.server")]).mapped("res_id")
    )
    coded = env["ir.actions.server"].search([("state", "=", "code"), ("code", "like", "wa")])
    coded = coded.filtered(lambda action: action.id not in ours and OURS.search(action.code or ""))
    jobs = env["ir.cron"].search([("ir_actions_server_id", "in", coded.ids)])
    own_jobs = set(env["ir.model.data"].search([("module", "=", "crm_whatsapp"), ("model", "=", "ir.cron")]).mapped("res_id"))
    jobs = jobs.filtered(lambda job: job.id not in own_jobs)
    jobs.active = False
    bound = coded.filtered("binding_model_id")
    bound.unlink_action()
    names = [*jobs.mapped("name"), *bound.mapped("name")]
    if names:
        _logger.info("WhatsApp CRM is uninstalled: switched off, because their code needs it: %s", ", ".join(names))


def _rest_filters(env):
    """Put away saved searches that would break their screen, and lines of export lists that no longer exist."""
    filters = (
        env["ir.filters"]
        .search([])
        .filtered(lambda saved: OURS.search(f"{saved.model_id} {saved.domain} {saved.context} {saved.sort}"))
    )
    filters.active = False
    env["ir.exports.line"].search([("name", "like", "wa_")]).filtered(lambda line: OURS.search(line.name or "")).unlink()
    if filters:
        _logger.info("WhatsApp CRM is uninstalled: saved searches put away: %s", ", ".join(filters.mapped("name")))
