import { createConversation, defineCrmWhatsappModels, WINDOW_CLOSED } from "./crm_whatsapp_test_helpers";

import {
    click,
    contains,
    insertText,
    onRpcBefore,
    openDiscuss,
    start,
    startServer,
    triggerHotkey,
} from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { Deferred } from "@odoo/hoot-mock";
import { makeServerError, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";

describe.current.tags("desktop");
defineCrmWhatsappModels();

test("what the server says reaches the person, and the draft is back", async () => {
    onRpcBefore("/mail/message/post", () => {
        throw makeServerError({ message: "The window closed. Send a template." });
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Good morning");
    await triggerHotkey("Enter");
    await contains(".o_notification:has(.bg-danger)", {
        text: "The window closed. Send a template.",
    });
    await contains(".o-mail-Composer-input", { value: "Good morning" });
    await contains(".o-mail-Message", { count: 0 });
});

test("after a refusal the composer shows what the server knows", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    onRpcBefore("/mail/message/post", () => {
        // the window was closed behind the back of this page
        pyEnv["discuss.channel"].write([channelId], { wa_blocked: WINDOW_CLOSED });
        throw makeServerError({ message: "The window closed. Send a template." });
    });
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Good morning");
    await triggerHotkey("Enter");
    await contains(".o_crm_whatsapp_closed_sentence", { text: WINDOW_CLOSED.sentence });
    pyEnv["discuss.channel"]._wa_update(channelId, { wa_blocked: false });
    await contains(".o-mail-Composer-input", { value: "Good morning" });
});

test("what was typed in the meantime comes after what was refused", async () => {
    const answer = new Deferred();
    onRpcBefore("/mail/message/post", async () => {
        await answer;
        throw makeServerError({ message: "No." });
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "first");
    await triggerHotkey("Enter");
    await contains(".o-mail-Message", { text: "first" });
    await insertText(".o-mail-Composer-input", "second");
    answer.resolve();
    await contains(".o-mail-Composer-input", { value: "first\nsecond" });
});

test("a refused note does not end up among the messages to the customer", async () => {
    const answer = new Deferred();
    onRpcBefore("/mail/message/post", async () => {
        await answer;
        throw makeServerError({ message: "No." });
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await click(".o_crm_whatsapp_mode_note");
    await insertText(".o-mail-Composer-input", "he is rude");
    await triggerHotkey("Enter");
    await contains(".o_crm_whatsapp_message_note", { text: "he is rude" });
    await click(".o_crm_whatsapp_mode_reply");
    answer.resolve();
    await contains(".o_notification", { text: "No." });
    await contains(".o-mail-Composer-input", { value: "" });
    await click(".o_crm_whatsapp_mode_note");
    await contains(".o-mail-Composer-input", { value: "he is rude" });
});

test("a crash of the server is told without its inside", async () => {
    onRpcBefore("/mail/message/post", () => {
        throw makeServerError({
            errorName: "builtins.KeyError",
            message: "KeyError: 'wa_conversation_id'",
        });
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Good morning");
    await triggerHotkey("Enter");
    await contains(".o_notification", { text: "The message could not be sent. Please try again." });
    await contains(".o_notification:contains(KeyError)", { count: 0 });
    await contains(".o-mail-Composer-input", { value: "Good morning" });
});

test("without an answer the message stays, and trying again is the same message", async () => {
    const tokens = [];
    let isOnline = false;
    patchWithCleanup(rpc, {
        async _rpc(url, params) {
            if (url === "/mail/message/post") {
                tokens.push(params.context.wa_post_token);
                if (!isOnline) {
                    throw new ConnectionLostError(url);
                }
            }
            return super._rpc(...arguments);
        },
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Good morning");
    await triggerHotkey("Enter");
    await contains(".o-mail-Message", { text: "Good morning" });
    await contains("button[title='Failed to post the message. Click to retry']");
    isOnline = true;
    await click("button[title='Failed to post the message. Click to retry']");
    await contains(".o-mail-Message[data-persistent]", { text: "Good morning" });
    await contains(".o-mail-Message", { count: 1 });
    await insertText(".o-mail-Composer-input", "Good evening");
    await triggerHotkey("Enter");
    await contains(".o-mail-Message[data-persistent]", { text: "Good evening" });
    expect(tokens).toHaveLength(3);
    expect(tokens[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
});
