import { lengthOf } from "@crm_whatsapp/core/web/send/limits";

import { Component, onMounted, useRef } from "@odoo/owl";

/** The counter appears when this part of the limit is used up. */
const NEAR = 0.8;

let nextId = 1;

/**
 * A text field with a label that counts down to WhatsApp's limit, and says how much is too much. What
 * is typed or pasted stays as it is: nobody's words are cut without a word.
 *
 * @typedef {Object} Props
 * @property {string} label
 * @property {string} value
 * @property {(value: string) => void} onChange
 * @property {number} [limit] characters
 * @property {boolean} [autofocus]
 * @property {boolean} [multiline]
 * @property {boolean} [required]
 * @property {string} [placeholder]
 * @property {string} [type] of the input
 * @extends {Component<Props, Env>}
 */
export class LimitedField extends Component {
    static template = "crm_whatsapp.LimitedField";
    static props = ["label", "value", "onChange", "limit?", "autofocus?", "multiline?", "required?", "placeholder?", "type?"];

    setup() {
        super.setup();
        this.id = `o_crm_whatsapp_field_${nextId++}`;
        this.input = useRef("input");
        onMounted(() => {
            if (this.props.autofocus) {
                this.input.el.focus();
                this.input.el.setSelectionRange(this.props.value.length, this.props.value.length);
            }
        });
    }

    /** @returns {number|undefined} characters left, once that is worth knowing; negative when there are too many */
    get left() {
        const { limit, value } = this.props;
        const length = lengthOf(value.trim());
        return limit && length >= limit * NEAR ? limit - length : undefined;
    }
}
