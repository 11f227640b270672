import { createConversation, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import {
    click,
    contains,
    dropFiles,
    dragenterFiles,
    inputFiles,
    onRpcBefore,
    openDiscuss,
    pasteFiles,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { asyncStep, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

const PICTURE = new File(["picture"], "oak.png", { type: "image/png" });
const ARCHIVE = new File(["archive"], "oak.zip", { type: "application/zip" });

function watchUploads() {
    onRpcBefore("/mail/attachment/upload", () => asyncStep("upload"));
}

test("a recording says beforehand when it will not arrive as a voice note", async () => {
    const pyEnv = await startServer();
    const withConverter = { wa_can_attach: true, wa_voice_notes: true };
    const channelId = createConversation(pyEnv, withConverter);
    const otherId = createConversation(pyEnv, { wa_can_attach: true });
    await start();
    await openDiscuss(channelId);
    await click(".o-mail-Composer button[title='More Actions']");
    await contains(".dropdown-item:contains(Attach Files)");
    await contains(".dropdown-item:contains(/^Voice Message$/)");
    await openDiscuss(otherId);
    await click(".o-mail-Composer button[title='More Actions']");
    await contains(".dropdown-item:contains('Voice Message (arrives as a sound file)')");
});

test("Discuss's moving pictures are for notes: the customer would get a link", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_can_attach: true });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer button[title='Add Emojis']");
    await contains(".o-mail-Composer button[title='Add GIFs']", { count: 0 });
    await click(".o_crm_whatsapp_mode_note");
    await contains(".o-mail-Composer button[title='Add GIFs']");
});

test("a picture is uploaded and leaves with the message", async () => {
    watchUploads();
    onRpcBefore("/mail/message/post", ({ post_data }) => {
        expect(post_data.attachment_ids).toHaveLength(1);
        asyncStep("post");
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_can_attach: true });
    await start();
    await openDiscuss(channelId);
    await inputFiles(".o-mail-Composer .o_input_file", [PICTURE]);
    await contains(".o-mail-Composer .o-mail-AttachmentContainer:not(.o-isUploading)");
    await click(".o-mail-Composer button[title='Send']:enabled");
    await contains(".o-mail-Message .o-mail-AttachmentImage");
    await waitForSteps(["upload", "post"]);
});

test("what cannot leave is not uploaded, however it comes", async () => {
    watchUploads();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_can_attach: true });
    await start();
    await openDiscuss(channelId);
    await inputFiles(".o-mail-Composer .o_input_file", [ARCHIVE]);
    await contains(".o_notification:contains(“oak.zip”)");
    await pasteFiles(".o-mail-Composer-input", [ARCHIVE]);
    await contains(".o_notification:contains(“oak.zip”)", { count: 2 });
    await dragenterFiles(".o-mail-Composer-input", [ARCHIVE]);
    await dropFiles(".o-Dropzone", [ARCHIVE]);
    await contains(".o_notification:contains(“oak.zip”)", { count: 3 });
    await contains(".o-mail-Composer .o-mail-AttachmentContainer", { count: 0 });
    await waitForSteps([]);
});

test("a note takes any file", async () => {
    watchUploads();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_can_attach: true });
    await start();
    await openDiscuss(channelId);
    await click(".o_crm_whatsapp_mode_note");
    await inputFiles(".o-mail-Composer .o_input_file", [ARCHIVE]);
    await contains(".o-mail-Composer .o-mail-AttachmentContainer:not(.o-isUploading)");
    await contains(".o_notification", { count: 0 });
    await waitForSteps(["upload"]);
});
