import { Component } from "@odoo/owl";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * A link in a form that leads elsewhere and saves nothing by itself: Odoo's buttons save the form
 * first, which nobody asked for who only wants to look. With changes it asks.
 *
 * @typedef {Object} Props
 * @property {string} method of the record's model; returns an action
 * @property {string} label
 * @property {string} [icon]
 * @property {string} [hint] the tooltip
 * @property {string} [role] `wa_stage_role` in the context of the call
 * @property {string} [count] name of the field whose number stands behind the label
 * @extends {Component<Props, Env>}
 */
export class FormLink extends Component {
    static template = "crm_whatsapp.FormLink";
    static props = {
        ...standardWidgetProps,
        count: { type: String, optional: true },
        hint: { type: String, optional: true },
        icon: { type: String, optional: true },
        label: String,
        method: String,
        role: { type: String, optional: true },
    };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
    }

    get text() {
        const { count, label, record } = this.props;
        return count ? `${label} ${record.data[count]}` : label;
    }

    async onClick() {
        const { record } = this.props;
        if (!(await record.isDirty())) {
            return this.open();
        }
        this.dialog.add(ConfirmationDialog, {
            title: _t("Save your changes?"),
            body: _t("What you changed here is not saved yet. Close this question to go on editing."),
            confirmLabel: _t("Save and go on"),
            cancelLabel: _t("Discard and go on"),
            confirm: async () => {
                if (await record.save()) {
                    await this.open();
                }
            },
            cancel: async () => {
                await record.discard();
                await this.open();
            },
            dismiss: () => {},
        });
    }

    async open() {
        const { method, record, role } = this.props;
        const kwargs = role ? { context: { ...record.context, wa_stage_role: role } } : {};
        const action = await this.orm.call(record.resModel, method, [[record.resId]], kwargs);
        await this.action.doAction(action);
    }
}

registry.category("view_widgets").add("wa_form_link", {
    component: FormLink,
    extractProps: ({ attrs }) => ({
        count: attrs.count,
        hint: attrs.hint,
        icon: attrs.icon,
        label: attrs.label,
        method: attrs.method,
        role: attrs.role,
    }),
    fieldDependencies: ({ attrs }) => (attrs.count ? [{ name: attrs.count, type: "integer" }] : []),
});
