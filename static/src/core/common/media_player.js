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
        const { mimetype } = this.props.attachment;
        /** Some types a browser knows it cannot play, of others it finds out. */
        this.state = useState({
            hasFailed: !document
                .createElement(this.isVideo ? "video" : "audio")
                .canPlayType(mimetype),
        });
    }

    get isVideo() {
        return this.props.attachment.mimetype.startsWith("video/");
    }

    get src() {
        const { urlRoute, urlQueryParams } = this.props.attachment;
        return url(urlRoute, { ...urlQueryParams });
    }
}
