import { getTextDirection } from "@crm_whatsapp/core/common/text_direction";

import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What somebody wrote, to read only, in the direction of its own script. */
export class WordsField extends Component {
    static template = "crm_whatsapp.WordsField";
    static props = { ...standardFieldProps };

    get words() {
        return this.props.record.data[this.props.name] || "";
    }

    get direction() {
        return getTextDirection(this.words);
    }
}

export const wordsField = {
    component: WordsField,
    displayName: _t("Words of a customer"),
    supportedTypes: ["char", "text"],
};

registry.category("fields").add("wa_words", wordsField);
