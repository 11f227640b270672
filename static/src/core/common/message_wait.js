import { Component } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

/**
 * Under a message that waits: until when, if that is known, and why.
 *
 * @typedef {Object} Props
 * @property {import("models").Message} message
 * @extends {Component<Props, Env>}
 */
export class MessageWait extends Component {
    static template = "crm_whatsapp.MessageWait";
    static props = ["message"];

    get until() {
        if (!this.props.message.wa_waits_until) {
            return _t("Waits.");
        }
        const moment = deserializeDateTime(this.props.message.wa_waits_until);
        const format = moment.hasSame(luxon.DateTime.now(), "day") ? luxon.DateTime.TIME_SIMPLE : luxon.DateTime.DATETIME_MED;
        return _t("Waits until %(moment)s.", { moment: moment.toLocaleString(format) });
    }
}
