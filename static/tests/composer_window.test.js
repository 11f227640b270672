import {
    createConversation,
    createMessage,
    defineCrmWhatsappModels,
    fromNow,
    WINDOW_CLOSED,
} from "./crm_whatsapp_test_helpers";

import { click, contains, insertText, openDiscuss, setupChatHub, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, mockDate, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { asyncStep, mockService, onRpc, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

const MINUTE = 60 * 1000;

test("window open: the clock counts down minute by minute", async () => {
    mockDate("2026-03-02 12:00:00");
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {
        wa_window_until: fromNow({ hours: 22, minutes: 14, seconds: 30 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input[placeholder='Write to Ana…']");
    await contains(".o_crm_whatsapp_clock.text-muted", { text: "free to write for 22 h 14 min" });
    await advanceTime(31 * 1000);
    await contains(".o_crm_whatsapp_clock", { text: "free to write for 22 h 13 min" });
    await advanceTime(MINUTE);
    await contains(".o_crm_whatsapp_clock", { text: "free to write for 22 h 12 min" });
    await contains(".o_crm_whatsapp_clock_soon", { count: 0 });
});

test("window open: amber under two hours", async () => {
    mockDate("2026-03-02 12:00:00");
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {
        wa_window_until: fromNow({ hours: 2, seconds: 20 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_clock:not(.o_crm_whatsapp_clock_soon)", {
        text: "free to write for 2 h 0 min",
    });
    await advanceTime(30 * 1000);
    await contains(".o_crm_whatsapp_clock_soon", { text: "free to write for 1 h 59 min" });
});

test("window closed: a calm panel stands where the text box was", async () => {
    onRpc("discuss.channel", "action_wa_send_template", ({ args }) => {
        asyncStep(`action for ${JSON.stringify(args)}`);
        return { type: "ir.actions.act_window", res_model: "wa.template.send" };
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {
        wa_blocked: WINDOW_CLOSED,
        wa_window_until: fromNow({ hours: -3 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_closed_sentence", {
        text: "The customer has not written for a day.",
    });
    await contains(".o_crm_whatsapp_closed_since:contains(Closed since)");
    await contains(".o_crm_whatsapp_closed_next", { text: "Send them a template." });
    await contains(".o-mail-Composer-input", { count: 0 });
    await contains(".o_crm_whatsapp_clock", { count: 0 });
    mockService("action", { doAction: (action) => asyncStep(`do ${action.res_model}`) });
    await click(".o_crm_whatsapp_closed button", { text: "Send a template" });
    await waitForSteps([`action for [[${channelId}]]`, "do wa.template.send"]);
});

test("looking at a closed conversation reads it", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_blocked: WINDOW_CLOSED });
    createMessage(pyEnv, channelId, { wa_direction: "in" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message");
    await contains(".o-mail-Composer :focus .o_crm_whatsapp_closed");
    await contains(".o-mail-DiscussSidebarChannel", { text: "Ana" });
    await contains(".o-mail-DiscussSidebarChannel-badge", { count: 0 });
});

test("other reasons show their own next step and no template", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {
        wa_blocked: {
            code: "number_unhealthy",
            sentence: "Sending from this number is stopped.",
            next_step: "Ask an administrator.",
            action: false,
        },
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_closed_sentence", {
        text: "Sending from this number is stopped.",
    });
    await contains(".o_crm_whatsapp_closed_next", { text: "Ask an administrator." });
    await contains(".o_crm_whatsapp_closed button", { count: 0 });
});

test("the box closes by itself when time runs out, and keeps what was typed", async () => {
    mockDate("2026-03-02 12:00:00");
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_window_until: fromNow({ seconds: 90 }) });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_clock", { text: "free to write for 1 min" });
    await insertText(".o-mail-Composer-input", "half a sent");
    await advanceTime(45 * 1000);
    await contains(".o_crm_whatsapp_clock", { text: "free to write for less than a minute" });
    await contains(".o-mail-Composer-input");
    await advanceTime(46 * 1000);
    await contains(".o_crm_whatsapp_closed:contains(has not written in the last 24 hours)");
    await contains(".o-mail-Composer-input", { count: 0 });
    pyEnv["discuss.channel"]._wa_update(channelId, { wa_window_until: fromNow({ hours: 24 }) });
    await contains(".o-mail-Composer-input:focus", { value: "half a sent" });
    await contains(".o_crm_whatsapp_closed", { count: 0 });
});

test("the box opens by itself when the customer writes", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {
        wa_blocked: WINDOW_CLOSED,
        wa_window_until: fromNow({ hours: -3 }),
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_closed");
    pyEnv["discuss.channel"]._wa_update(channelId, {
        wa_blocked: false,
        wa_window_until: fromNow({ hours: 24, seconds: -1 }),
    });
    await contains(".o_crm_whatsapp_clock", { text: "free to write for 23 h 59 min" });
    await contains(".o-mail-Composer-input");
    await contains(".o_crm_whatsapp_closed", { count: 0 });
});

test("the same in a chat window", async () => {
    mockDate("2026-03-02 12:00:00");
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_window_until: fromNow({ seconds: 30 }) });
    setupChatHub({ opened: [channelId] });
    await start();
    await contains(".o-mail-ChatWindow .o_crm_whatsapp_clock_soon");
    await advanceTime(MINUTE);
    await contains(".o-mail-ChatWindow .o_crm_whatsapp_closed button", {
        text: "Send a template",
    });
    await contains(".o-mail-ChatWindow .o-mail-Composer-input", { count: 0 });
});

test("other channels keep the composer they have", async () => {
    const pyEnv = await startServer();
    const channelId = pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer-input[placeholder='Message #General…']");
    await contains(".o_crm_whatsapp_composer_header", { count: 0 });
    await click(".o-mail-Composer button[title='More Actions']");
    await contains(".o-dropdown-item:contains('Attach Files')");
    await contains(".o-dropdown-item:contains('Send a Template')", { count: 0 });
});

test("no buttons for files until the server can send them", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { wa_direction: "in" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer button[title='Add Emojis']");
    await contains(".o-mail-Composer button[title='Add GIFs']", { count: 0 });
    await click(".o-mail-Composer button[title='More Actions']");
    await contains(".o-dropdown-item:contains('Send a Template')");
    await contains(".o-dropdown-item:contains('Attach Files')", { count: 0 });
    await contains(".o-dropdown-item:contains('Voice Message')", { count: 0 });
});

test("buttons for files where the server can send them", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_can_attach: true });
    await start();
    await openDiscuss(channelId);
    await click(".o-mail-Composer button[title='More Actions']");
    await contains(".o-dropdown-item:contains('Attach Files')");
    await contains(".o-dropdown-item:contains('Voice Message')");
});

test("a conversation in which the customer never wrote opens", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {
        wa_blocked: WINDOW_CLOSED,
        wa_window_until: false,
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_closed_sentence");
});
