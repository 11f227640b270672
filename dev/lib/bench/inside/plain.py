"""Runs inside Odoo, in front of each other script: the plain work of Odoo that ours is compared with.

Each function commits what it makes and returns seconds. Nothing of the addon is called, but for what Odoo itself calls.
"""

import time

#: No e-mail to whom a lead is assigned to: ours sends none either.
NO_MAIL = {"mail_auto_subscribe_no_notify": True}


def plain_groups(env, count):
    """Channels of Odoo's own kind, without members, for :func:`plain_messages`."""
    groups = env["discuss.channel"].with_context(tracking_disable=True)
    channels = groups.create([{"name": f"Group {index}", "channel_type": "group"} for index in range(count)])
    env.cr.commit()
    return env["discuss.channel"].browse(channels.ids)


def plain_messages(env, channels, count):
    """So many comments in channels, made by one `create`: what a line in a thread costs, without telling anybody."""
    comment = env.ref("mail.mt_comment").id
    author = env.user.partner_id.id
    vals_list = [
        {
            "model": "discuss.channel",
            "res_id": channels[index % len(channels)].id,
            "body": f"<p>Plain message {index}, about as long as the text of a template with its two values.</p>",
            "message_type": "comment",
            "subtype_id": comment,
            "author_id": author,
        }
        for index in range(count)
    ]
    started = time.perf_counter()
    env["mail.message"].create(vals_list)
    env.flush_all()
    env.cr.commit()
    seconds = time.perf_counter() - started
    env.invalidate_all()
    return seconds


def plain_people(env, count, prefix, user, team):
    """Partner, lead, channel with a member, and a message in it, for so many people; each kind by one `create`."""
    env, comment = env(context={**env.context, **NO_MAIL}), env.ref("mail.mt_comment").id
    started = time.perf_counter()
    partners = env["res.partner"].create(
        [{"name": f"Person {prefix} {index}", "phone": f"+1202{prefix}{index:04d}"} for index in range(count)]
    )
    env["crm.lead"].create(
        [
            {"name": partner.name, "partner_id": partner.id, "type": "lead", "user_id": user.id, "team_id": team.id}
            for partner in partners
        ]
    )
    channels = env["discuss.channel"].create(
        [
            {
                "name": partner.name,
                "channel_type": "group",
                "channel_member_ids": [(0, 0, {"partner_id": user.partner_id.id})],
            }
            for partner in partners
        ]
    )
    env["mail.message"].create(
        [
            {
                "model": "discuss.channel",
                "res_id": channel.id,
                "body": "<p>Hello</p>",
                "message_type": "comment",
                "subtype_id": comment,
                "author_id": partner.id,
            }
            for channel, partner in zip(channels, partners, strict=True)
        ]
    )
    env.flush_all()
    env.cr.commit()
    seconds = time.perf_counter() - started
    env.invalidate_all()
    return seconds


def plain_channels(env, count, user):
    """Channels with two members, one of them a salesperson; returns (channel, author) pairs."""
    partners = env["res.partner"].create([{"name": f"Talker {index}"} for index in range(count)])
    channels = env["discuss.channel"].create(
        [
            {
                "name": partner.name,
                "channel_type": "channel",
                "channel_member_ids": [(0, 0, {"partner_id": one.id}) for one in (user.partner_id, partner)],
            }
            for partner in partners
        ]
    )
    env.cr.commit()
    return list(zip(channels, partners, strict=True))


def plain_posts(env, talks, count, per_commit=200):
    """So many calls of `message_post`, over all these channels in turns, with one commit for every `per_commit` of them."""
    started = time.perf_counter()
    for index in range(count):
        channel, author = talks[index % len(talks)]
        channel.message_post(
            body=f"Message {index}", message_type="comment", subtype_xmlid="mail.mt_comment", author_id=author.id
        )
        if not (index + 1) % per_commit:
            env.flush_all()
            env.cr.commit()
    env.flush_all()
    env.cr.commit()
    seconds = time.perf_counter() - started
    env.invalidate_all()
    return seconds
