import { LimitedField } from "@crm_whatsapp/core/web/send/limited_field";
import { LIMITS, lengthOf } from "@crm_whatsapp/core/web/send/limits";
import { callSend } from "@crm_whatsapp/core/web/send/send_call";

import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { uuid } from "@web/core/utils/strings";

let nextId = 1;

class NamedDialog extends Dialog {
    static template = "crm_whatsapp.NamedDialog";
}

/**
 * What all dialogs of the composer's menu share: they start with the draft, send once however often
 * one presses, and say in place why the server refused.
 *
 * @typedef {Object} Props
 * @property {import("models").Composer} composer
 * @property {() => void} close
 * @extends {Component<Props, Env>}
 */
export class SendDialog extends Component {
    static components = { Dialog: NamedDialog, LimitedField };
    static props = ["composer", "close"];

    setup() {
        super.setup();
        this.LIMITS = LIMITS;
        this.formId = `o_crm_whatsapp_send_${nextId++}`;
        /** What was typed before: it becomes the text of the message. */
        this.draft = this.props.composer.composerText.trim();
        this.token = uuid();
        this.sending = useState({ isBusy: false, error: "" });
    }

    /** @returns {[string, number][]} what was typed, and how many characters of it WhatsApp takes */
    get limited() {
        return [[this.state.body, this.LIMITS.body]];
    }

    /** Whether something is longer than WhatsApp takes: its field says by how much. */
    get isTooLong() {
        return this.limited.some(([text, limit]) => lengthOf(text.trim()) > limit);
    }

    /**
     * @param {string} method of `discuss.channel`
     * @param {Object} values its arguments by name
     * @param {Object} [options]
     * @param {boolean} [options.isAnswer] whether the method takes the message this answers
     */
    async send(method, values, options) {
        if (this.sending.isBusy) {
            return;
        }
        Object.assign(this.sending, { isBusy: true, error: "" });
        try {
            this.sending.error = await callSend(this.props.composer, method, values, {
                ...options,
                token: this.token,
            });
        } finally {
            this.sending.isBusy = false;
        }
        if (!this.sending.error) {
            this.onSent();
        }
    }

    onSent() {
        const { composer } = this.props;
        if (this.draft && composer.composerText.trim() === this.draft) {
            composer.composerText = "";
        }
        this.props.close();
    }
}
