import { SendDialog } from "@crm_whatsapp/core/web/send/send_dialog";

import { useState } from "@odoo/owl";

/**
 * A text with one button that opens a web page.
 *
 * @extends {SendDialog}
 */
export class LinkDialog extends SendDialog {
    static template = "crm_whatsapp.LinkDialog";

    setup() {
        super.setup();
        this.state = useState({ body: this.draft, label: "", url: "" });
    }

    get limited() {
        return [...super.limited, [this.state.label, this.LIMITS.label]];
    }

    get isIncomplete() {
        return Object.values(this.state).some((value) => !value.trim());
    }

    onSubmit() {
        const { body, label, url } = this.state;
        return this.send("wa_send_cta_url", {
            body: body.trim(),
            label: label.trim(),
            url: url.trim(),
        });
    }
}
