import { Message } from "@mail/core/common/message";

import { MediaRetry } from "@crm_whatsapp/core/common/media_retry";
import { MessageFailure } from "@crm_whatsapp/core/common/message_failure";
import { MessageTick } from "@crm_whatsapp/core/common/message_tick";
import { MessageWait } from "@crm_whatsapp/core/common/message_wait";

import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

const { DateTime } = luxon;

Message.components = {
    ...Message.components,
    MediaRetry,
    MessageFailure,
    MessageTick,
    MessageWait,
};

patch(Message.prototype, {
    /** The customer left, all of us right; core knows only "I" and "the others". */
    get isAlignedRight() {
        if (!this.message.isWa) {
            return super.isAlignedRight;
        }
        return Boolean(this.env.inChatWindow && (this.message.isWaOutgoing || this.message.isWaNote));
    },
    /** Moments in what the server wrote are shown in the time zone of whoever looks. */
    prepareMessageBody(bodyEl) {
        super.prepareMessageBody(...arguments);
        for (const el of (this.message.isWa && bodyEl?.querySelectorAll(".o_wa_moment")) || []) {
            const moment = DateTime.fromISO(el.title);
            if (moment.isValid) {
                el.textContent = moment.toLocaleString(DateTime.DATETIME_MED, {
                    locale: user.lang,
                });
            }
        }
    },
    get attClass() {
        const attClass = super.attClass;
        if (!this.message.isWa) {
            return attClass;
        }
        return {
            ...attClass,
            "o-selfAuthored": attClass["o-selfAuthored"] || this.isAlignedRight,
            o_crm_whatsapp_message: true,
            o_crm_whatsapp_message_note: this.message.isWaNote,
            o_crm_whatsapp_message_ours: this.isAlignedRight && !this.message.isSelfAuthored,
            o_crm_whatsapp_message_deleted: this.message.wa_changed === "deleted",
            o_crm_whatsapp_message_sticker: this.message.waIsSticker,
            o_crm_whatsapp_message_ticked: Boolean(this.message.waTickState),
        };
    },
    /** In a narrow window the title says who the customer is; colleagues keep their names. */
    get shouldDisplayAuthorName() {
        if (this.env.inChatWindow && this.message.isWa && this.message.wa_direction === "in") {
            return false;
        }
        return super.shouldDisplayAuthorName;
    },
});
