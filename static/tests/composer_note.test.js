import {
    createConversation,
    createMessage,
    defineCrmWhatsappModels,
    fromNow,
    WINDOW_CLOSED,
} from "./crm_whatsapp_test_helpers";

import {
    click,
    contains,
    insertText,
    onRpcAfter,
    onRpcBefore,
    openDiscuss,
    start,
    startServer,
    triggerHotkey,
} from "@mail/../tests/mail_test_helpers";

import { describe, test } from "@odoo/hoot";
import { Deferred } from "@odoo/hoot-mock";
import { asyncStep, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

/** Record what would go to the server as message or note. */
function watchPosts() {
    onRpcBefore("/mail/message/post", ({ post_data }) => asyncStep(`${post_data.subtype_xmlid}: ${post_data.body}`));
}

test("a note is tinted, posted as a note, and the mode stays", async () => {
    watchPosts();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_mode_reply[aria-pressed=true]");
    await contains(".o_crm_whatsapp_composer_note", { count: 0 });
    await click(".o_crm_whatsapp_mode_note");
    await contains(".o_crm_whatsapp_composer_note .o_crm_whatsapp_mode_note[aria-pressed=true]");
    await contains(".o-mail-Composer-input[placeholder='Internal note: only your team sees it…']");
    await insertText(".o-mail-Composer-input", "he haggles");
    await click(".o-mail-Composer button[title='Add note']:enabled");
    await waitForSteps(["mail.mt_note: he haggles"]);
    await contains(".o_crm_whatsapp_message_note", { text: "he haggles" });
    await contains(".o_crm_whatsapp_tick", { count: 0 });
    await contains(".o_crm_whatsapp_composer_note");
});

test("a reply goes out as a comment and gets its clock at once", async () => {
    const answer = new Deferred();
    watchPosts();
    onRpcAfter("/mail/message/post", () => answer);
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Good morning");
    await triggerHotkey("Enter");
    await contains(".o-mail-Message:not([data-persistent]) .o_crm_whatsapp_tick_queued");
    await waitForSteps(["mail.mt_comment: Good morning"]);
    answer.resolve();
    await contains(".o-mail-Message[data-persistent] .o_crm_whatsapp_tick_queued");
    await contains(".o-mail-Message", { count: 1 });
});

test("each mode keeps its own draft", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const generalId = pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Dear Ana");
    await click(".o_crm_whatsapp_mode_note");
    await contains(".o-mail-Composer-input", { value: "" });
    await insertText(".o-mail-Composer-input", "she is in a hurry");
    await click(".o_crm_whatsapp_mode_reply");
    await contains(".o-mail-Composer-input", { value: "Dear Ana" });
    await click(".o_crm_whatsapp_mode_note");
    await contains(".o-mail-Composer-input", { value: "she is in a hurry" });
    await openDiscuss(generalId);
    await contains(".o-mail-Composer-input[placeholder='Message #General…']", { value: "" });
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_composer_note .o-mail-Composer-input", {
        value: "she is in a hurry",
    });
});

test("after a reload a note is still a note", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    localStorage.setItem(
        `Composer,(Thread,discuss.channel AND ${channelId}) OR (undefined)`,
        JSON.stringify({
            waNoteMode: true,
            composerHtml: ["markup", "never say this to her"],
            waOtherDraft: ["markup", "Dear Ana"],
        })
    );
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_composer_note .o-mail-Composer-input", {
        value: "never say this to her",
    });
    await click(".o_crm_whatsapp_mode_reply");
    await contains(".o-mail-Composer-input", { value: "Dear Ana" });
});

test("notes can be written while the customer cannot be", async () => {
    watchPosts();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {
        wa_blocked: WINDOW_CLOSED,
        wa_window_until: fromNow({ hours: -3 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_closed");
    await click(".o_crm_whatsapp_mode_note");
    await contains(".o_crm_whatsapp_closed", { count: 0 });
    await insertText(".o-mail-Composer-input", "call her instead");
    await triggerHotkey("Enter");
    await waitForSteps(["mail.mt_note: call her instead"]);
    await click(".o_crm_whatsapp_mode_reply");
    await contains(".o_crm_whatsapp_closed");
});

test("the answer to a note is a note", async () => {
    watchPosts();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        body: "what do we offer?",
        subtype_id: pyEnv["mail.message.subtype"].search([["subtype_xmlid", "=", "mail.mt_note"]])[0],
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_message_note");
    await click(".o-mail-Message button[title='Expand']");
    await click(".o-dropdown-item:contains('Reply')");
    await contains(".o_crm_whatsapp_composer_note");
    await insertText(".o-mail-Composer-input", "ten percent");
    await triggerHotkey("Enter");
    await waitForSteps(["mail.mt_note: ten percent"]);
});
