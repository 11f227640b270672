import { registerComposerAction } from "@mail/core/common/composer_actions";

import { ChoicesDialog } from "@crm_whatsapp/core/web/send/choices_dialog";
import { LinkDialog } from "@crm_whatsapp/core/web/send/link_dialog";
import { LocationDialog } from "@crm_whatsapp/core/web/send/location_dialog";
import { RequestDialog } from "@crm_whatsapp/core/web/send/request_dialog";
import { sendContacts } from "@crm_whatsapp/core/web/send/send_contacts";
import { sendSticker } from "@crm_whatsapp/core/web/send/send_sticker";

import { toRaw } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

/** All need an open window; while it is closed the menu is not there either. */
const isReply = ({ composer }) => composer.isWa && !composer.waIsNote;

/**
 * @param {typeof import("@odoo/owl").Component} dialog
 * @param {Object} [props]
 */
function openDialog(dialog, props) {
    return ({ composer, store }) => store.env.services.dialog.add(dialog, { ...props, composer: toRaw(composer) });
}

const ACTIONS = {
    "wa-send-buttons": {
        icon: "fa fa-hand-pointer-o",
        name: _t("Buttons"),
        onSelected: openDialog(ChoicesDialog),
    },
    "wa-send-list": {
        icon: "fa fa-list-ul",
        name: _t("List"),
        onSelected: openDialog(ChoicesDialog, { isList: true }),
    },
    "wa-send-link": {
        icon: "fa fa-external-link",
        name: _t("Link Button"),
        onSelected: openDialog(LinkDialog),
    },
    "wa-send-location": {
        icon: "fa fa-map-marker",
        name: _t("Location"),
        onSelected: openDialog(LocationDialog),
    },
    "wa-send-contacts": {
        icon: "fa fa-address-card-o",
        name: _t("Contact Cards"),
        onSelected: ({ composer }) => sendContacts(toRaw(composer)),
    },
    "wa-send-sticker": {
        condition: (params) => isReply(params) && params.composer.targetThread.waAllowUpload,
        icon: "fa fa-sticky-note-o",
        name: _t("Sticker"),
        onSelected: ({ composer }) => sendSticker(toRaw(composer)),
    },
    "wa-request-location": {
        icon: "fa fa-location-arrow",
        name: _t("Ask for the Location"),
        onSelected: openDialog(RequestDialog, { request: "location" }),
    },
    "wa-request-contact": {
        icon: "fa fa-phone",
        name: _t("Ask for the Phone Number"),
        onSelected: openDialog(RequestDialog, { request: "contact" }),
    },
};

let sequence = 40;
for (const [id, action] of Object.entries(ACTIONS)) {
    registerComposerAction(id, { condition: isReply, sequence: sequence++, ...action });
}
