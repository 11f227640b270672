import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

const STATES = {
    pending: _t("Waiting for customer"),
    snoozed: _t("Snoozed"),
    closed: _t("Closed"),
};

/**
 * Who answers this customer, over which of our numbers, and about which lead.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @property {boolean} [compact] leave out what goes without saying
 * @extends {Component<Props, Env>}
 */
export class ConversationInfo extends Component {
    static template = "crm_whatsapp.ConversationInfo";
    static props = ["thread", "compact?"];

    get thread() {
        return this.props.thread;
    }

    /** In a narrow window only somebody else, or nobody, is news. */
    get showAssignee() {
        return !(this.props.compact && this.thread.waIsMine);
    }

    get assigneeText() {
        if (!this.thread.wa_user_id) {
            return _t("Unassigned");
        }
        return this.thread.waIsMine ? _t("Assigned to you") : _t("Assigned to %(name)s", { name: this.thread.wa_user_id.name });
    }

    /** @returns {string|undefined} open goes without saying */
    get stateText() {
        return STATES[this.thread.wa_state];
    }
}
