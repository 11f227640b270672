"""Runs inside Odoo: a lead with a customer for every person; `arguments`: `people` [{name, wa_id}], `team_id`."""

quick = {"tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True, "mail_notrack": True}
partners = (
    env["res.partner"]
    .with_context(**quick)
    .create([{"name": person["name"], "phone": "+" + person["wa_id"]} for person in arguments["people"]])
)
leads = (
    env["crm.lead"]
    .with_context(**quick)
    .create(
        [
            {"name": f"Offer {index}", "partner_id": partner.id, "type": "opportunity", "team_id": arguments["team_id"]}
            for index, partner in enumerate(partners)
        ]
    )
)
result = len(leads)
