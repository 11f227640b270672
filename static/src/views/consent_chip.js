import { useConsentNews } from "./consent_news";

import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** State -> [mark, class, sentence for the tooltip and for screen readers]. */
const LOOKS = {
    granted: ["fa-check", "text-bg-success", _t("consent is on record")],
    withdrawn: ["fa-times", "text-bg-danger", _t("consent was withdrawn")],
    none: ["fa-minus", "text-bg-light border", _t("no consent on record")],
};

/**
 * Whether a customer agreed to one purpose; a click opens the history. The record's model has
 * `action_open_wa_consents`.
 */
export class ConsentChip extends Component {
    static template = "crm_whatsapp.ConsentChip";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        /** What came while somebody was typing in the form, and what it stands in for. */
        this.news = useState({ value: undefined, instead: undefined });
        useConsentNews(
            () => this.props.record,
            (values) => {
                this.news.value = values[this.props.name];
                this.news.instead = this.props.record.data[this.props.name];
            }
        );
    }

    get look() {
        const [icon, color, words] = LOOKS[this.value || "none"];
        return { icon, color, words };
    }

    get value() {
        const { value, instead } = this.news;
        const own = this.props.record.data[this.props.name];
        return value && own === instead ? value : own;
    }

    get purpose() {
        return this.props.name.endsWith("marketing") ? _t("Marketing") : _t("Service");
    }

    async onClick() {
        const { resModel, resId } = this.props.record;
        if (resId) {
            const action = await this.orm.call(resModel, "action_open_wa_consents", [[resId]]);
            await this.action.doAction(action);
        }
    }
}

registry.category("fields").add("wa_consent_chip", {
    component: ConsentChip,
    displayName: _t("WhatsApp consent"),
    supportedTypes: ["selection"],
});
