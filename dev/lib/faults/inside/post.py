"""Runs inside Odoo: a colleague answers in several chats; `arguments`: `posts` [[channel id, words]], `login`."""

user = env["res.users"].search([("login", "=", arguments["login"])])
for channel_id, words in arguments["posts"]:
    env["discuss.channel"].with_user(user).browse(channel_id).message_post(
        body=words, message_type="comment", subtype_xmlid="mail.mt_comment"
    )
