import { Thread } from "@mail/core/common/thread";

import { useEffect } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

/** Messages of one person within this time share one line of name and time (core's own five minutes). */
const SQUASH_MS = 5 * 60 * 1000;

patch(Thread.prototype, {
    /** Count the lists that show a conversation, whatever screen they are part of. */
    setup() {
        super.setup(...arguments);
        useEffect(
            (thread) => {
                if (!thread.isWa) {
                    return;
                }
                thread.waViewers++;
                return () => thread.waViewers--;
            },
            () => [this.props.thread]
        );
    },
    /** Messages stand in the order in which they came: one that is older than what is above it shows its time. */
    isSquashed(msg, prevMsg) {
        return (
            super.isSquashed(msg, prevMsg) &&
            !(msg.isWa && (msg.wa_came_at || Math.abs(msg.datetime - prevMsg.datetime) > SQUASH_MS))
        );
    },
});
