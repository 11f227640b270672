"""Runs inside Odoo: the rows of first contacts without our addon's work; `arguments`: `count`, `prefix`, `login`."""

user = env["res.users"].search([("login", "=", arguments["login"])])
team = env["wa.number"].search([], limit=1).team_id
result = plain_people(env, arguments["count"], arguments["prefix"], user, team)
