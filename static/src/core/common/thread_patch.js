import { Thread } from "@mail/core/common/thread";

import { useEffect } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

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
});
