import { Component } from "@odoo/owl";

import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What a lead was and will be sent by its sequences; what is coming can be called off. */
export class SequencePlanField extends Component {
    static template = "crm_whatsapp.SequencePlanField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
    }

    get runs() {
        return this.props.record.data[this.props.name] || [];
    }

    icon(step) {
        return {
            planned: "fa-clock-o text-info",
            queued: "fa-check text-success",
            refused: "fa-exclamation-triangle text-danger",
            failed: "fa-exclamation-triangle text-danger",
            cancelled: "fa-ban text-muted",
        }[step.state];
    }

    label(step) {
        return {
            planned: _t("Planned"),
            queued: _t("Sent"),
            refused: _t("Not sent"),
            failed: _t("Failed"),
            cancelled: _t("Cancelled"),
        }[step.state];
    }

    when(moment) {
        return toLocaleDateTimeString(deserializeDateTime(moment));
    }

    /** @param {string} method of wa.sequence.run */
    async act(method, run, ...args) {
        await this.props.record.save();
        await this.orm.call("wa.sequence.run", method, [[run.id], ...args]);
        await this.props.record.load();
    }
}

registry.category("fields").add("wa_sequence_plan", {
    component: SequencePlanField,
    displayName: _t("WhatsApp Sequences"),
    supportedTypes: ["json"],
});
