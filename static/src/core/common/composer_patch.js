import { Composer } from "@mail/core/common/composer";

import { ClosedPanel } from "@crm_whatsapp/core/common/closed_panel";
import { getTextDirection } from "@crm_whatsapp/core/common/text_direction";
import { useWindowClock, WindowClock } from "@crm_whatsapp/core/common/window_clock";

import { onWillPatch, toRaw, useEffect, useRef } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { isHtmlEmpty, isMarkup } from "@web/core/utils/html";
import { patch } from "@web/core/utils/patch";

Composer.components = { ...Composer.components, ClosedPanel, WindowClock };

/**
 * @param {ReturnType<import("@odoo/owl").markup>|string} html
 * @returns {["markup", string]|string} what survives JSON and becomes the same html again
 */
function toStorage(html) {
    return isMarkup(html) ? ["markup", html] : html;
}

patch(Composer.prototype, {
    setup() {
        super.setup(...arguments);
        this.waClock = useWindowClock(() => this.thread);
        this.waPanel = useRef("waPanel");
        // The panel is focused where the text box would be: what one looks at is read, and the
        // next Tab is on the button.
        useEffect(
            (focus) => {
                if (focus) {
                    this.waPanel.el?.focus();
                }
            },
            () => [this.props.autofocus + this.props.composer.autofocus]
        );
        let hadFocus = false;
        onWillPatch(() => (hadFocus = this.props.composer.isFocused));
        useEffect(
            (isBlocked) => {
                if (this.isWa && hadFocus) {
                    (isBlocked ? this.waPanel.el : this.ref.el)?.focus();
                }
            },
            () => [Boolean(this.waBlock)]
        );
    },
    get isWa() {
        return this.props.composer.isWa;
    },
    get isWaNote() {
        return this.isWa && (this.props.composer.waIsNote || this.props.type === "note");
    },
    /** What is being written is read in its own direction, as the customer will read it. */
    get waTextDirection() {
        return this.isWa ? getTextDirection(this.props.composer.composerText) : undefined;
    },
    /** Why the text box is not there; notes can always be written. */
    get waBlock() {
        void this.waClock.ticks;
        return this.isWa && !this.isWaNote && this.thread.waBlock;
    },
    get allowUpload() {
        return super.allowUpload && (!this.isWa || this.thread.waAllowUpload);
    },
    get isSendButtonDisabled() {
        return Boolean(this.waBlock) || super.isSendButtonDisabled;
    },
    get placeholder() {
        if (!this.isWa) {
            return super.placeholder;
        }
        return this.isWaNote
            ? _t("Internal note: only your team sees it…")
            : _t("Write to %(customer)s…", { customer: this.thread.displayName });
    },
    get postData() {
        return this.isWa ? { ...super.postData, isNote: this.isWaNote } : super.postData;
    },
    /** @param {boolean} isNote */
    onClickWaMode(isNote) {
        toRaw(this.props.composer).waSetNoteMode(isNote);
    },
    /** Typing makes a non-member join, and a note is nobody's business. */
    notifyIsTyping() {
        if (this.isWa && (this.isWaNote || !this.thread.self_member_id)) {
            return;
        }
        return super.notifyIsTyping(...arguments);
    },
    /** Both drafts survive a reload, and a note does not come back as a message. */
    saveContent() {
        const composer = toRaw(this.props.composer);
        if (!composer.isWa) {
            return super.saveContent(...arguments);
        }
        const { composerHtml, waOtherDraft, waNoteMode, replyToMessage } = composer;
        if (isHtmlEmpty(composerHtml) && isHtmlEmpty(waOtherDraft)) {
            browser.localStorage.removeItem(composer.localId);
            return;
        }
        browser.localStorage.setItem(
            composer.localId,
            JSON.stringify({
                waNoteMode,
                composerHtml: toStorage(composerHtml),
                waOtherDraft: toStorage(waOtherDraft),
                replyToMessageId: replyToMessage?.id,
            })
        );
    },
    restoreContent() {
        const composer = toRaw(this.props.composer);
        if (!composer.isWa) {
            return super.restoreContent(...arguments);
        }
        let saved;
        try {
            saved = JSON.parse(browser.localStorage.getItem(composer.localId));
        } catch {
            browser.localStorage.removeItem(composer.localId);
        }
        if (!saved) {
            return;
        }
        composer.waNoteMode = Boolean(saved.waNoteMode);
        composer.waOtherDraft = saved.waOtherDraft || "";
        composer.composerHtml = saved.composerHtml;
        if (Number.isInteger(saved.replyToMessageId)) {
            composer.replyToMessage = this.store["mail.message"].insert(saved.replyToMessageId);
        }
    },
    /** What was sent is gone; the draft of the other mode stays. */
    clear() {
        super.clear(...arguments);
        if (this.isWa) {
            this.saveContent();
        }
    },
});
