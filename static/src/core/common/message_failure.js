import { Component, useState } from "@odoo/owl";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * One plain sentence under a message that did not arrive, and the one button that helps.
 *
 * @typedef {Object} Props
 * @property {import("models").Message} message
 * @extends {Component<Props, Env>}
 */
export class MessageFailure extends Component {
    static template = "crm_whatsapp.MessageFailure";
    static props = ["message"];

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({ isBusy: false });
    }

    get isUnknown() {
        return this.props.message.wa_state === "unknown";
    }

    get sentence() {
        if (this.props.message.wa_error) {
            return this.props.message.wa_error;
        }
        return this.isUnknown ? _t("It is not known whether this message arrived.") : _t("This message was not delivered.");
    }

    /** Trying again is of no use where only a template gets through. */
    get needsTemplate() {
        return this.props.message.thread.waBlock?.action === "template";
    }

    get buttonText() {
        if (this.needsTemplate) {
            return _t("Send a template");
        }
        if (this.props.message.wa_is_undeliverable) {
            return _t("Try again anyway");
        }
        return this.isUnknown ? _t("Send again") : _t("Retry");
    }

    onClick() {
        if (this.needsTemplate) {
            return this.props.message.thread.waSendTemplate();
        }
        if (!this.isUnknown) {
            return this.retry();
        }
        this.dialog.add(ConfirmationDialog, {
            title: _t("Send again?"),
            body: _t("If the first one did arrive after all, the customer gets this message twice."),
            confirmLabel: _t("Send again"),
            confirm: () => this.retry(),
            cancel: () => {},
        });
    }

    /** A double click must not queue a message twice: the button rests until the server answered. */
    async retry() {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.orm.call("mail.message", "action_wa_retry", [[this.props.message.id]]);
        } finally {
            this.state.isBusy = false;
        }
    }
}
