import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";

/**
 * The values of a template's variables, in a dialog, for the keyboard.
 *
 * Odoo's list remembers at its birth which dialog is in front, and answers only while that one is. Ours
 * is born while the dialog "Search More…" is in front of it. And a list without "Add a line" cannot be
 * reached by Tab: here Tab opens the first value.
 */
export class ValuesRenderer extends ListRenderer {
    static template = "crm_whatsapp.ValuesRenderer";

    get activeElement() {
        const { activeElement } = this.uiService;
        return activeElement?.contains(this.rootRef.el) ? activeElement : null;
    }

    /** Odoo's own memory is not asked. */
    set activeElement(_element) {}

    get isClosed() {
        return Boolean(this.props.list.records.length) && !this.editedRecord;
    }

    /** Open the first value that can be typed. */
    async onFocusEntrance() {
        const record = this.props.list.records.find(({ data }) => data.kind !== "media");
        const column = this.columns.find(({ name }) => name === "value");
        if (record && column) {
            this.cellToFocus = { column, record };
            await this.props.list.enterEditMode(record);
        }
    }
}

export class ValuesField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: ValuesRenderer };
}

registry.category("fields").add("wa_values", {
    ...x2ManyField,
    component: ValuesField,
    displayName: _t("Values of a WhatsApp Template"),
});
