"""Runs inside Odoo: leads enter a stage whose rule sends, plans an activity, or is not there; `arguments`: `leads`, `rounds`.

A third of the leads has a customer who can be written to, a third only a phone, a third neither.
"""

import time

number = env["wa.number"].search([], limit=1)
template = env["wa.template"].search([("status", "=", "APPROVED"), ("name", "=", "proposal_ready")], limit=1)
for parameter, path in zip(template.parameter_ids.sorted("id"), ("partner_id.name", "name"), strict=False):
    parameter.write({"field_path": path, "fallback": "you"})
stage = env["crm.stage"].create({"name": "Measured"})


def make_rule(name, **action):
    """A rule of that stage with one action; at rest."""
    rule = env["base.automation"].create(
        {
            "name": name,
            "model_id": env["ir.model"]._get_id("crm.lead"),
            "trigger": "on_stage_set",
            "trg_field_ref": stage.id,
            "active": False,
        }
    )
    env["ir.actions.server"].create(
        {"name": name, "model_id": rule.model_id.id, "base_automation_id": rule.id, "usage": "base_automation", **action}
    )
    return rule


RULES = {
    "without": env["base.automation"],
    "activity": make_rule(
        "activity",
        state="next_activity",
        activity_type_id=env.ref("mail.mail_activity_data_todo").id,
        activity_summary="Call",
        activity_user_type="specific",
        activity_user_id=env.user.id,
    ),
    "with": make_rule("send", state="wa_template", wa_template_id=template.id),
}


def make_leads(count):
    """Leads of the three kinds, in the first stage."""
    partners = env["res.partner"].create(
        [{"name": f"Person {index}", "phone": f"+120255{50000 + index}"} for index in range(count // 3)]
    )
    leads = env["crm.lead"].create(
        [
            {
                "name": f"Lead {index}",
                "type": "opportunity",
                **({"partner_id": partners[index // 3].id} if index % 3 == 0 and index // 3 < len(partners) else {}),
                **({"phone": f"+131255{50000 + index}"} if index % 3 == 1 else {}),
            }
            for index in range(count)
        ]
    )
    env.flush_all()
    env.invalidate_all()
    return leads


def move(leads):
    """Seconds that the write takes, with everything that is done before the COMMIT."""
    started = time.perf_counter()
    leads.write({"stage_id": stage.id})
    env.flush_all()
    env.cr.flush()
    return time.perf_counter() - started


seconds = {name: [] for name in RULES}
planned = 0
for round_ in range(arguments["rounds"] + 1):
    for name, rule in RULES.items():
        rule.active = True
        leads = make_leads(arguments["leads"])
        took = move(leads)
        if round_:  # the first one fills caches
            seconds[name].append(took)
        if name == "with":
            planned = env["wa.scheduled.message"].search_count([("lead_id", "in", leads.ids)])
        rule.active = False
        env.cr.commit()

RULES["with"].active = True  # what a resting rule planned is called off
env.cr.commit()
leads = env["wa.scheduled.message"].search([("state", "=", "planned")]).lead_id
started = time.perf_counter()
env["wa.scheduled.message"]._cron_process()
result = {
    **{name: sorted(took)[len(took) // 2] for name, took in seconds.items()},
    "planned": planned,
    "handed_over_per_second": len(leads) / (time.perf_counter() - started),
    "outcomes": {
        code or state: count
        for state, code, count in env["wa.scheduled.message"]._read_group([], ["state", "code"], ["__count"])
    },
}
