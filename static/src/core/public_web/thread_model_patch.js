import { Thread } from "@mail/core/common/thread_model";

import { WA_CHANNEL_TYPE } from "@crm_whatsapp/core/common/thread_model_patch";

import { patch } from "@web/core/utils/patch";

/** @type {import("models").Thread} */
const threadPatch = {
    _computeDiscussAppCategory() {
        return this.isWa ? this.store.discuss.waConversations : super._computeDiscussAppCategory(...arguments);
    },
    /** Only members are disturbed; whoever just looks sees the message anyway. */
    get inChathubOnNewMessage() {
        return super.inChathubOnNewMessage && (!this.isWa || Boolean(this.self_member_id));
    },
    get notifyWhenOutOfFocus() {
        return super.notifyWhenOutOfFocus && (!this.isWa || Boolean(this.self_member_id) || this.waViewers > 0);
    },
    /** What we send, a colleague or an automation, rings for nobody. */
    async notifyMessageToUser(message) {
        if (message.isWaOutgoing) {
            return;
        }
        return super.notifyMessageToUser(...arguments);
    },
    setAsDiscussThread(pushState) {
        super.setAsDiscussThread(pushState);
        if (this.isWa && this.store.env.services.ui.isSmall) {
            this.store.discuss.activeTab = WA_CHANNEL_TYPE;
        }
    },
};
patch(Thread.prototype, threadPatch);
