import { SendDialog } from "@crm_whatsapp/core/web/send/send_dialog";

import { useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

/** What can be asked for with one tap. */
const REQUESTS = {
    location: {
        title: _t("Ask for the Location"),
        body: _t("Where are you? One tap sends us your location."),
        method: "wa_request_location",
    },
    contact: {
        title: _t("Ask for the Phone Number"),
        body: _t("How can we reach you? One tap sends us your phone number."),
        method: "wa_request_contact_info",
    },
};

/**
 * A text with a button by which the customer sends a location, or name and phone number.
 *
 * @extends {SendDialog}
 */
export class RequestDialog extends SendDialog {
    static template = "crm_whatsapp.RequestDialog";
    static props = [...SendDialog.props, "request"];

    setup() {
        super.setup();
        this.request = REQUESTS[this.props.request];
        this.state = useState({ body: this.draft || this.request.body.toString() });
    }

    get isIncomplete() {
        return !this.state.body.trim();
    }

    onSubmit() {
        return this.send(this.request.method, { body: this.state.body.trim() }, { isAnswer: false });
    }
}
