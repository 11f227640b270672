import { DiscussCommandPalette } from "@mail/discuss/core/public_web/discuss_command_palette";

import { patch } from "@web/core/utils/patch";

/** As many as mail shows of its own. */
const LIMIT = 8;

patch(DiscussCommandPalette.prototype, {
    /** Add the conversations the server found by phone or @username: their titles do not contain it. */
    buildResults() {
        super.buildResults(...arguments);
        if (!this.cleanedTerm) {
            return;
        }
        const shown = new Set(this.commands.map((command) => command.props.channel?.localId));
        const found = Object.values(this.store.Thread.records).filter(
            (thread) => thread.isWa && thread.wa_found_by === this.cleanedTerm && !shown.has(thread.localId)
        );
        for (const thread of found.slice(0, LIMIT)) {
            this.commands.push(this.makeDiscussCommand(thread));
        }
    },
});
