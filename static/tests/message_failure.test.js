import {
    createConversation,
    createMessage,
    defineCrmWhatsappModels,
    fromNow,
    WINDOW_CLOSED,
} from "./crm_whatsapp_test_helpers";

import { click, contains, openDiscuss, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, test } from "@odoo/hoot";
import { asyncStep, mockService, onRpc, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

test("a message that failed says why and can be tried again", async () => {
    onRpc("mail.message", "action_wa_retry", ({ args }) => {
        asyncStep(`retry ${JSON.stringify(args)}`);
        return true;
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, {
        wa_direction: "out",
        wa_error: "WhatsApp could not be reached. Check the connection, then retry.",
        wa_state: "failed",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_failure_text", {
        text: "WhatsApp could not be reached. Check the connection, then retry.",
    });
    await click(".o_crm_whatsapp_failure button", { text: "Retry" });
    await waitForSteps([`retry [[${messageId}]]`]);
    pyEnv["mail.message"]._wa_update(messageId, { wa_error: false, wa_state: "queued" });
    await contains(".o_crm_whatsapp_tick_queued");
    await contains(".o_crm_whatsapp_failure", { count: 0 });
});

test("U14: a message that WhatsApp could not deliver can be tried again all the same", async () => {
    onRpc("mail.message", "action_wa_retry", ({ args }) => {
        asyncStep(`retry ${JSON.stringify(args)}`);
        return true;
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, {
        wa_direction: "out",
        wa_error: "WhatsApp cannot deliver messages to this person.",
        wa_is_undeliverable: true,
        wa_state: "failed",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input");
    await click(".o_crm_whatsapp_failure button", { text: "Try again anyway" });
    await waitForSteps([`retry [[${messageId}]]`]);
});

test("a message that may have arrived is sent again only knowingly", async () => {
    onRpc("mail.message", "action_wa_retry", () => {
        asyncStep("retry");
        return true;
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { wa_direction: "out", wa_state: "unknown" });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_failure_text", {
        text: "It is not known whether this message arrived.",
    });
    await click(".o_crm_whatsapp_failure button", { text: "Send again" });
    await contains(".modal-body:contains(the customer gets this message twice)");
    await click(".modal .btn-secondary", { text: "Cancel" });
    await contains(".modal", { count: 0 });
    await waitForSteps([]);
    await click(".o_crm_whatsapp_failure button", { text: "Send again" });
    await click(".modal .btn-primary", { text: "Send again" });
    await waitForSteps(["retry"]);
});

test("where only a template gets through, that is what the button offers", async () => {
    onRpc("discuss.channel", "action_wa_send_template", ({ args }) => {
        asyncStep(`action for ${JSON.stringify(args)}`);
        return { type: "ir.actions.act_window", res_model: "wa.template.send" };
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {
        wa_blocked: WINDOW_CLOSED,
        wa_window_until: fromNow({ hours: -3 }),
    });
    createMessage(pyEnv, channelId, { wa_direction: "out", wa_state: "failed" });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_failure button");
    mockService("action", { doAction: (action) => asyncStep(`do ${action.res_model}`) });
    await contains(".o_crm_whatsapp_failure_text", { text: "This message was not delivered." });
    await click(".o_crm_whatsapp_failure button", { text: "Send a template" });
    await waitForSteps([`action for [[${channelId}]]`, "do wa.template.send"]);
});

test("messages that are well have no line under them", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { wa_direction: "out", wa_state: "delivered" });
    createMessage(pyEnv, channelId, { wa_direction: "in" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { count: 2 });
    await contains(".o_crm_whatsapp_failure", { count: 0 });
});

test("a message that waits for the morning says so, and stops saying so when it left", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, {
        wa_direction: "out",
        wa_error: "It is night where the customer lives.",
        wa_state: "queued",
        wa_waits_until: fromNow({ hours: 9 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_wait_until");
    await contains(".o_crm_whatsapp_wait_reason", {
        text: "It is night where the customer lives.",
    });
    await contains(".o_crm_whatsapp_failure", { count: 0 });
    pyEnv["mail.message"]._wa_update(messageId, {
        wa_error: false,
        wa_state: "sent",
        wa_waits_until: false,
    });
    await contains(".o_crm_whatsapp_tick_sent");
    await contains(".o_crm_whatsapp_wait", { count: 0 });
});

test("a message that WhatsApp holds back says so until it is delivered", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, {
        wa_direction: "out",
        wa_error: "WhatsApp accepted this message and holds it back.",
        wa_state: "sending",
        wa_waits_until: fromNow({ hours: 23 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_wait_until");
    await contains(".o_crm_whatsapp_wait_reason", {
        text: "WhatsApp accepted this message and holds it back.",
    });
    await contains(".o_crm_whatsapp_failure", { count: 0 });
    pyEnv["mail.message"]._wa_update(messageId, {
        wa_error: false,
        wa_state: "delivered",
        wa_waits_until: false,
    });
    await contains(".o_crm_whatsapp_tick_delivered");
    await contains(".o_crm_whatsapp_wait", { count: 0 });
});

test("a retry that is due in seconds is not worth a line", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        wa_direction: "out",
        wa_error: "Too many requests to WhatsApp.",
        wa_state: "queued",
        wa_waits_until: fromNow({ seconds: 10 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_tick_queued");
    await contains(".o_crm_whatsapp_wait", { count: 0 });
});

test("a message that waits until somebody mends something says why", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, {
        wa_direction: "out",
        wa_error: "Sending from this WhatsApp number is stopped.",
        wa_state: "queued",
        wa_waits_until: false,
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_wait_until", { text: "Waits." });
    await contains(".o_crm_whatsapp_wait_reason", {
        text: "Sending from this WhatsApp number is stopped.",
    });
    pyEnv["mail.message"]._wa_update(messageId, { wa_error: false });
    await contains(".o_crm_whatsapp_wait", { count: 0 });
});
