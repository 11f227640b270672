import { Component } from "@odoo/owl";

/**
 * What stands where a player would: the file's name and the way to it, for browsers that cannot
 * play it (Ogg/Opus in Safari before 18.4, AMR nearly everywhere).
 *
 * @typedef {Object} Props
 * @property {import("models").Attachment} attachment
 * @extends {Component<Props, Env>}
 */
export class Unplayable extends Component {
    static template = "crm_whatsapp.Unplayable";
    static props = ["attachment"];

    get icon() {
        return this.props.attachment.mimetype?.startsWith("video/") ? "fa-film" : "fa-volume-up";
    }
}
