import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { TextField, textField } from "@web/views/fields/text/text_field";

/**
 * How long a text is and may be, below its field. Nothing is cut: what is too long is marked, and the
 * server refuses it with both lengths.
 *
 * @param {typeof Component} Field of Odoo
 * @param {string} template
 */
function counted(Field, template) {
    return class extends Component {
        static template = template;
        static components = { Field };
        static props = { ...Field.props, limit: { type: Number } };
        static defaultProps = Field.defaultProps ?? {};

        setup() {
            super.setup();
            this.typed = useState({ text: undefined });
        }

        get fieldProps() {
            const props = { ...this.props };
            delete props.limit;
            return props;
        }

        get length() {
            const saved = this.props.record.data[this.props.name] || "";
            return [...(this.typed.text ?? saved)].length;
        }

        get isShown() {
            return !this.props.readonly && this.length >= this.props.limit * 0.8;
        }

        onInput(ev) {
            this.typed.text = ev.target.value;
        }

        onFocusout() {
            this.typed.text = undefined;
        }
    };
}

function definition(field, Field, displayName) {
    return {
        ...field,
        component: counted(Field, "crm_whatsapp.CountedField"),
        displayName,
        extractProps: (info, dynamicInfo) => ({
            ...field.extractProps(info, dynamicInfo),
            limit: info.options.limit,
        }),
    };
}

registry
    .category("fields")
    .add("wa_counted_char", definition(charField, CharField, _t("Text With a Limit")))
    .add("wa_counted_text", definition(textField, TextField, _t("Multiline Text With a Limit")));
