import { lengthOf } from "@crm_whatsapp/core/web/send/limits";
import { SendDialog } from "@crm_whatsapp/core/web/send/send_dialog";

import { useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

/**
 * A question with answers to tap: up to three are buttons, more are a list that opens.
 *
 * @extends {SendDialog}
 */
export class ChoicesDialog extends SendDialog {
    static template = "crm_whatsapp.ChoicesDialog";
    static props = [...SendDialog.props, "isList?"];

    setup() {
        super.setup();
        this.state = useState({
            body: this.draft,
            choices: [this.newChoice(), this.newChoice()],
            footer: "",
            header: "",
            isList: Boolean(this.props.isList),
            label: _t("Choose").toString(),
        });
    }

    newChoice() {
        return { title: "", description: "" };
    }

    get title() {
        return this.isList ? _t("Send a List") : _t("Send Buttons");
    }

    get isList() {
        return this.state.isList || this.state.choices.length > this.LIMITS.buttons;
    }

    get titleLimit() {
        return this.isList ? this.LIMITS.rowTitle : this.LIMITS.label;
    }

    /** Rows left empty are no choices. */
    get filled() {
        return this.state.choices
            .map(({ title, description }) => ({
                title: title.trim(),
                description: description.trim(),
            }))
            .filter(({ title }) => title);
    }

    /** @returns {string|false} why it cannot be sent as it is */
    get objection() {
        const titles = this.filled.map(({ title }) => title);
        if (new Set(titles).size < titles.length) {
            return _t("Two choices are called the same; give each its own words.");
        }
        const long = titles.find((title) => lengthOf(title) > this.titleLimit);
        if (long) {
            const facts = { limit: this.titleLimit, count: lengthOf(long), text: long };
            return this.isList
                ? _t("A choice of a list takes %(limit)s characters, “%(text)s” has %(count)s.", facts)
                : _t("A button takes %(limit)s characters, “%(text)s” has %(count)s.", facts);
        }
        const limit = this.LIMITS.rowDescription;
        if (this.isList && this.filled.some(({ description }) => lengthOf(description) > limit)) {
            return _t("An explanation takes %(limit)s characters.", { limit });
        }
        return false;
    }

    get limited() {
        const { body, footer, header, label } = this.state;
        return [
            [body, this.isList ? this.LIMITS.listBody : this.LIMITS.body],
            [header, this.LIMITS.header],
            [footer, this.LIMITS.footer],
            ...(this.isList ? [[label, this.LIMITS.label]] : []),
        ];
    }

    /**
     * @param {string} text
     * @param {number} limit
     * @returns {string} `18/20` once that is worth knowing
     */
    counter(text, limit) {
        const length = lengthOf(text.trim());
        return length >= limit * 0.8 ? `${length}/${limit}` : "";
    }

    isOver(text, limit) {
        return lengthOf(text.trim()) > limit;
    }

    get isIncomplete() {
        return !this.state.body.trim() || !this.filled.length || Boolean(this.objection);
    }

    onClickAdd() {
        this.state.choices.push(this.newChoice());
    }

    /** @param {number} index */
    onClickRemove(index) {
        this.state.choices.splice(index, 1);
    }

    onSubmit() {
        const { body, footer, header, label } = this.state;
        const around = {
            body: body.trim(),
            footer: footer.trim(),
            header: header.trim(),
        };
        if (!this.isList) {
            const buttons = this.filled.map(({ title }) => title);
            return this.send("wa_send_buttons", { ...around, buttons });
        }
        return this.send("wa_send_list", {
            ...around,
            button: label.trim(),
            sections: this.filled,
        });
    }
}
