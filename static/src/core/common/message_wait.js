import { Component } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

/**
 * Under a message that waits for a known moment: until when, and why.
 *
 * @typedef {Object} Props
 * @property {import("models").Message} message
 * @extends {Component<Props, Env>}
 */
export class MessageWait extends Component {
    static template = "crm_whatsapp.MessageWait";
    static props = ["message"];

    get until() {
        const moment = deserializeDateTime(this.props.message.wa_waits_until);
        const format = moment.hasSame(luxon.DateTime.now(), "day")
            ? luxon.DateTime.TIME_SIMPLE
            : luxon.DateTime.DATETIME_MED;
        return _t("Waits until %(moment)s.", { moment: moment.toLocaleString(format) });
    }
}
