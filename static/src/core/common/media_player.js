import { getMp3Url } from "@crm_whatsapp/core/common/sound_as_mp3";
import { Unplayable } from "@crm_whatsapp/core/common/unplayable";

import { Component, useState } from "@odoo/owl";

import { url } from "@web/core/utils/urls";

/**
 * A film or a sound, played where it stands in the thread. Nothing of a sound is loaded before
 * somebody presses play; of a film only what shows its first picture.
 *
 * @typedef {Object} Props
 * @property {import("models").Attachment} attachment
 * @extends {Component<Props, Env>}
 */
export class MediaPlayer extends Component {
    static components = { Unplayable };
    static template = "crm_whatsapp.MediaPlayer";
    static props = ["attachment"];

    setup() {
        super.setup();
        this.state = useState({
            hasFailed: false,
            /** Play as soon as it is here: it was asked for. */
            isAwaited: false,
            isMp3: false,
        });
        const { mimetype } = this.props.attachment;
        /** Some types a browser knows it cannot play, of others it finds out. */
        if (!document.createElement(this.isVideo ? "video" : "audio").canPlayType(mimetype)) {
            this.tryMp3();
        }
    }

    get isVideo() {
        return this.props.attachment.mimetype.startsWith("video/");
    }

    get src() {
        if (this.state.isMp3) {
            return getMp3Url(this.props.attachment);
        }
        const { urlRoute, urlQueryParams } = this.props.attachment;
        return url(urlRoute, { ...urlQueryParams });
    }

    /** A sound is loaded when somebody presses play, so it fails when somebody waits for it. */
    onError() {
        this.state.isAwaited = !this.isVideo;
        this.tryMp3();
    }

    tryMp3() {
        if (this.isVideo || this.state.isMp3 || !getMp3Url(this.props.attachment)) {
            this.state.hasFailed = true;
        } else {
            this.state.isMp3 = true;
        }
    }
}
