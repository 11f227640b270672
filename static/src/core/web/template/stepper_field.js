import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Steps through a number of things, one at a time: `‹ 2 of 40: Ada Example ›`. */
export class StepperField extends Component {
    static template = "crm_whatsapp.StepperField";
    static props = {
        ...standardFieldProps,
        countField: { type: String },
        labelField: { type: String },
    };

    get count() {
        return this.props.record.data[this.props.countField];
    }

    get position() {
        return Math.min(Math.max(this.props.record.data[this.props.name], 1), this.count);
    }

    get text() {
        const facts = { position: this.position, count: this.count };
        return _t("%(position)s of %(count)s", facts);
    }

    get label() {
        return this.props.record.data[this.props.labelField] || "";
    }

    /** @param {number} change */
    step(change) {
        return this.props.record.update({ [this.props.name]: this.position + change });
    }
}

registry.category("fields").add("wa_stepper", {
    component: StepperField,
    displayName: _t("Stepper"),
    supportedTypes: ["integer"],
    extractProps: ({ options }) => ({
        countField: options.count_field,
        labelField: options.label_field,
    }),
});
