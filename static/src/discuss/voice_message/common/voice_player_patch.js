import { VoicePlayer } from "@mail/discuss/voice_message/common/voice_player";

import { Unplayable } from "@crm_whatsapp/core/common/unplayable";

import { useState } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

VoicePlayer.components = { ...VoicePlayer.components, Unplayable };

patch(VoicePlayer.prototype, {
    setup() {
        super.setup();
        this.waState = useState({ hasFailed: false });
    },
    get isWa() {
        return Boolean(this.props.attachment.message?.isWa);
    },
    /**
     * Core plays what its own recorder made, which every browser can. What customers record is
     * Ogg with Opus: a browser that cannot decode it would show a player that does nothing.
     *
     * @override
     */
    async drawBuffer() {
        try {
            return await super.drawBuffer(...arguments);
        } catch (error) {
            if (!this.isWa) {
                throw error;
            }
            this.waState.hasFailed = true;
        }
    },
});
