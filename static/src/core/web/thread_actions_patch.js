import { ThreadAction } from "@mail/core/common/thread_actions";

import { patch } from "@web/core/utils/patch";

/** Actions of core that make no sense between us and a customer. */
const NOT_FOR_CUSTOMERS = new Set([
    "advanced-settings",
    "call",
    "call-settings",
    "camera-call",
    "delete-thread",
    "disconnect",
    "invite-people",
    "member-list",
    "rename-thread",
    "show-threads",
]);

patch(ThreadAction.prototype, {
    _condition({ action, thread }) {
        if (thread?.isWa && NOT_FOR_CUSTOMERS.has(action.id)) {
            return false;
        }
        return super._condition(...arguments);
    },
});
