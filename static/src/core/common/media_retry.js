import { Component, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

/**
 * The button under a message whose file could not be fetched; the message itself says why.
 *
 * @typedef {Object} Props
 * @property {import("models").Message} message
 * @extends {Component<Props, Env>}
 */
export class MediaRetry extends Component {
    static template = "crm_whatsapp.MediaRetry";
    static props = ["message"];

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.state = useState({ isBusy: false });
    }

    async onClick() {
        this.state.isBusy = true;
        try {
            await this.orm.call("mail.message", "action_wa_media_retry", [[this.props.message.id]]);
        } finally {
            this.state.isBusy = false;
        }
    }
}
