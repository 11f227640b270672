import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/**
 * Stands where the text box was while the customer cannot be sent free text: why, since when,
 * and the one next step.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class ClosedPanel extends Component {
    static template = "crm_whatsapp.ClosedPanel";
    static props = ["thread"];

    setup() {
        super.setup();
        this.state = useState({ isBusy: false });
    }

    get block() {
        return this.props.thread.waBlock;
    }

    get since() {
        const { wa_window_until: until, waWindowLeft: left } = this.props.thread;
        if (this.block.code !== "window_closed" || left !== 0) {
            return false;
        }
        return _t("Closed since %(moment)s.", {
            moment: until.toLocaleString(
                until.hasSame(DateTime.now(), "day") ? DateTime.TIME_SIMPLE : DateTime.DATETIME_MED_WITH_WEEKDAY
            ),
        });
    }

    onClickTemplate() {
        return this.doBusy(() => this.props.thread.waSendTemplate());
    }

    onClickConsent() {
        return this.doBusy(() => this.props.thread.waRecordConsent());
    }

    /** @param {() => Promise<void>} step */
    async doBusy(step) {
        this.state.isBusy = true;
        try {
            await step();
        } finally {
            this.state.isBusy = false;
        }
    }
}
