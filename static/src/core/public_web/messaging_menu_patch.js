import { MessagingMenu } from "@mail/core/public_web/messaging_menu";

import { WA_CHANNEL_TYPE } from "@crm_whatsapp/core/common/thread_model_patch";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(MessagingMenu.prototype, {
    get hasWaConversations() {
        return this.store.discuss.waConversations.threads.some((thread) => thread.displayToSelf);
    },
    /** The id of the tab is the channel type it shows (`Store.tabToThreadType`). */
    get _tabs() {
        const tabs = super._tabs;
        if (this.hasWaConversations) {
            tabs.push({
                counter: this.store.discuss.waConversations.threadsWithCounter.length,
                icon: "fa fa-whatsapp",
                id: WA_CHANNEL_TYPE,
                label: _t("WhatsApp"),
                sequence: 30,
            });
        }
        return tabs;
    },
});
