import { mailModels } from "@mail/../tests/mail_test_helpers";
import { mailDataHelpers } from "@mail/../tests/mock_server/mail_mock_server";

import { fields, getKwArgs, makeKwArgs } from "@web/../tests/web_test_helpers";

const PLAIN_FIELDS = [
    "wa_blocked",
    "wa_can_attach",
    "wa_conversation_id",
    "wa_lead_id",
    "wa_lead_name",
    "wa_number_name",
    "wa_state",
    "wa_voice_notes",
    "wa_window_until",
];

/** What `models/core/discuss_channel.py` tells colleagues about a conversation. */
export class DiscussChannel extends mailModels.DiscussChannel {
    wa_blocked = fields.Json();
    wa_can_attach = fields.Boolean();
    wa_conversation_id = fields.Integer();
    wa_lead_id = fields.Integer();
    wa_lead_name = fields.Char();
    wa_number_name = fields.Char();
    wa_partner_id = fields.Many2one({ relation: "res.partner" });
    wa_state = fields.Char({ default: "open" });
    wa_user_id = fields.Many2one({ relation: "res.users" });
    wa_voice_notes = fields.Boolean();
    wa_window_until = fields.Datetime();

    /** @type {typeof mailModels.DiscussChannel["prototype"]["_to_store"]} */
    _to_store(store) {
        const kwargs = getKwArgs(arguments, "store", "fields");
        super._to_store(...arguments);
        if (kwargs.fields?.length) {
            return;
        }
        for (const channel of this.filter(({ channel_type }) => channel_type === "wa")) {
            store._add_record_fields(this.browse(channel.id), this._wa_store_values(channel));
        }
    }

    _wa_store_values(channel) {
        const { Store } = mailDataHelpers;
        return {
            ...Object.fromEntries(PLAIN_FIELDS.map((name) => [name, channel[name]])),
            wa_partner_id: Store.one(
                this.env["res.partner"].browse(channel.wa_partner_id),
                makeKwArgs({ fields: ["avatar_128", "name"] })
            ),
            wa_user_id: Store.one(
                this.env["res.users"].browse(channel.wa_user_id),
                makeKwArgs({ fields: [Store.one("partner_id", makeKwArgs({ fields: ["name"] }))] })
            ),
        };
    }

    /** What a colleague posts as a comment waits to be sent. */
    message_post(id) {
        const messageIds = super.message_post(...arguments);
        const [channel] = this.browse(id);
        const [message] = this.env["mail.message"].browse(messageIds);
        const [subtype] = this.env["mail.message.subtype"].browse(message.subtype_id);
        if (channel.channel_type === "wa" && subtype?.subtype_xmlid === "mail.mt_comment") {
            this.env["mail.message"].write(messageIds, {
                wa_direction: "out",
                wa_kind: "text",
                wa_state: "queued",
            });
        }
        return messageIds;
    }

    /**
     * Change a conversation as the server does: write, then tell who has it open.
     *
     * @param {number} id
     * @param {Object} values
     */
    _wa_update(id, values) {
        this.write([id], values);
        const [channel] = this.browse(id);
        this.env["bus.bus"]._sendone(
            channel,
            "mail.record/insert",
            new mailDataHelpers.Store(this.browse(id), this._wa_store_values(channel)).get_result()
        );
    }
}
