import { callSend } from "@crm_whatsapp/core/web/send/send_call";

import { _t } from "@web/core/l10n/translation";
import { uuid } from "@web/core/utils/strings";

/** Source: Meta, WhatsApp "Sticker messages": WebP; one that moves may have half a megabyte. */
const STICKER_TYPE = "image/webp";
const LARGEST = 500 * 1024;

/** @returns {Promise<File|undefined>} what somebody chose */
function chooseFile() {
    return new Promise((resolve) => {
        const input = document.createElement("input");
        input.type = "file";
        input.accept = STICKER_TYPE;
        input.addEventListener("change", () => resolve(input.files[0]));
        input.addEventListener("cancel", () => resolve());
        input.click();
    });
}

/**
 * Choose a WebP picture and send it as a sticker.
 *
 * @param {import("models").Composer} composer
 */
export async function sendSticker(composer) {
    const file = await chooseFile();
    if (file) {
        await sendFileAsSticker(composer, file);
    }
}

/**
 * @param {import("models").Composer} composer
 * @param {File} file
 */
export async function sendFileAsSticker(composer, file) {
    const { notification, "mail.attachment_upload": uploads } = composer.store.env.services;
    if (file.type !== STICKER_TYPE || file.size > LARGEST) {
        notification.add(_t("A sticker is a WebP picture of at most 500 kB."), { type: "warning" });
        return;
    }
    const attachment = await uploads.upload(composer.targetThread, undefined, file);
    if (!attachment) {
        return; // the upload service has said why
    }
    const objection = await callSend(composer, "wa_send_sticker", { attachment_id: attachment.id }, { token: uuid() });
    if (objection) {
        notification.add(objection, { type: "danger", sticky: true });
        await attachment.remove();
    }
}
