import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

/**
 * How far a message of ours got, as people know it from their phones.
 *
 * Two checks stand for "delivered" and are drawn from one icon twice. Whoever cannot see colours
 * or icons has the text.
 */
const TICKS = {
    queued: { icons: ["fa-clock-o"], text: _t("Waiting to be sent") },
    sending: { icons: ["fa-clock-o"], text: _t("Being sent") },
    sent: { icons: ["fa-check"], text: _t("Sent") },
    delivered: { icons: ["fa-check", "fa-check"], text: _t("Delivered") },
    read: { icons: ["fa-check", "fa-check"], text: _t("Read") },
    played: { icons: ["fa-check", "fa-check"], text: _t("Played") },
    failed: { icons: ["fa-exclamation-circle"], text: _t("Not delivered") },
    unknown: { icons: ["fa-question-circle"], text: _t("Not known whether it arrived") },
    cancelled: { icons: ["fa-ban"], text: _t("Cancelled") },
};

/**
 * @typedef {Object} Props
 * @property {import("models").Message} message
 * @extends {Component<Props, Env>}
 */
export class MessageTick extends Component {
    static template = "crm_whatsapp.MessageTick";
    static props = ["message"];

    get state() {
        return this.props.message.waTickState;
    }

    get tick() {
        return TICKS[this.state];
    }
}
