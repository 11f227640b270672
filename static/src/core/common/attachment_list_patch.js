import { AttachmentList } from "@mail/core/common/attachment_list";

import { MediaPlayer } from "@crm_whatsapp/core/common/media_player";

import { patch } from "@web/core/utils/patch";

AttachmentList.components = { ...AttachmentList.components, MediaPlayer };

patch(AttachmentList.prototype, {
    /**
     * Films and sounds of conversations are played in place; core opens films in a viewer and
     * offers most sounds as a download.
     *
     * @param {import("models").Attachment} attachment
     */
    waIsPlayable(attachment) {
        return this.waIsShown(attachment) && !attachment.voice && /^(audio|video)\//.test(attachment.mimetype);
    },
    /** @param {import("models").Attachment} attachment */
    waIsVoice(attachment) {
        return this.waIsShown(attachment) && attachment.voice;
    },
    /** @param {import("models").Attachment} attachment */
    waIsShown(attachment) {
        return Boolean(this.env.inMessage && !this.env.inComposer && attachment.message?.isWa);
    },
});
