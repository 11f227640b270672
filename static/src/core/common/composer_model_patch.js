import { Composer } from "@mail/core/common/composer_model";
import { fields } from "@mail/core/common/record";

import { markup } from "@odoo/owl";

import { isHtmlEmpty } from "@web/core/utils/html";
import { patch } from "@web/core/utils/patch";

/**
 * @param {ReturnType<markup>} first
 * @param {ReturnType<markup>} second
 * @returns {ReturnType<markup>} both texts below each other; either may be empty
 */
function joinDrafts(first, second) {
    if (isHtmlEmpty(second)) {
        return first;
    }
    return isHtmlEmpty(first) ? second : markup`${first}<br>${second}`;
}

/** @type {import("models").Composer} */
const composerPatch = {
    setup() {
        super.setup(...arguments);
        /** Whether this person is writing an internal note rather than to the customer. */
        this.waNoteMode = false;
        /** What was typed in the mode that is not shown: a note never turns into a message. */
        this.waOtherDraft = fields.Html("");
    },
    get isWa() {
        return Boolean(this.targetThread?.isWa) && !this.message;
    },
    /** Whatever answers a note is a note. */
    get waIsNote() {
        return this.isWa && (this.waNoteMode || Boolean(this.replyToMessage?.isWaNote));
    },
    /** @param {boolean} isNote the mode to write in from now on; each keeps its own draft */
    waSetNoteMode(isNote) {
        if (!isNote && this.replyToMessage?.isWaNote) {
            this.replyToMessage = undefined;
        }
        if (isNote === this.waNoteMode) {
            return;
        }
        const draft = this.composerHtml;
        this.waNoteMode = isNote;
        this.composerHtml = this.waOtherDraft;
        this.waOtherDraft = draft;
        this.selection.start = this.selection.end = this.composerText.length;
        this.autofocus++;
    },
    /**
     * Put what the server refused back into the text box, before anything typed since.
     *
     * @param {Object} refused
     * @param {ReturnType<markup>} refused.html
     * @param {boolean} refused.isNote
     * @param {import("models").Attachment[]} refused.attachments
     * @param {import("models").Message} [refused.replyToMessage]
     */
    waRestoreDraft({ html, isNote, attachments, replyToMessage }) {
        if (isNote === this.waNoteMode) {
            this.composerHtml = joinDrafts(html, this.composerHtml);
        } else {
            this.waOtherDraft = joinDrafts(html, this.waOtherDraft);
        }
        this.attachments.push(...attachments);
        this.replyToMessage ??= replyToMessage;
    },
};
patch(Composer.prototype, composerPatch);
