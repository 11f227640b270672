import { inputFiles } from "@web/../tests/utils";

import { registry } from "@web/core/registry";

/** @returns {Promise<File>} a small picture, as a phone would take it */
async function takePicture() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 32;
    canvas.getContext("2d").fillRect(8, 8, 16, 16);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    return new File([blob], "table.png", { type: "image/png" });
}

/** See what the customer sent, send a picture back, and let them choose by a tap. */
registry.category("web_tour.tours").add("wa_files", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_open_wa_conversation]",
            run: "click",
        },
        {
            content: "The customer's picture is there, and it is a picture",
            trigger: ".o-mail-ChatWindow .o-mail-Message:contains(The broken leg) .o-mail-AttachmentImage",
            async run() {
                await this.anchor.decode();
            },
        },
        {
            content: "The other file is not, and the message says why",
            trigger: ".o-mail-ChatWindow .o-mail-Message:contains(The whole table) .o_wa_media_failed .o_wa_reason",
        },
        {
            content: "Have it fetched again",
            trigger: ".o-mail-ChatWindow .o_crm_whatsapp_media_retry button",
            run: "click",
        },
        {
            content: "It is on its way, on the open screen",
            trigger:
                ".o-mail-ChatWindow:not(:has(.o_crm_whatsapp_media_retry)) .o-mail-Message:contains(The whole table) .o_wa_media_pending",
        },
        {
            content: "WhatsApp takes no archives: said before the upload",
            trigger: ".o-mail-ChatWindow .o-mail-Composer",
            async run() {
                const archive = new File(["x"], "plans.zip", { type: "application/zip" });
                await inputFiles(".o-mail-Composer .o_input_file", [archive]);
            },
        },
        {
            trigger: ".o_notification:contains(plans.zip)",
        },
        {
            content: "A picture it does take",
            trigger: ".o-mail-ChatWindow .o-mail-Composer:not(:has(.o-mail-AttachmentContainer))",
            async run() {
                await inputFiles(".o-mail-Composer .o_input_file", [await takePicture()]);
            },
        },
        {
            trigger: ".o-mail-ChatWindow .o-mail-Composer .o-mail-AttachmentContainer:not(.o-isUploading)",
        },
        {
            trigger: ".o-mail-ChatWindow .o-mail-Composer-input",
            run: "edit Like this one?",
        },
        {
            trigger: ".o-mail-ChatWindow .o-mail-Composer button[title=Send]:enabled",
            run: "click",
        },
        {
            content: "It waits with its words, and is stored",
            trigger:
                ".o-mail-ChatWindow .o-mail-Message[data-persistent]:contains(Like this one?):has(.o_crm_whatsapp_tick[data-state=queued]) .o-mail-AttachmentImage",
            async run() {
                await this.anchor.decode();
            },
        },
        {
            content: "Let the customer answer by a tap",
            trigger: ".o-mail-ChatWindow .o-mail-Composer button[title='More Actions']",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item[name=wa-send-buttons]",
            run: "click",
        },
        {
            trigger: ".modal textarea",
            run: "edit Which one do you take?",
        },
        {
            trigger: ".modal .o_crm_whatsapp_choice:eq(0) input",
            run: "edit The oak one",
        },
        {
            trigger: ".modal .o_crm_whatsapp_choice:eq(1) input",
            run: "edit The ash one",
        },
        {
            trigger: ".modal-footer .btn-primary:enabled",
            run: "click",
        },
        {
            content: "The card is in the thread",
            trigger:
                "body:not(:has(.modal)) .o-mail-ChatWindow .o-mail-Message:has(.o_crm_whatsapp_tick[data-state=queued]) .o_wa_card_button:contains(The ash one)",
        },
    ],
});
