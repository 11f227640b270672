import { fields } from "@mail/core/common/record";
import { Thread } from "@mail/core/common/thread_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const { DateTime } = luxon;

/** The channel type of WhatsApp conversations (`discuss.channel.channel_type`). */
export const WA_CHANNEL_TYPE = "wa";

/** @type {import("models").Thread} */
const threadPatch = {
    setup() {
        super.setup(...arguments);
        /**
         * Why free text cannot be sent now, as the server sees it.
         *
         * @type {{code: string, sentence: string, next_step: string, action: string|false}|false}
         */
        this.wa_blocked = undefined;
        /** Whether the server can send files. */
        this.wa_can_attach = false;
        /** @type {number|undefined} id of the `wa.conversation` */
        this.wa_conversation_id = undefined;
        /** @type {string|undefined} what the server found this conversation by, if not by its title */
        this.wa_found_by = undefined;
        /** @type {number|false|undefined} id of the `crm.lead` */
        this.wa_lead_id = undefined;
        /** @type {string|false|undefined} */
        this.wa_lead_name = undefined;
        /** @type {string|undefined} our number the customer writes to */
        this.wa_number_name = undefined;
        /** The customer. */
        this.wa_partner_id = fields.One("res.partner");
        /** @type {"open"|"pending"|"snoozed"|"closed"|undefined} */
        this.wa_state = undefined;
        /** The colleague who answers this customer. */
        this.wa_user_id = fields.One("res.users");
        /** Whether recordings arrive as voice notes; the server needs a converter for that. */
        this.wa_voice_notes = false;
        /** Until when WhatsApp lets us write free text; false before the customer ever wrote. */
        this.wa_window_until = fields.Datetime();
        /**
         * How many message lists show this conversation right now. Colleagues who are not
         * members get live updates for as long as one does.
         */
        this.waViewers = 0;
    },
    get isWa() {
        return this.channel_type === WA_CHANNEL_TYPE;
    },
    /**
     * Why the customer cannot be sent free text now, or false.
     *
     * The server tells what it knows; that time runs out while somebody looks is seen here, with
     * no message from the server. Reads the clock: who shows it uses `useWindowClock` as well.
     */
    get waBlock() {
        if (!this.isWa) {
            return false;
        }
        if (this.wa_blocked) {
            return this.wa_blocked;
        }
        if (this.waWindowLeft === 0) {
            return {
                code: "window_closed",
                sentence: _t("The customer has not written in the last 24 hours, so WhatsApp allows only approved templates."),
                next_step: _t("Send a template; when the customer answers you can write freely again."),
                action: "template",
            };
        }
        return false;
    },
    /** @returns {number|null} milliseconds left to write freely; null when no window is known */
    get waWindowLeft() {
        if (!this.wa_window_until) {
            return null;
        }
        return Math.max(0, this.wa_window_until.toMillis() - DateTime.now().toMillis());
    },
    /** Files leave only when the server says that it can send them. */
    get waAllowUpload() {
        return !this.isWa || Boolean(this.wa_can_attach);
    },
    get allowedToLeaveChannelTypes() {
        return [...super.allowedToLeaveChannelTypes, WA_CHANNEL_TYPE];
    },
    get allowedToUnpinChannelTypes() {
        return [...super.allowedToUnpinChannelTypes, WA_CHANNEL_TYPE];
    },
    /** Whoever answers the customer can put the conversation aside, not leave it. */
    get canLeave() {
        if (this.isWa && (!this.self_member_id || this.waIsMine)) {
            return false;
        }
        return super.canLeave;
    },
    get waIsMine() {
        return Boolean(this.wa_user_id && this.wa_user_id.eq(this.store.self_partner?.main_user_id));
    },
    get isChatChannel() {
        return this.isWa || super.isChatChannel;
    },
    get supportsCustomChannelName() {
        return !this.isWa && super.supportsCustomChannelName;
    },
    get avatarUrl() {
        return this.isWa && this.wa_partner_id ? this.wa_partner_id.avatarUrl : super.avatarUrl;
    },
    /** Members are colleagues; none of them is the other side. */
    computeCorrespondent() {
        return this.isWa ? undefined : super.computeCorrespondent();
    },
    get shouldSubscribeToBusChannel() {
        return (
            super.shouldSubscribeToBusChannel ||
            Boolean(this.isWa && !this.isTransient && !this.self_member_id && this.waViewers > 0)
        );
    },
};
patch(Thread.prototype, threadPatch);
