import { DiscussContent } from "@mail/core/public_web/discuss_content";

import { ConversationInfo } from "@crm_whatsapp/core/public_web/conversation_info";

import { patch } from "@web/core/utils/patch";

DiscussContent.components = { ...DiscussContent.components, ConversationInfo };

patch(DiscussContent.prototype, {
    get showThreadAvatar() {
        return this.thread.isWa || super.showThreadAvatar;
    },
});
