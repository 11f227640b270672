import { VoicePlayer } from "@mail/discuss/voice_message/common/voice_player";

import { getMp3Url } from "@crm_whatsapp/core/common/sound_as_mp3";
import { Unplayable } from "@crm_whatsapp/core/common/unplayable";

import { useState } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

VoicePlayer.components = { ...VoicePlayer.components, Unplayable };

patch(VoicePlayer.prototype, {
    setup() {
        super.setup();
        /** `needsMp3`: this browser cannot decode the note, and it was not asked for yet. */
        this.waState = useState({ hasFailed: false, needsMp3: false, isLoading: false });
    },
    get isWa() {
        return Boolean(this.props.attachment.message?.isWa);
    },
    /**
     * Core plays what its own recorder made, which every browser can. What customers record is
     * Ogg with Opus: a browser that cannot decode it would show a player that does nothing. The
     * server makes an MP3 of it only once somebody wants to hear it.
     *
     * @override
     */
    async drawBuffer() {
        try {
            await super.drawBuffer(...arguments);
        } catch (error) {
            if (!this.isWa) {
                throw error;
            }
            this.waState.needsMp3 = Boolean(getMp3Url(this.props.attachment));
            this.waState.hasFailed = !this.waState.needsMp3;
        }
        if (this.waIsAwaited && !this.waState.hasFailed) {
            await this.onClickPlayPause();
        }
    },
    /**
     * Core fails when play is pressed before the sound is here: here it plays once it is.
     *
     * @override
     */
    async onClickPlayPause() {
        if (!this.isWa || this.buffer) {
            return super.onClickPlayPause(...arguments);
        }
        // Safari lets sound start in the moment of a click, not after an answer of the server.
        this.audioCtx?.resume?.();
        this.waIsAwaited = !this.waState.needsMp3;
        if (this.waState.needsMp3 && (await this.waLoadMp3())) {
            return super.onClickPlayPause(...arguments);
        }
    },
    /**
     * Core seeks in what is not here yet, too.
     *
     * @override
     */
    seekTo() {
        if (this.isWa && !this.buffer) {
            return;
        }
        return super.seekTo(...arguments);
    },
    /** @returns {Promise<boolean>} whether it can be played now */
    async waLoadMp3() {
        if (this.waState.isLoading) {
            return false;
        }
        this.waState.isLoading = true;
        try {
            await super.drawBuffer(await this.fetchFile(getMp3Url(this.props.attachment)));
            this.waState.needsMp3 = false;
            return true;
        } catch {
            this.waState.needsMp3 = false;
            this.waState.hasFailed = true;
            return false;
        } finally {
            this.waState.isLoading = false;
        }
    },
});
