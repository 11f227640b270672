"""Runs inside Odoo: messages posted into plain channels; `arguments`: `channels`, `count`, `login`."""

user = env["res.users"].search([("login", "=", arguments["login"])])
talks = plain_channels(env, arguments["channels"], user)
plain_posts(env, talks, arguments["channels"])  # fills caches
result = plain_posts(env, talks, arguments["count"])
