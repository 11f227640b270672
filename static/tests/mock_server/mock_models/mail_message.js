import { mailModels } from "@mail/../tests/mail_test_helpers";
import { mailDataHelpers } from "@mail/../tests/mock_server/mail_mock_server";

import { fields, makeKwArgs } from "@web/../tests/web_test_helpers";

const WA_FIELDS = [
    "wa_came_at",
    "wa_changed",
    "wa_direction",
    "wa_error",
    "wa_is_undeliverable",
    "wa_kind",
    "wa_media",
    "wa_origin",
    "wa_state",
    "wa_waits_until",
];

/** What `models/core/mail_message.py` tells colleagues about a message. */
export class MailMessage extends mailModels.MailMessage {
    wa_came_at = fields.Char();
    wa_changed = fields.Char();
    wa_direction = fields.Char();
    wa_error = fields.Char();
    wa_is_undeliverable = fields.Boolean();
    wa_kind = fields.Char();
    wa_media = fields.Json();
    wa_origin = fields.Char();
    wa_state = fields.Char();
    wa_waits_until = fields.Char();

    get _to_store_defaults() {
        return [...super._to_store_defaults, ...WA_FIELDS];
    }

    /**
     * Change the state of a message as the server does when WhatsApp reports something.
     *
     * @param {number} id
     * @param {Object} values
     */
    _wa_update(id, values) {
        this.write([id], values);
        const [message] = this.browse(id);
        const [channel] = this.env["discuss.channel"].browse(message.res_id);
        this.env["bus.bus"]._sendone(
            channel,
            "mail.record/insert",
            new mailDataHelpers.Store(this.browse(id), makeKwArgs({ fields: WA_FIELDS })).get_result()
        );
    }
}
